/**
 * What a class seems to be written in, for a tutor to see that the right folder is graded: by names of files
 * alone. Nothing is opened, so archives are counted as such; how a program is really started is found out later.
 */
import { extname, join } from 'node:path';
import { counting } from './class-shape.ts';
import { type Entry, listFolder } from './entries.ts';
import { isSourceName } from './file-kinds.ts';
import type { Submission } from './find.ts';

const languages: Readonly<Record<string, string>> = {
  py: 'python',
  pyw: 'python',
  java: 'java',
  c: 'c',
  cc: 'c++',
  cpp: 'c++',
  cxx: 'c++',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  ts: 'typescript',
  go: 'go',
  rs: 'rust',
};

/** Folders in a submission that are looked into, and how many entries of it. */
const DEPTH = 3;
const ENTRIES = 200;

/** Counts, the greatest first: [["python", 201], ["java", 74], ["archives", 12]] */
export function classLanguages(submissions: readonly Submission[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const submission of submissions) {
    const name = languageOf(submission);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function languageOf({ content }: Submission): string {
  if (content.kind === 'archive') return 'archives';
  const names = content.kind === 'files' ? content.files.map(({ name }) => name) : namesIn(content.path);
  const found = new Set(
    names.filter(isSourceName).map(name => languages[extname(name).slice(1).toLowerCase()] ?? 'other'),
  );
  const [only = 'other'] = found;
  return found.size > 1 ? 'mixed' : only;
}

function namesIn(folder: string): string[] {
  const names: string[] = [];
  let budget = ENTRIES;
  const look = (path: string, depth: number): void => {
    for (const { name, kind } of entriesOf(path)) {
      budget -= 1;
      if (budget < 0) return;
      if (kind === 'file') names.push(name);
      else if (kind === 'folder' && name !== '.git' && depth < DEPTH) look(join(path, name), depth + 1);
    }
  };
  look(folder, 1);
  return names;
}

function entriesOf(path: string): Entry[] {
  try {
    return counting(listFolder(path));
  } catch {
    // Whoever takes it in will say so.
    return [];
  }
}
