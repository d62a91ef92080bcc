/**
 * What stands in a folder, by names of any bytes, and its regular files opened so that nothing else can be:
 * no link is followed, and no pipe or device is waited for.
 */
import { closeSync, constants, type Dirent, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { visibleText } from '../report/visible.ts';
import { Unreadable } from './limits.ts';

export type Kind = 'file' | 'folder' | 'link' | 'pipe' | 'device' | 'socket' | 'other';

/** After "it is". */
export const kindInWords: Readonly<Record<Kind, string>> = {
  file: 'a file',
  folder: 'a folder',
  link: 'a symbolic link',
  pipe: 'a named pipe',
  device: 'a device',
  socket: 'a socket',
  other: 'neither a file nor a folder',
};

export interface Entry {
  /** As text; see `nameOf`. */
  name: string;
  /** As the file system has it. */
  raw: Buffer;
  kind: Kind;
}

/** Names are UTF-8 today. One that is not was most likely made under Windows, or long ago: Latin-1. */
export function nameOf(raw: Buffer): string {
  const text = raw.toString('utf8');
  return Buffer.from(text, 'utf8').equals(raw) ? text : raw.toString('latin1');
}

/** The name is the file system's own, not one that `nameOf` had to guess. */
export const isOwnName = ({ name, raw }: Entry): boolean => Buffer.from(name, 'utf8').equals(raw);

/** A name to be shown in a sentence: nothing in it acts on a terminal, and it is not endless. */
export function shown(name: string): string {
  const characters = Array.from(name);
  const most = 120;
  const short =
    characters.length <= most
      ? name
      : `${characters.slice(0, most / 2).join('')}…${characters.slice(-most / 2).join('')}`;
  return printable(short);
}

/** The same at its whole length, as a path that people look for must be. */
export const printable = (name: string): string => visibleText(name, { unicode: true });

export function kindOf(
  entry: Pick<
    Dirent,
    | 'isFile'
    | 'isDirectory'
    | 'isSymbolicLink'
    | 'isFIFO'
    | 'isSocket'
    | 'isBlockDevice'
    | 'isCharacterDevice'
  >,
): Kind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFIFO()) return 'pipe';
  if (entry.isSocket()) return 'socket';
  return entry.isBlockDevice() || entry.isCharacterDevice() ? 'device' : 'other';
}

export const pathTo = (folder: Buffer, raw: Buffer): Buffer => Buffer.concat([folder, Buffer.from('/'), raw]);

/** Sorted by the bytes of the names, whatever the file system's order. Throws what `readdirSync` throws. */
export function listFolder(folder: string | Buffer): Entry[] {
  // As bytes throughout: a path that is text in part would be joined as text.
  const bytes = typeof folder === 'string' ? Buffer.from(folder) : folder;
  return readdirSync(bytes, { withFileTypes: true, encoding: 'buffer' })
    .map(entry => ({ name: nameOf(entry.name), raw: entry.name, kind: kindOf(entry) }))
    .sort((a, b) => Buffer.compare(a.raw, b.raw));
}

export interface OpenFile {
  fd: number;
  /** Bytes, when it was opened. */
  size: number;
  executable: boolean;
}

/** To be closed by the caller. Throws what `openSync` throws, and `Unreadable` if it is no regular file. */
export function openFile(path: string | Buffer): OpenFile {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, size: stat.size, executable: (stat.mode & 0o111) !== 0 };
  closeSync(fd);
  throw new Unreadable(`it is ${kindInWords[kindOf(stat)]}`);
}

/** Its bytes from the beginning; each chunk is valid until the next is asked for. */
export function* chunksOf(fd: number): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(64 * 1024);
  // By place: a stream may still ask after it was given up, when the number is another file's already.
  for (let at = 0; ; ) {
    const count = readSync(fd, buffer, 0, buffer.length, at);
    if (count === 0) return;
    at += count;
    yield buffer.subarray(0, count);
  }
}

/** Up to `most` bytes from its beginning. Throws as `openFile` does. */
export function headOf(path: string | Buffer, most: number): Buffer {
  const { fd } = openFile(path);
  try {
    const head = Buffer.alloc(most);
    return head.subarray(0, readSync(fd, head, 0, most, 0));
  } finally {
    closeSync(fd);
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it is gone',
  ENOTDIR: 'it is gone',
  ELOOP: 'it is a symbolic link',
  ENAMETOOLONG: 'its path is too long',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
};

/** Why the system would not let it be read, in words. */
export function whyUnreadable(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
