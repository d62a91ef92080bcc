/**
 * Zip archives (APPNOTE 6.3), zip64 among them. yauzl reads the directory at their end; the content of entries
 * is read here, so that each read is held against the size of the file, and each length against the directory.
 */
import { readSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } from 'yauzl';
import { shown } from './entries.ts';
import { type Budget, Unreadable } from './limits.ts';
import type { Packed, Receiver } from './packed.ts';

/** General purpose bit: the name is UTF-8. */
const UTF8 = 0x800;
const STORED = 0;
const DEFLATED = 8;
/** Bytes up to which a file is read in one go: streams cost a millisecond each, and most files are small. */
const SMALL = 2 ** 20;
const CHUNK = 2 ** 16;

/**
 * @param fd of the archive, to be closed by the caller
 * @param size of the archive, in bytes
 * Throws `Unreadable`, what the receiver throws, and errors of yauzl, zlib and this file for an archive that
 * is damaged.
 */
export async function readZip(
  fd: number,
  size: number,
  receive: Receiver,
  budget: Budget,
  signal?: AbortSignal,
): Promise<void> {
  const entries = await readDirectory(new Reader(fd, size), size, budget);
  refuseOverlaps(entries);
  for (const entry of entries) {
    signal?.throwIfAborted();
    await readEntry(fd, size, entry, receive);
  }
}

/** yauzl's own one asks the system for any place that an archive names, and ends the process by it. */
class Reader extends RandomAccessReader {
  readonly #fd: number;
  readonly #size: number;

  constructor(fd: number, size: number) {
    super();
    this.#fd = fd;
    this.#size = size;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const error = readFully(this.#fd, this.#size, buffer.subarray(offset, offset + length), position);
    setImmediate(callback, error ?? null);
  }
}

/** The error, if there are not as many bytes at that place. */
function readFully(fd: number, size: number, into: Buffer, position: number): Error | undefined {
  if (position + into.length > size) return new Error('it ends too early');
  const count = readSync(fd, into, 0, into.length, position);
  return count < into.length ? new Error('it ends too early') : undefined;
}

const encrypted = (): Unreadable => new Unreadable('it is encrypted: hand in an archive without a password');

async function readDirectory(reader: Reader, size: number, budget: Budget): Promise<Entry[]> {
  // Names as bytes: yauzl would give up the whole archive for one that leads out of it.
  const options = { autoClose: false, decodeStrings: false };
  const zip = await fromRandomAccessReaderPromise(reader, size, options);
  budget.expects(zip.entryCount);
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      budget.entry();
      entries.push(entry);
    }
  } catch (error) {
    // Where the directory itself is encrypted, yauzl is the one to notice.
    throw error instanceof Error && error.message.startsWith('strong encryption') ? encrypted() : error;
  }
  return entries;
}

async function readEntry(fd: number, size: number, entry: Entry, receive: Receiver): Promise<void> {
  const packed = describe(entry);
  if (entry.isEncrypted()) throw encrypted();
  const sink = receive(packed);
  if (!sink) return;
  const name = shown(packed.name);
  const { compressionMethod, uncompressedSize, crc32: announced } = entry;
  try {
    if (![STORED, DEFLATED].includes(compressionMethod))
      throw new Unreadable(
        `its file ${name} is compressed in an uncommon way (method ${compressionMethod}): hand in an ordinary zip`,
      );
    let sum = 0;
    let length = 0;
    for await (const bytes of contentOf(fd, size, entry)) {
      length += bytes.length;
      if (length > uncompressedSize) throw new Error(`${name} is longer than announced`);
      sink.write(bytes);
      sum = crc32(bytes, sum);
    }
    if (length < uncompressedSize) throw new Error(`${name} is shorter than announced`);
    if (sum !== announced) throw new Error(`the checksum of ${name} is wrong`);
  } finally {
    sink.end();
  }
}

/** At most one byte more than announced in one piece. */
function contentOf(fd: number, size: number, entry: Entry): Iterable<Buffer> | AsyncIterable<Buffer> {
  const { compressedSize, uncompressedSize, compressionMethod } = entry;
  const small = compressedSize <= SMALL && uncompressedSize <= SMALL;
  const packed = packedBytes(fd, size, entry, small ? SMALL : CHUNK);
  if (compressionMethod === STORED) return packed;
  if (!small) return pipeline(Readable.from(packed), createInflateRaw(), () => {});
  const [whole = Buffer.alloc(0)] = packed;
  return [inflated(whole, uncompressedSize + 1)];
}

function inflated(packed: Buffer, most: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: most });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ERR_BUFFER_TOO_LARGE' ? new Error('a file is longer than announced') : error;
  }
}

/** The local header says for itself how long it is (APPNOTE 4.3.7). */
function* packedBytes(fd: number, size: number, entry: Entry, chunk: number): Generator<Buffer> {
  const header = bytesAt(fd, size, entry.relativeOffsetOfLocalHeader, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw new Error('a file does not begin where announced');
  const names = header.readUInt16LE(26) + header.readUInt16LE(28);
  const begin = entry.relativeOffsetOfLocalHeader + header.length + names;
  for (let at = 0; at < entry.compressedSize; at += chunk)
    yield bytesAt(fd, size, begin + at, Math.min(chunk, entry.compressedSize - at));
}

function bytesAt(fd: number, size: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const error = readFully(fd, size, bytes, position);
  if (error) throw error;
  return bytes;
}

function describe(entry: Entry): Packed {
  const name = nameIn(entry);
  // The upper half holds Unix's mode, if it was made under Unix; else it is mostly 0.
  const mode = entry.externalFileAttributes >>> 16;
  const executable = (mode & 0o111) !== 0;
  const type = mode & 0o170000;
  if (name.endsWith('/') || name.endsWith('\\') || type === 0o040000)
    return { name, kind: 'folder', executable: false };
  if (type === 0 || type === 0o100000) return { name, kind: 'file', executable };
  // Its target would be its content. Kept in tar archives, where students of Unix put their links.
  return { name, kind: type === 0o120000 ? 'link in a zip' : 'special', executable: false };
}

/** Many write UTF-8 without saying so. What can't be that is what DOS wrote, or Info-ZIP says better. */
function nameIn({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  const text = fileNameRaw.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(fileNameRaw);
  return getFileNameLowLevel(generalPurposeBitFlag | (isText ? UTF8 : 0), fileNameRaw, extraFields, true);
}

/**
 * Two entries over the same bytes: no zip program writes that, and a bomb is made of it. How long the second
 * header of an entry is, is not known here, so that a few bytes may escape; the budget has the last word.
 */
function refuseOverlaps(entries: readonly Entry[]): void {
  const sorted = [...entries].sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  let end = 0;
  for (const { relativeOffsetOfLocalHeader: begin, compressedSize, fileNameLength } of sorted) {
    if (begin < end) throw new Unreadable('its entries overlap, as in archives that are made to fill a disk');
    end = begin + 30 + fileNameLength + compressedSize;
  }
}
