import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { LineFramer } from './line-framer.ts';

/** All lines of a stream that arrives in these pieces; an unfinished last line is marked by a '…'. */
function linesOf(pieces: readonly Uint8Array[]): string[] {
  const framer = new LineFramer();
  const lines = pieces.flatMap(piece => framer.push(piece)).map(text);
  const rest = framer.end();
  return rest === undefined ? lines : [...lines, `${text(rest)}…`];
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const bytes = (latin1: string) => Uint8Array.from(Buffer.from(latin1, 'latin1'));
const single = (stream: Uint8Array) => Array.from(stream, byte => Uint8Array.of(byte));

const streams: [string, string[]][] = [
  ['', []],
  ['\n', ['']],
  ['hello\n', ['hello']],
  ['hello', ['hello…']],
  ['a\nb\n', ['a', 'b']],
  ['a\n\n\nbc\nd', ['a', '', '', 'bc', 'd…']],
  ['with\r\nreturn\r\n\r\nkept\r', ['with\r', 'return\r', '\r', 'kept\r…']],
  ['\xff\xfe\n\0\n', ['\xff\xfe', '\0']],
];

describe.each(streams)('%j', (stream, lines) => {
  test('whole', () => {
    expect(linesOf([bytes(stream)])).toEqual(lines);
  });

  test('byte by byte', () => {
    expect(linesOf(single(bytes(stream)))).toEqual(lines);
  });

  test('split at every offset', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(linesOf([bytes(stream.slice(0, at)), bytes(stream.slice(at))])).toEqual(lines);
    }
  });
});

describe('LineFramer', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\xe9') }).map(bytes);

  test.prop([fc.array(piece)])('finds the same lines however the stream is cut', pieces => {
    expect(linesOf(pieces)).toEqual(linesOf([Buffer.concat(pieces)]));
  });

  test.prop([fc.array(fc.string({ unit: fc.constantFrom('x', 'y', '\r') }))])('gives back lines', lines => {
    expect(linesOf([bytes(lines.map(line => `${line}\n`).join(''))])).toEqual(lines);
  });

  test('gives out a line as soon as its newline is there, and counts what waits', () => {
    const framer = new LineFramer();
    expect(framer.push(bytes('hel'))).toEqual([]);
    expect(framer.pendingBytes).toBe(3);
    expect(framer.push(bytes('lo\nwor')).map(text)).toEqual(['hello']);
    expect(framer.pendingBytes).toBe(3);
    expect(framer.end()).toEqual(bytes('wor'));
    expect(framer.pendingBytes).toBe(0);
    expect(framer.end()).toBeUndefined();
  });

  test('keeps its own copy: pieces and earlier lines may be written over', () => {
    const framer = new LineFramer();
    const buffer = bytes('ab\ncd');
    const lines = framer.push(buffer);
    buffer.fill(0x78);
    lines.push(...framer.push(bytes('ef\n')));
    expect(lines.map(text)).toEqual(['ab', 'cdef']);
  });

  test('a line of 8 MiB in pieces of 64 KiB', () => {
    const framer = new LineFramer();
    const long = new Uint8Array(65_536).fill(0x61);
    for (let count = 0; count < 128; count += 1) expect(framer.push(long)).toEqual([]);
    expect(framer.push(bytes('\n')).map(line => line.length)).toEqual([8 * 1024 * 1024]);
  });

  // With work that grows with the square of the length, this would outlast the test's time limit by far.
  test('a line of a million single bytes', () => {
    const framer = new LineFramer();
    const letter = bytes('a');
    for (let count = 0; count < 1_000_000; count += 1) framer.push(letter);
    expect(framer.end()?.length).toBe(1_000_000);
  });
});
