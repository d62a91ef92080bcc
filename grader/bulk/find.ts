/**
 * Finds the submissions of a class in what the tutor has: a folder, the archive of a platform, or what the
 * shell made of `submissions/*`.
 *
 * One input is a class: each entry in it is a submission if it is a folder, an archive (by its name, or by its
 * first bytes if the name says nothing; those that are not read here, as RAR, are submissions too, which are
 * then named as unreadable) or a source file.
 * - A folder that is the only entry is looked through, unless files of a program stand in it: then it is the
 *   only submission. In an archive it is looked through in any case, as most programs pack one.
 * - An archive with one entry at that place is one submission itself. It stays packed.
 * - A folder or an archive is one submission, too, if it is plainly one program: see `isProgram`.
 *
 * Several inputs are one submission each, as if they stood in one folder; but if every folder among them
 * looks like a class (see `isClass`), and less than half of their entries have the same names, each of them is
 * one; likewise every archive. All of them or none: a student can't make one archive look like a class that
 * holds submissions of others.
 *
 * Names decide the layout, if at least half of the entries have such: Moodle's, Canvas's, or clones (folders
 * with `.git`) that share a prefix up to a "-". Entries of one student are one submission then.
 *
 * Passed over: what systems leave (.DS_Store, __MACOSX …), names that begin with a dot, empty folders, what
 * was typed into a platform, folders with results of wiremark, and all other files (a list of marks, a PDF).
 * Nothing is followed: a link, a pipe, a device or a socket is a submission that is refused. Only a link that
 * is the one input, which the tutor has typed, is.
 */
import { lstatSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Search } from './class-entries.ts';
import { noSuchInput, nothingFound } from './class-errors.ts';
import { type Given, reading, readOne } from './class-input.ts';
import { kindOf, printable } from './entries.ts';
import { readSeveral } from './several-inputs.ts';
import { uniqueIds } from './student-id.ts';

export interface Submission {
  /** Safe as a folder name, see `safeId`, and unique in the class, also where case does not count. */
  student: string;
  /** For people: "submissions.zip: Jane Doe_123_assignsubmission_file_/server.zip" */
  origin: string;
  /** Paths are absolute. Names of files are those that they were handed in with. */
  content:
    | { kind: 'folder'; path: string }
    | { kind: 'archive'; path: string }
    | { kind: 'files'; files: { path: string; name: string }[] };
  /** Set if it can't be taken in, whatever it holds: "it is a symbolic link" */
  refused?: string;
}

export interface FoundClass {
  /** By id. */
  submissions: Submission[];
  layout: 'plain' | 'moodle' | 'canvas' | 'repositories';
  /** What a tutor may have expected to be graded; `why` is a clause: "it is empty". */
  ignored: { name: string; why: string }[];
}

/**
 * @param inputs as typed
 * @param scratch an empty folder, for archives that hold a class; the submissions may lie in it
 * Throws a UsageError for an input that does not exist or can't be read, an empty one, and if nothing looks
 * like a submission; the signal's reason; the system's error if the disk is full.
 */
export async function findSubmissions(
  inputs: readonly string[],
  scratch: string,
  signal?: AbortSignal,
): Promise<FoundClass> {
  const search: Search = { scratch, made: 0, ignored: [], signal };
  const given = new Map(inputs.map(lookAt).map(input => [input.path.toString('latin1'), input]));
  const [only, ...others] = given.values();
  const parts =
    only && others.length === 0
      ? [await readOne(only, search)]
      : await readSeveral([...given.values()], search);
  const candidates = parts.flatMap(part => part.candidates);
  if (candidates.length === 0)
    throw nothingFound(
      inputs,
      search.ignored.map(({ name }) => name),
    );
  candidates.sort((a, b) => compare(a.who, b.who) || compare(a.origin, b.origin));
  const ids = uniqueIds(candidates.map(({ who }) => who));
  const submissions = candidates.map(({ who: _, ...submission }, i) => ({
    student: ids[i] ?? '',
    ...submission,
  }));
  const layouts = new Set(parts.map(({ layout }) => layout));
  const [layout = 'plain'] = layouts;
  return {
    submissions: submissions.sort((a, b) => compare(a.student, b.student)),
    layout: layouts.size === 1 ? layout : 'plain',
    ignored: search.ignored,
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function lookAt(typed: string): Given {
  const path = resolve(typed);
  const stat = typed === '' ? undefined : reading(typed, () => lstatSync(path, { throwIfNoEntry: false }));
  if (!stat) throw noSuchInput(typed);
  return {
    typed,
    name: basename(path),
    kind: kindOf(stat),
    path: Buffer.from(path),
    origin: printable(typed),
  };
}
