import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { LineFramer } from './line-framer.ts';

const LIMIT = 16;

/** All lines of a stream that arrives in these pieces; one that was too long is shown as '!'. */
function linesOf(pieces: readonly Uint8Array[]): string[] {
  const framer = new LineFramer(LIMIT);
  const lines: string[] = [];
  for (const piece of pieces) {
    let rest = piece;
    while (rest.length > 0) {
      const taken = framer.take(rest);
      if (taken.line !== undefined) lines.push(taken.line.kind === 'line' ? taken.line.text : '!');
      rest = taken.rest;
    }
  }
  return lines;
}

const bytes = (latin1: string) => Uint8Array.from(Buffer.from(latin1, 'latin1'));
const single = (stream: Uint8Array) => Array.from(stream, byte => Uint8Array.of(byte));

const streams: [string, string[]][] = [
  ['', []],
  ['\r\n', ['']],
  ['NOOP\r\n', ['NOOP']],
  ['NOOP', []],
  ['NOOP\r\nQUIT\r\nRS', ['NOOP', 'QUIT']],
  ['a\nb\r\n', ['a\nb']],
  ['a\rb\r\n', ['a\rb']],
  ['\n\r\r\n', ['\n\r']],
  ['\r\r\n\n\r\n', ['\r', '\n']],
  ['\0\xff\r\n', ['\0\xff']],
  ['exactly fitting\r\n', ['!']], // 17 bytes.
  ['exactly fittin\r\n', ['exactly fittin']],
  [`${'x'.repeat(100)}\r\nRSET\r\n`, ['!', 'RSET']],
  [`${'x'.repeat(15)}\r\nRSET\r\n`, ['!', 'RSET']], // The LF is the first that does not fit.
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
  const piece = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\r\n', '\xe9') }).map(bytes);

  test.prop([fc.array(piece)])('finds the same lines however the stream is cut', pieces => {
    expect(linesOf(pieces)).toEqual(linesOf([Buffer.concat(pieces)]));
  });

  const line = fc.string({ unit: fc.constantFrom('x', '\n', ' '), maxLength: LIMIT - 2 });

  test.prop([fc.array(line)])('gives back lines', lines => {
    expect(linesOf([bytes(lines.map(text => `${text}\r\n`).join(''))])).toEqual(lines);
  });

  test('leaves what stands behind the line to others', () => {
    const { line: first, rest } = new LineFramer(LIMIT).take(bytes('DATA\r\nab\r\n'));
    expect(first).toEqual({ kind: 'line', text: 'DATA' });
    expect(Buffer.from(rest).toString()).toBe('ab\r\n');
  });

  test('keeps its own copy: pieces may be written over', () => {
    const framer = new LineFramer(LIMIT);
    const buffer = bytes('ab');
    framer.take(buffer);
    buffer.fill(0x78);
    expect(framer.take(bytes('cd\r\n')).line).toEqual({ kind: 'line', text: 'abcd' });
  });
});
