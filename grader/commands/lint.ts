/**
 * wiremark lint: examines all assignments, or the given files. Of a file that belongs to an assignment the
 * whole assignment is examined and what concerns the file is told; any other is held against its schema.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { contract } from '../assignment/contract.ts';
import { packageRoot } from '../assignment/root.ts';
import { UsageError } from '../errors.ts';
import { filesOf, readAs, readTopic } from '../fixture/compile.ts';
import { lintAssignment } from '../fixture/lint.ts';
import { type FixtureProblem, JsonDocument, problemsInWords } from '../fixture/locate.ts';
import {
  type AssignmentSources,
  assignmentIds,
  readSources,
  type Source,
  withHandout,
} from '../fixture/plan.ts';
import { type Json, prepareSchemas } from '../judge/match.ts';
import type { Io } from './io.ts';

/** 0: no errors; 2: some. Throws a UsageError for a file that is not there. */
export async function lintCommand(
  files: string[],
  io: Pick<Io, 'out' | 'err'> & Partial<Pick<Io, 'cwd'>>,
): Promise<number> {
  const { problems, count } =
    files.length === 0 ? await lintAll() : await lintFiles(files, io.cwd ?? process.cwd());
  io.out(`${problemsInWords(problems, count)}\n`);
  return problems.length === 0 ? 0 : 2;
}

interface Findings {
  problems: FixtureProblem[];
  /** Files examined. */
  count: number;
}

async function lintAll(): Promise<Findings> {
  const all = assignmentIds().map(sourcesOf);
  const problems: FixtureProblem[] = [];
  for (const sources of all) problems.push(...(await lintOne(sources)));
  return { problems, count: all.flatMap(filesOf).length };
}

const sourcesOf = (id: string): AssignmentSources => withHandout(readSources(id));

async function lintOne(sources: AssignmentSources): Promise<FixtureProblem[]> {
  for (const source of sources.topics) await prepareSchemas((new JsonDocument(source).value ?? null) as Json);
  return lintAssignment(sources);
}

async function lintFiles(given: readonly string[], cwd: string): Promise<Findings> {
  const asked = given.flatMap(name => jsonFiles(name, cwd));
  const places = new Map(asked.map(name => [realpathSync(resolve(cwd, name)), name]));
  const problems: FixtureProblem[] = [];
  for (const sources of assignmentIds().map(sourcesOf)) {
    const mine = filesOf(sources).filter(file => places.delete(realpathSync(join(packageRoot(), file))));
    if (mine.length === 0) continue;
    problems.push(...(await lintOne(sources)).filter(({ file }) => mine.includes(file)));
  }
  const count = new Set(asked.map(name => realpathSync(resolve(cwd, name)))).size;
  for (const [path, name] of places)
    problems.push(...bySchema({ file: name, text: readFileSync(path, 'utf8') }));
  return { problems, count };
}

/** The file itself, or the JSON files of a folder. */
function jsonFiles(name: string, cwd: string): string[] {
  const path = resolve(cwd, name);
  if (!existsSync(path)) throw new UsageError(`There is no file "${name}".`);
  if (!statSync(path).isDirectory()) return [name];
  const found = readdirSync(path)
    .filter(entry => entry.endsWith('.json'))
    .sort();
  if (found.length === 0) throw new UsageError(`The folder "${name}" holds no .json files.`);
  return found.map(entry => join(name, entry));
}

function bySchema(source: Source): readonly FixtureProblem[] {
  const document = new JsonDocument(source);
  if (document.problems.length > 0) return document.problems;
  const { value } = document;
  const has = (key: string): boolean =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  if (has('checks') || has('topic')) return readTopic(source).topic.problems;
  if (has('ports') || has('topics')) return readAs(contract, source).problems;
  return [document.problem([], 'is neither a topic (it has no "checks") nor a contract (it has no "ports")')];
}
