/** One input that is a class, or one submission: the rules stand in find.ts. */
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unpackInto } from './archive.ts';
import { type Item, newScratch, type Part, readItems, type Search } from './class-entries.ts';
import { emptyInput, nothingFound, unreadableInput } from './class-errors.ts';
import { counting, hasProgram, isProgram, onlyFolder } from './class-shape.ts';
import { type Entry, kindOf, listFolder, pathTo, printable, whyUnreadable } from './entries.ts';
import { roleOf } from './file-kinds.ts';
import { platformOf } from './layouts.ts';
import { Budget, classLimits, Unreadable } from './limits.ts';
import { peek } from './peek.ts';
import { Tree } from './tree.ts';

/** One of the inputs. */
export interface Given extends Item {
  typed: string;
}

/** The system's error becomes one of use. */
export function reading<Value>(typed: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const known = error instanceof Unreadable || (error as NodeJS.ErrnoException).syscall !== undefined;
    throw known
      ? unreadableInput(typed, error instanceof Unreadable ? error.message : whyUnreadable(error))
      : error;
  }
}

export async function readOne(input: Given, search: Search): Promise<Part> {
  const { typed, name } = input;
  if (input.kind === 'link') {
    const path = Buffer.from(reading(typed, () => realpathSync(input.path.toString())));
    return readOne({ ...input, path, kind: kindOf(statSync(path)) }, search);
  }
  if (input.kind === 'folder') return readFolder(input, search);
  const role = input.kind === 'file' ? reading(typed, () => roleOf(name, input.path)) : 'other';
  if (role === 'other') throw nothingFound([typed], [typed]);
  return role === 'archive' ? readArchiveInput(input, search) : readItems([input], search);
}

/** A folder that is a class, or one program. */
export async function readFolder(input: Given, search: Search): Promise<Part> {
  const { typed, name } = input;
  let folder: Buffer = input.path;
  let entries = reading(typed, () => listFolder(folder));
  if (counting(entries).length === 0) throw emptyInput(typed);
  let origin = typed;
  let outermost: Entry | undefined;
  for (let only = onlyFolder(entries); only; only = onlyFolder(entries)) {
    const path = pathTo(folder, only.raw);
    const inner = reading(typed, () => listFolder(path));
    if (hasProgram(counting(inner)) || counting(inner).length === 0) break;
    outermost ??= only;
    folder = path;
    origin = join(origin, only.name);
    entries = inner;
  }
  const present = counting(entries);
  const oneProgram = isProgram(present) || (present.length === 1 && present[0]?.kind === 'folder');
  if (oneProgram && outermost) return readItems([itemIn(input.path, typed, outermost)], search);
  if (isProgram(present)) return readItems([{ ...input, name }], search);
  return readItems(
    entries.map(entry => itemIn(folder, origin, entry)),
    search,
  );
}

const itemIn = (folder: Buffer, origin: string, { name, raw, kind }: Entry): Item => ({
  name,
  kind,
  path: pathTo(folder, raw),
  origin: printable(join(origin, name)),
});

/** An archive that holds a class, or is one submission: that is not unpacked here, whatever it does. */
export async function readArchiveInput(input: Given, search: Search): Promise<Part> {
  const { entries, trouble } = await peek(input.path.toString(), search.signal);
  if (entries.length === 0)
    throw trouble ? unreadableInput(input.typed, trouble.message) : emptyInput(input.typed);
  const oneEntry = entries.length === 1 && platformOf(entries.map(({ name }) => name)) === undefined;
  return oneEntry || isProgram(entries) ? readItems([input], search) : readClassArchive(input, search);
}

export async function readClassArchive(input: Given, search: Search): Promise<Part> {
  const { typed } = input;
  const budget = new Budget(classLimits);
  const tree = new Tree(newScratch(search), budget);
  try {
    await unpackInto(input.path.toString(), tree, budget, search.signal);
    tree.finish();
  } catch (error) {
    throw error instanceof Unreadable ? unreadableInput(typed, error.message) : error;
  }
  let folder: Buffer = Buffer.from(tree.root);
  let entries = listFolder(folder);
  let within = '';
  for (let only = onlyFolder(entries); only; only = onlyFolder(entries)) {
    folder = pathTo(folder, only.raw);
    within = join(within, only.name);
    entries = listFolder(folder);
  }
  search.ignored.push(...tree.leftOut().map(name => ({ name, why: 'it is left out of the archive' })));
  return readItems(
    entries.map(entry => ({
      ...itemIn(folder, within, entry),
      origin: printable(`${typed}: ${join(within, entry.name)}`),
    })),
    search,
  );
}
