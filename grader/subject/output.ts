/**
 * What a program prints, in a file: Node's pipes are sockets, which a program can't open again as
 * /dev/stdout, and which its orphans hold open. The head and the tail are kept; a flood loses its middle,
 * and a guard cuts the file before it fills the disk.
 *
 * Known limit: a program that itself opens /dev/stdout for writing without appending empties the file.
 */
import { closeSync, fchmodSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import type { Captured } from './subject.ts';

/** Bytes kept from the beginning and from the end. */
export const HEAD_BYTES = 16 * 1024;
export const TAIL_BYTES = 48 * 1024;
/** Size at which the file is emptied, bytes. It may be passed by what is written between two looks. */
const FILE_LIMIT = 8 * 1024 * 1024;
/** Between two looks at the sizes, ms: usually, and during a flood. */
const LOOK_MS = 100;
const FLOOD_LOOK_MS = 10;

export class Recording {
  /** For the program to write to; in append mode, so that it may be emptied under way. */
  readonly descriptor: number;
  #head: Buffer | undefined;
  #tail: Buffer = Buffer.alloc(0);
  /** Bytes that were in the file each time it was emptied. */
  #emptied = 0;
  #final: Captured | undefined;

  /** Creates the file; throws what `openSync` throws. */
  constructor(path: string) {
    this.descriptor = openSync(path, 'a+');
    // A program that runs as another user may open /dev/stdout, too; the folder keeps others out.
    fchmodSync(this.descriptor, 0o666);
    watch(this);
  }

  /** Empties an over-long file. @returns true if it was one */
  guard(): boolean {
    let size = fstatSync(this.descriptor).size;
    if (size <= FILE_LIMIT) return false;
    this.#head ??= this.#slice(0, HEAD_BYTES);
    this.#tail = this.#slice(size - TAIL_BYTES, size);
    // What is written between these two calls is lost uncounted.
    size = fstatSync(this.descriptor).size;
    ftruncateSync(this.descriptor, 0);
    this.#emptied += size;
    return true;
  }

  /** What was written so far, or until the end of the recording. */
  read(): Captured {
    if (this.#final) return this.#final;
    const { size } = fstatSync(this.descriptor);
    const length = this.#emptied + size;
    if (length <= HEAD_BYTES + TAIL_BYTES) {
      const all = this.#slice(0, size);
      return { text: all.toString(), length: all.length, elided: 0 };
    }
    const head = wholeCharacters(this.#head ?? this.#slice(0, HEAD_BYTES));
    const kept = Buffer.concat([this.#tail, this.#slice(size - TAIL_BYTES, size)]).subarray(-TAIL_BYTES);
    const tail = kept.subarray(firstCharacter(kept));
    const elided = length - head.length - tail.length;
    return { text: `${head}\n[${elided} bytes left out]\n${tail}`, length, elided };
  }

  /** Keeps what was written and closes the file. Idempotent. */
  end(): void {
    if (this.#final) return;
    this.#final = this.read();
    unwatch(this);
    closeSync(this.descriptor);
  }

  #slice(from: number, to: number): Buffer {
    const start = Math.max(0, from);
    const bytes = Buffer.alloc(Math.max(0, to - start));
    return bytes.subarray(0, bytes.length ? readSync(this.descriptor, bytes, 0, bytes.length, start) : 0);
  }
}

/** Where the first whole UTF-8 character begins; text that is not UTF-8 is cut anywhere. */
function firstCharacter(bytes: Buffer): number {
  let index = 0;
  while (index < 4 && index < bytes.length && ((bytes[index] ?? 0) & 0xc0) === 0x80) index += 1;
  return index < 4 ? index : 0;
}

/** Without the beginning of a character that goes on behind the cut. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

// One timer for all recordings, running only while there are some; it does not keep the grader alive.
const watched = new Set<Recording>();
let timer: NodeJS.Timeout | undefined;

function watch(recording: Recording): void {
  watched.add(recording);
  timer ??= setTimeout(look, LOOK_MS).unref();
}

function unwatch(recording: Recording): void {
  watched.delete(recording);
  if (watched.size > 0) return;
  clearTimeout(timer);
  timer = undefined;
}

function look(): void {
  let flood = false;
  for (const recording of watched) flood = recording.guard() || flood;
  timer = setTimeout(look, flood ? FLOOD_LOOK_MS : LOOK_MS).unref();
}
