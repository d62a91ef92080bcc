/**
 * How to build and start the program in a folder when no command is given: a `wiremark.json`, an executable
 * named as in the contract, or the one main program that the conventions of its language show. Where the
 * guess is not unique, nothing is guessed. File names and main functions are looked at to find the way in;
 * nothing of it is marked.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Candidate, listSources, rankOf } from './candidates.ts';
import { executableNamed } from './executable.ts';
import { languages } from './languages.ts';
import { MANIFEST, readManifest } from './manifest.ts';

export interface Found {
  kind: 'found';
  /** What was found, e.g. "the Python program server.py". */
  how: string;
  /** Command that builds, run in the folder. `{out}` is the folder for products, `{source}` the folder itself. */
  build?: string[];
  /** Command that starts, run anywhere; the same placeholders and those of the contract. */
  run: string[];
}

export interface NotFound {
  kind: 'ambiguous' | 'nothing';
  /** Files that might be meant, relative to the folder. */
  found: string[];
  /** What is wrong and what to do, a sentence or two. */
  says: string;
}

/**
 * @param folder the submission
 * @param program name in the contract, e.g. "smtp-server"
 * Throws what `readdirSync` throws if the folder can't be read.
 */
export function discover(folder: string, program: string): Found | NotFound {
  if (existsSync(join(folder, MANIFEST))) {
    const manifest = readManifest(folder);
    if ('wrong' in manifest) return { kind: 'nothing', found: [MANIFEST], says: manifest.wrong };
    return { kind: 'found', how: MANIFEST, ...manifest };
  }
  const executable = executableNamed(folder, program);
  if (executable) return executable;

  const files = listSources(folder);
  const candidates = languages.flatMap(language => language({ folder, program, files }));
  const best = choose(candidates, program);
  if (best) return { kind: 'found', how: best.how, ...best.commands };
  const found = [...new Set(candidates.map(candidate => candidate.file))];
  const advice = `give the command after "--", or write it into ${MANIFEST}`;
  if (found.length === 0) return { kind: 'nothing', found, says: `No program was found: ${advice}.` };
  return {
    kind: 'ambiguous',
    found,
    says: `${found.length} files could be the ${program}: ${found.join(', ')}. Say which one: ${advice}.`,
  };
}

/** The only one, or the only one that is best named. */
function choose(candidates: readonly Candidate[], program: string): Candidate | undefined {
  const [only, second] = candidates;
  if (only && !second) return only;
  const ranks = candidates.map(candidate => rankOf(candidate.file, program));
  const highest = Math.max(...ranks);
  const best = candidates.filter((_, index) => ranks[index] === highest);
  return highest > 0 && best.length === 1 ? best[0] : undefined;
}
