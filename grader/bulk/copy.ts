/** Copies what was handed in as folders and files, into a tree that keeps only what may be kept. */
import { closeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { chunksOf, kindInWords, shown } from './entries.ts';
import type { Budget } from './limits.ts';
import type { Tree } from './tree.ts';
import { openNamed, targetOf, walk } from './walk.ts';

/** Bytes after which others get their turn: reading is synchronous, as files are small and many. */
const TURN = 8 * 2 ** 20;

/**
 * Copies what is in a folder. A name that is no UTF-8 becomes one that is, so that all who come after can
 * open it by its text. Throws `Unreadable`, and the system's error if the disk is full.
 * @returns files that were renamed so, in words
 */
export async function copyFolder(folder: string | Buffer, tree: Tree, budget: Budget): Promise<string[]> {
  const renamed: string[] = [];
  for (const { kind, name, guessed, path } of walk(folder, budget)) {
    if (guessed) renamed.push(`${shown(name)}, whose name is no UTF-8`);
    if (kind === 'file') await copyFile(path, name, tree);
    else if (kind === 'folder') tree.folder(name);
    else if (kind === 'link') tree.link(name, targetOf(path, name));
    else tree.leaveOut(name, `it is ${kindInWords[kind]}`);
  }
  return renamed;
}

/** @param name its path in the tree. Throws as `copyFolder` does. */
export async function copyFile(path: string | Buffer, name: string, tree: Tree): Promise<void> {
  const { fd, executable } = openNamed(path, name);
  try {
    const sink = tree.file(name, executable);
    if (!sink) return;
    try {
      for await (const bytes of inTurns(chunksOf(fd))) sink.write(bytes);
    } finally {
      sink.end();
    }
  } finally {
    closeSync(fd);
  }
}

/** The same chunks, with a pause between so many of them. */
export async function* inTurns(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  let since = 0;
  for (const bytes of chunks) {
    yield bytes;
    since += bytes.length;
    if (since < TURN) continue;
    since = 0;
    await setImmediate();
  }
}
