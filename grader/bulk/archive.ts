/**
 * Unpacks what students hand in: zip, tar and tar.gz, told apart by their bytes. The archive may be made to
 * do harm, and the grader may run as root, so what comes out is plain files and folders below the one folder
 * that was named, and symbolic links to those files; everything else is left out (see tree.ts), and bytes are
 * counted as they come, whatever the archive says of them (see limits.ts).
 */
import { closeSync, mkdirSync, readSync } from 'node:fs';
import { type OpenFile, openFile, shown, whyUnreadable } from './entries.ts';
import { BLOCK, type Format, formatOf } from './file-kinds.ts';
import { Budget, type UnpackLimits, Unreadable } from './limits.ts';
import type { Packed, Receiver } from './packed.ts';
import { readTar } from './tarball.ts';
import { type Sink, Tree } from './tree.ts';
import { readZip } from './zip.ts';

export { classLimits, submissionLimits, type UnpackLimits, Unreadable } from './limits.ts';

/**
 * @param archive is not followed if it is a symbolic link
 * @param into a folder, made if it is missing; nothing else may stand in it
 * @returns what was left out and why, fit to be shown; the first 20 by name
 * Throws `Unreadable`; then what has been unpacked so far is left there. Throws the system's error if the
 * disk is full, and the signal's reason.
 */
export async function unpack(
  archive: string,
  into: string,
  limits: UnpackLimits,
  signal?: AbortSignal,
): Promise<{ skipped: string[] }> {
  mkdirSync(into, { recursive: true });
  const budget = new Budget(limits);
  const tree = new Tree(into, budget);
  await unpackInto(archive, tree, budget, signal);
  tree.finish();
  return { skipped: tree.leftOut() };
}

/** As `unpack`, into a tree that is not finished yet. */
export function unpackInto(archive: string, tree: Tree, budget: Budget, signal?: AbortSignal): Promise<void> {
  return readArchive(archive, entry => put(entry, tree), budget, signal);
}

/** Tells of each entry of an archive. Throws as `unpack` does. */
export async function readArchive(
  archive: string,
  receive: Receiver,
  budget: Budget,
  signal?: AbortSignal,
): Promise<void> {
  const { fd, size } = open(archive);
  const head = Buffer.alloc(BLOCK);
  const format = formatOf(head.subarray(0, readSync(fd, head, 0, BLOCK, 0)));
  budget.unpacks(size);
  try {
    if (format === 'zip') await readZip(fd, size, receive, budget, signal);
    else {
      refuseUnknown(format);
      await readTar(fd, format === 'gzip', receive, budget, signal);
    }
  } catch (error) {
    throw !signal?.aborted && isDamage(error)
      ? new Unreadable(`it is damaged, or not whole (${shown(error.message)})`)
      : error;
  } finally {
    closeSync(fd);
  }
}

function open(archive: string): OpenFile {
  try {
    return openFile(archive);
  } catch (error) {
    throw error instanceof Unreadable ? error : new Unreadable(`it can not be read: ${whyUnreadable(error)}`);
  }
}

function refuseUnknown(format: Format): void {
  if (format === 'tar' || format === 'gzip') return;
  if (format === 'empty') throw new Unreadable('it is an empty file');
  throw new Unreadable(
    format === 'unknown'
      ? 'it is no archive, whatever its name says: hand in a zip or tar.gz'
      : `it is a ${format} archive, which is not read here: hand in a zip or tar.gz`,
  );
}

function put(entry: Packed, tree: Tree): Sink | undefined {
  const { name, kind, executable, target = '' } = entry;
  if (kind === 'file') return tree.file(name, executable);
  if (kind === 'folder') tree.folder(name);
  else if (kind === 'link') tree.link(name, target);
  else if (kind === 'link in a zip') tree.leaveOut(name, 'it is a symbolic link');
  else if (kind === 'hard link') tree.leaveOut(name, 'it is a hard link');
  else tree.leaveOut(name, 'it is neither a file nor a folder');
  return undefined;
}

/** What yauzl, zlib and tar throw. Not the system's errors and not our own mistakes. */
function isDamage(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof Unreadable) return false;
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  return (
    syscall === undefined &&
    (error.constructor === Error || /^(Z_|ERR_OUT_OF_RANGE|ERR_BUFFER_OUT_OF_BOUNDS)/.test(code))
  );
}
