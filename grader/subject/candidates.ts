/** Files of a submission that may be its main program, and how well their names fit. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/** One way to start the submission. */
export interface Candidate {
  /** Relative to the submission, with "/". */
  file: string;
  /** For the report: "the Python program server.py". */
  how: string;
  commands: { build?: string[]; run: string[] };
}

/** A submission to be looked through. */
export interface Submission {
  folder: string;
  /** Name of the program in the contract. */
  program: string;
  /** All source files, relative, with "/", sorted; tests left out. */
  files: readonly string[];
}

/** Folders that hold no program of the student's. */
const SKIPPED = /^(\..*|node_modules|__pycache__|__MACOSX|venv|env|build|dist|out|obj|target|vendor|tests?)$/;
/** test_server.py, server_test.go, ServerTest.java, server.test.js */
const TEST = /^test_.*|.*(_test|Tests?|[.-](test|spec))\.\w+$/;
const DEPTH = 6;

/** Throws what `readdirSync` throws for the folder itself. */
export function listSources(folder: string): string[] {
  const files: string[] = [];
  const walk = (relative: string, depth: number) => {
    for (const entry of readdirSync(join(folder, relative), { withFileTypes: true })) {
      const path = relative ? `${relative}/${entry.name}` : entry.name;
      if (entry.isDirectory() && depth < DEPTH && !SKIPPED.test(entry.name)) walk(path, depth + 1);
      if (entry.isFile() && !TEST.test(entry.name)) files.push(path);
    }
  };
  walk('', 1);
  return files.sort();
}

/** Text of a source file; empty if it can't be read. */
export function sourceText(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch {
    return '';
  }
}

/** Roughly, for languages with C's comments: enough to pass over a main function that is commented out. */
export function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, token =>
    token[0] === '"' ? token : ' ',
  );
}

/** Letters and digits only: udp-server, udp_server and UDPServer are one name. */
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** 4 named as the program, 3 as its last word ("server"), 2 ends with that word, 1 as main programs are, 0 else. */
export function rankOf(file: string, program: string): number {
  const name = plain(basename(file, extname(file)));
  const last = plain(program.split(/[-_ ]/).at(-1) ?? program);
  if (name === plain(program)) return 4;
  if (name === last) return 3;
  if (name.endsWith(last)) return 2;
  return ['main', 'index'].includes(name) ? 1 : 0;
}

/** The program's own folder within the submission, "" at the top. */
export const folderOf = (file: string): string =>
  file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';
