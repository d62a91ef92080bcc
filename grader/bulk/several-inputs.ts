/** Several inputs, as the shell makes them of submissions/*: the rules stand in find.ts. */
import { type Part, readItems, type Search } from './class-entries.ts';
import { type Given, readClassArchive, readFolder } from './class-input.ts';
import { counting, isClass, type Named, onlyFolder } from './class-shape.ts';
import { listFolder, pathTo } from './entries.ts';
import { roleOf, stemOf } from './file-kinds.ts';
import { peek } from './peek.ts';

export async function readSeveral(given: readonly Given[], search: Search): Promise<Part[]> {
  const folders = given.filter(({ kind }) => kind === 'folder');
  const archives = given.filter(({ kind, name, path }) => kind === 'file' && isArchive(name, path));
  const parts: Part[] = [];
  const classes = new Set<Given>();
  if (await areClasses(folders, async ({ path }) => namesIn(path)))
    for (const input of folders) {
      classes.add(input);
      parts.push(await readFolder(input, search));
    }
  if (await areClasses(archives, async ({ path }) => (await peek(path.toString(), search.signal)).entries))
    for (const input of archives) {
      classes.add(input);
      parts.push(await readClassArchive(input, search));
    }
  const items = given.filter(input => !classes.has(input));
  if (items.length > 0) parts.push(await readItems(items, search));
  return parts;
}

function isArchive(name: string, path: Buffer): boolean {
  try {
    return roleOf(name, path) === 'archive';
  } catch {
    // What can't be read is told of when its turn comes.
    return false;
  }
}

/** All of them look like classes, and not like one template that everybody has filled in. */
async function areClasses(
  inputs: readonly Given[],
  namesOf: (input: Given) => Promise<readonly Named[]>,
): Promise<boolean> {
  const times = new Map<string, number>();
  let total = 0;
  for (const input of inputs) {
    const entries = await namesOf(input);
    if (!isClass(entries)) return false;
    for (const { name } of entries) times.set(stemOf(name), (times.get(stemOf(name)) ?? 0) + 1);
    total += entries.length;
  }
  const shared = [...times.values()].filter(count => count > 1).reduce((sum, count) => sum + count, 0);
  return inputs.length > 0 && shared * 2 < total;
}

function namesIn(folder: Buffer): Named[] {
  try {
    const entries = counting(listFolder(folder));
    const only = onlyFolder(entries);
    return only ? namesIn(pathTo(folder, only.raw)) : entries;
  } catch {
    // As one submission it is said what is wrong with it.
    return [];
  }
}
