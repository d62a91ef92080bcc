/** Tar archives (POSIX, GNU and old ones), as they are or in gzip; the package tar knows the formats. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { chunksOf } from './entries.ts';
import { BLOCK, formatOf, isTar } from './file-kinds.ts';
import { type Budget, inWords, Unreadable } from './limits.ts';
import type { Packed, Receiver } from './packed.ts';
import type { Sink } from './tree.ts';

const kinds: Readonly<Record<string, Packed['kind']>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
  GNUDumpDir: 'folder',
  SymbolicLink: 'link',
  Link: 'hard link',
};
/** Bytes of headers for each entry that nobody needs more than: its own, and two that prolong names. */
const OVERHEAD = 4 * BLOCK;

/**
 * @param fd of the archive, to be closed by the caller
 * Throws `Unreadable`, what the receiver throws, and errors of zlib or tar for an archive that is damaged.
 */
export async function readTar(
  fd: number,
  gzipped: boolean,
  receive: Receiver,
  budget: Budget,
  signal?: AbortSignal,
): Promise<void> {
  const parser = new Parser({
    // Of anything that is not as it should be, the first is the end: a half-read submission is not graded.
    onwarn: (_code, message) => {
      throw new Error(message);
    },
  });
  let sink: Sink | undefined;
  const end = () => {
    const ended = sink;
    sink = undefined;
    ended?.end();
  };
  parser.on('entry', (entry: ReadEntry) => {
    budget.entry();
    sink = receive(describe(entry));
    // Listening makes it flow: also what nobody wants must pass.
    entry.on('data', (bytes: Buffer) => sink?.write(bytes));
    entry.on('end', end);
  });
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    budget.entry();
    if (!entry.meta) receive(describe(entry));
  });
  try {
    // All of it happens within `write`, so what is thrown above comes out of it.
    for await (const bytes of bytesOf(fd, gzipped, budget)) {
      signal?.throwIfAborted();
      parser.write(bytes);
    }
    parser.end();
  } finally {
    end();
  }
}

const describe = ({ path, type, mode = 0, linkpath }: ReadEntry): Packed => ({
  name: path,
  kind: kinds[type] ?? 'special',
  executable: (mode & 0o111) !== 0,
  ...(linkpath === undefined ? {} : { target: linkpath }),
});

/** The tar itself, at least a block at first. Bounded also where it holds nothing but headers. */
async function* bytesOf(fd: number, gzipped: boolean, budget: Budget): AsyncGenerator<Buffer> {
  const { bytes: most, entries } = budget.limits;
  let total = 0;
  let first: Buffer | undefined = Buffer.alloc(0);
  for await (const bytes of gzipped ? unzipped(fd) : chunksOf(fd)) {
    total += bytes.length;
    if (total > most + entries * OVERHEAD)
      throw new Unreadable(`it unpacks to more than ${inWords(most)}, the most that is taken`);
    if (first === undefined) yield bytes;
    else {
      first = Buffer.concat([first, bytes]);
      if (first.length < BLOCK) continue;
      refuseOther(first);
      yield first;
      first = undefined;
    }
  }
  if (first) refuseOther(first);
}

function unzipped(fd: number): AsyncIterable<Buffer> {
  // Whoever reads the stream is told of its errors.
  return pipeline(Readable.from(copies(chunksOf(fd))), createGunzip(), () => {});
}

/** A chunk is valid until the next one only, and zlib reads ahead. */
function* copies(chunks: Iterable<Buffer>): Generator<Buffer> {
  for (const bytes of chunks) yield Buffer.from(bytes);
}

/** The package would unpack once more what is gzip in gzip, and past our count. */
function refuseOther(head: Buffer): void {
  if (isTar(head)) return;
  const format = formatOf(head);
  throw new Unreadable(
    format === 'empty'
      ? 'it is an empty archive'
      : 'it is compressed, but no archive: hand in a zip or tar.gz',
  );
}
