/** Takes a submission in: what was handed in becomes a folder of plain files that programs are started from. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpackInto } from './archive.ts';
import { copyFile, copyFolder, inTurns } from './copy.ts';
import { chunksOf, type Entry, listFolder, shown } from './entries.ts';
import { isArchiveName, isBuildName, roleOf, stemOf } from './file-kinds.ts';
import type { Submission } from './find.ts';
import { Budget, inWords, submissionLimits, type UnpackLimits, Unreadable } from './limits.ts';
import { safeId } from './student-id.ts';
import { Tree } from './tree.ts';
import { isPassedOver, openNamed, targetOf, walk } from './walk.ts';

/** Notes of one sort. */
const LISTED = 20;

/**
 * Brings what was handed in into a folder, by copying or unpacking. Left out are what systems leave lying
 * about, `.git`, links but those to files in it, hard links in archives, devices, pipes and sockets. An archive
 * that stands alone, or beside documents only, is unpacked in its turn; one more in that one is not.
 * @param into an empty folder, made if it is missing
 * @returns `root`: the program's folder, inside of single nested folders; `notes` for people: what was left
 * out or unpacked, no more than a few dozen
 * Throws `Unreadable`; then something may stand in the folder. Throws the system's error if the disk is full.
 */
export async function takeIn(
  submission: Submission,
  into: string,
  limits: UnpackLimits = submissionLimits,
): Promise<{ root: string; notes: string[] }> {
  if (submission.refused !== undefined) throw new Unreadable(submission.refused);
  mkdirSync(into, { recursive: true });
  const budget = new Budget(limits);
  const notes: string[] = [];
  const tree = new Tree(into, budget, isPassedOver);
  await bring(submission.content, tree, budget, notes);
  const root = settle(tree, notes);
  const inner = onlyArchive(root);
  if (!inner) return { root, notes };
  notes.push(`unpacked: ${shown(inner.name)}, which was in it`);
  const nested = new Tree(newFolder(root, inner.name), budget, isPassedOver);
  try {
    await unpackInto(join(root, inner.name), nested, budget);
  } catch (error) {
    throw error instanceof Unreadable
      ? new Unreadable(`${shown(inner.name)} in it can not be taken: ${error.message}`)
      : error;
  }
  const innerRoot = settle(nested, notes);
  if (onlyArchive(innerRoot))
    throw new Unreadable('it is an archive in an archive in another: hand in one, with the program in it');
  return { root: innerRoot, notes };
}

async function bring(
  content: Submission['content'],
  tree: Tree,
  budget: Budget,
  notes: string[],
): Promise<void> {
  if (content.kind === 'archive') await unpackInto(content.path, tree, budget);
  else if (content.kind === 'folder') {
    const renamed = await copyFolder(content.path, tree, budget);
    const more = renamed.length > LISTED ? [`and ${renamed.length - LISTED} more`] : [];
    notes.push(...[...renamed.slice(0, LISTED), ...more].map(what => `renamed: ${what}`));
  } else
    for (const { path, name } of content.files) {
      budget.entry();
      await copyFile(path, name, tree);
    }
}

/** Finishes a tree: tells what it lacks, and where its program is. */
function settle(tree: Tree, notes: string[]): string {
  const inner = tree.innermost();
  tree.finish(inner);
  const leftOut = tree.leftOut();
  if (tree.size === 0)
    throw new Unreadable(
      leftOut.length === 0 ? 'there is no file in it' : `nothing of it can be taken: ${leftOut.join(', ')}`,
    );
  notes.push(...leftOut.map(what => `left out: ${what}`));
  return join(tree.root, ...inner);
}

/** The archive that the program must be in: there is no other, and nothing else that could be a program. */
function onlyArchive(root: string): Entry | undefined {
  const entries = listFolder(root);
  const archives = entries.filter(({ kind, name }) => kind === 'file' && isArchiveName(name));
  const [only, ...others] = archives;
  return only && others.length === 0 && !entries.some(entry => isOfProgram(root, entry)) ? only : undefined;
}

const isOfProgram = (root: string, { kind, name }: Entry): boolean =>
  kind !== 'file' || isBuildName(name) || roleOf(name, join(root, name)) === 'source';

function newFolder(root: string, archive: string): string {
  let folder = join(root, safeId(stemOf(archive)));
  while (existsSync(folder)) folder += '_';
  mkdirSync(folder);
  return folder;
}

/**
 * SHA-256 in hex of what was handed in. Of an archive: of its bytes, as sha256sum has it. Of a folder or of
 * files: of names, kinds, executable bits and bytes, not of times, nor of what `takeIn` passes over without a
 * word. Two that are equal are taken in alike.
 * Throws `Unreadable` beyond the limits, and for what can't be read.
 */
export async function contentHash(
  { content, refused }: Submission,
  limits: UnpackLimits = submissionLimits,
): Promise<string> {
  const hash = createHash('sha256');
  const budget = new Budget(limits);
  if (refused !== undefined) hash.update(refused);
  else if (content.kind === 'archive') await hashArchive(hash, content.path, limits);
  else if (content.kind === 'files')
    for (const { path, name } of [...content.files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      budget.entry();
      await hashFile(hash, path, name, Buffer.from(name), budget);
    }
  else
    for (const { kind, name, raw, path } of walk(content.path, budget)) {
      if (kind === 'file') await hashFile(hash, path, name, raw, budget);
      else frame(hash, kind, raw, kind === 'link' ? Buffer.from(targetOf(path, name)) : Buffer.alloc(0));
    }
  return hash.digest('hex');
}

async function hashArchive(hash: Hash, path: string, { bytes: most }: UnpackLimits): Promise<void> {
  const { fd } = openNamed(path, 'archive');
  let total = 0;
  try {
    for await (const bytes of inTurns(chunksOf(fd))) {
      total += bytes.length;
      if (total > most)
        throw new Unreadable(`it is an archive of more than ${inWords(most)}, the most that is taken`);
      hash.update(bytes);
    }
  } finally {
    closeSync(fd);
  }
}

async function hashFile(
  hash: Hash,
  path: string | Buffer,
  name: string,
  raw: Buffer,
  budget: Budget,
): Promise<void> {
  const { fd, executable } = openNamed(path, name);
  const content = createHash('sha256');
  let total = 0;
  try {
    for await (const bytes of inTurns(chunksOf(fd))) {
      total += bytes.length;
      budget.bytes(bytes.length, total, shown(name));
      content.update(bytes);
    }
  } finally {
    closeSync(fd);
  }
  frame(hash, executable ? 'program' : 'file', raw, content.digest());
}

/** Each part with its length before it, so that no two submissions make the same bytes. */
function frame(hash: Hash, kind: string, ...parts: Buffer[]): void {
  for (const part of [Buffer.from(kind), ...parts]) hash.update(`${part.length}:`).update(part);
}
