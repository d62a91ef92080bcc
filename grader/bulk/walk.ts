/** Walks through a folder that was handed in: no link is followed, nothing but regular files is opened. */
import { readlinkSync } from 'node:fs';
import {
  isOwnName,
  type Kind,
  listFolder,
  nameOf,
  type OpenFile,
  openFile,
  pathTo,
  shown,
  whyUnreadable,
} from './entries.ts';
import { isHistory, isJunk } from './file-kinds.ts';
import { type Budget, Unreadable } from './limits.ts';

/** What no student handed in on purpose; it takes no part in a program, nor in its hash. */
export const isPassedOver = (name: string): boolean => isJunk(name) || isHistory(name);

export interface Step {
  kind: Kind;
  /** From the folder to here, with "/": as text, see `nameOf`, and as the file system has it. */
  name: string;
  raw: Buffer;
  /** The text is not what the file system has. */
  guessed: boolean;
  path: Buffer;
}

/**
 * Everything in it, folders before what they hold, in the order of the bytes of the names. Folders deeper
 * than the limit are not gone into. Throws `Unreadable` for a folder that can't be read, and by the budget.
 */
export function* walk(folder: string | Buffer, budget: Budget): Generator<Step> {
  yield* within({ path: Buffer.from(folder) }, 1, budget);
}

function* within(above: Partial<Step> & { path: Buffer }, depth: number, budget: Budget): Generator<Step> {
  const { path, name, raw, guessed = false } = above;
  const entries = readable(name === undefined ? 'it' : `its folder ${shown(name)}`, () => listFolder(path));
  for (const entry of entries) {
    if (isPassedOver(entry.name)) continue;
    budget.entry();
    const step = {
      kind: entry.kind,
      name: name === undefined ? entry.name : `${name}/${entry.name}`,
      raw: raw === undefined ? entry.raw : pathTo(raw, entry.raw),
      guessed: guessed || !isOwnName(entry),
      path: pathTo(path, entry.raw),
    };
    yield step;
    if (entry.kind === 'folder' && depth <= budget.limits.depth) yield* within(step, depth + 1, budget);
  }
}

/** A file of a submission, as `openFile`. Throws `Unreadable` with its name. */
export const openNamed = (path: string | Buffer, name: string): OpenFile =>
  readable(`its file ${shown(name)}`, () => openFile(path));

/** Where a link leads, as written in it. Throws `Unreadable`. */
export const targetOf = (path: Buffer, name: string): string =>
  readable(`its link ${shown(name)}`, () => nameOf(readlinkSync(path, 'buffer')));

/** @param what subject of the sentence that tells why it could not be read */
function readable<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Unreadable ? error.message : whyUnreadable(error);
    throw new Unreadable(`${what} can not be read: ${why}`);
  }
}
