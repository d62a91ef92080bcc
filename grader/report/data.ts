/**
 * Data that passed, as lines: text is split at its line ends, with each end visible; what is no text is
 * one line, and in hexadecimal when it is short. Long lines lose their middle.
 */
import { fitting, grouped } from './layout.ts';
import type { ResultEvent } from './result.ts';
import { type Style, signs } from './style.ts';
import {
  type Cell,
  cellsOfBytes,
  characterAt,
  columns,
  joined,
  visibleBytes,
  widthOf,
  withSpacesShown,
} from './visible.ts';

/** Bytes with a hole: `gap` bytes between `head` and `tail` were not kept. */
export interface Piece {
  head: Buffer;
  gap: number;
  tail: Buffer;
}

const none = Buffer.alloc(0);
export const whole = (bytes: Buffer): Piece => ({ head: bytes, gap: 0, tail: none });

export function pieceOf(data: NonNullable<ResultEvent['data']>): Piece {
  const bytes = data.text === undefined ? Buffer.from(data.base64 ?? '', 'base64') : Buffer.from(data.text);
  if (data.elided === undefined || data.head === undefined) return whole(bytes);
  return cutOut(bytes.subarray(0, data.head), data.elided, bytes.subarray(data.head));
}

/** The cut may have parted a character; its bytes are counted as cut out. */
function cutOut(before: Buffer, left: number, after: Buffer): Piece {
  const head = withoutOpenEnd(before);
  const start = after.subarray(0, 3).findIndex(byte => (byte & 0xc0) !== 0x80);
  const tail = after.subarray(Math.max(0, start));
  return { head, tail, gap: left + before.length - head.length + after.length - tail.length };
}

function withoutOpenEnd(bytes: Buffer): Buffer {
  for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 3); at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return characterAt(bytes, at) === undefined ? bytes.subarray(0, at) : bytes;
  }
  return bytes;
}

/** Bytes at each end that can matter on a screen. */
const enough = 4096;

/** Without the middle that nobody would see; millions of bytes may come here. */
function bounded(piece: Piece): Piece {
  if (piece.gap > 0 || piece.head.length <= 2 * enough) return piece;
  const { head } = piece;
  return cutOut(head.subarray(0, enough), head.length - 2 * enough, head.subarray(-enough));
}

const sizeOf = ({ head, gap, tail }: Piece): number => head.length + gap + tail.length;

/** UTF-8 without control characters other than CR, LF and TAB. */
export function isText({ head, tail }: Piece): boolean {
  return [head, tail].every(bytes => {
    for (let at = 0; at < bytes.length; ) {
      const character = characterAt(bytes, at);
      if (character === undefined) return false;
      const code = character.charCodeAt(0);
      if ((code < 0x20 && code !== 9 && code !== 10 && code !== 13) || (code >= 0x7f && code < 0xa0))
        return false;
      at += Buffer.byteLength(character);
    }
    return true;
  });
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, at + 1));
    start = at + 1;
  }
  if (start < bytes.length) lines.push(bytes.subarray(start));
  return lines;
}

function split(piece: Piece): Piece[] {
  if (piece.gap === 0) return linesOf(piece.head).map(whole);
  const before = linesOf(piece.head);
  const after = linesOf(piece.tail);
  const open = before.at(-1)?.at(-1) === 10 ? none : (before.pop() ?? none);
  const middle = { head: open, gap: piece.gap, tail: after.shift() ?? none };
  return [...before.map(whole), middle, ...after.map(whole)];
}

/** One line in at most `width` columns: "aaaa… 9,980 bytes …aaaa". */
export function fitted(piece: Piece, width: number, style: Style): string {
  const head = cellsOfBytes(piece.head, style);
  const tail = withSpacesShown(cellsOfBytes(piece.tail, style), style);
  if (piece.gap === 0) {
    const all = withSpacesShown([...head, ...tail], style);
    if (widthOf(all) <= width) return joined(all);
    return cutMiddle(all, all, sizeOf(piece), width, style);
  }
  return cutMiddle(head, tail, sizeOf(piece), width, style);
}

const bytesIn = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.bytes, 0);

function cutMiddle(
  head: readonly Cell[],
  tail: readonly Cell[],
  size: number,
  width: number,
  style: Style,
): string {
  const { ellipsis } = signs(style);
  const room = Math.max(8, width - columns(`${ellipsis} ${grouped(size)} bytes ${ellipsis}`));
  const left = fitting(head, Math.ceil((room * 2) / 3));
  const right = fitting([...tail].reverse(), room - widthOf(left)).reverse();
  const gone = size - bytesIn(left) - bytesIn(right);
  return `${joined(left)}${ellipsis} ${grouped(gone)} bytes ${ellipsis}${joined(right)}`;
}

/** Data up to so many bytes is dumped whole; of longer data the beginning. */
const dumpedWhole = 128;
const dumpedOfLong = 48;

/** Offset, sixteen bytes in hexadecimal, the same as ASCII. */
export function hexDump(bytes: Buffer): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const digits = Array.from(row, byte => byte.toString(16).padStart(2, '0'));
    const halves = [digits.slice(0, 8).join(' '), digits.slice(8).join(' ')].join('  ');
    const ascii = Array.from(row, byte =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${halves.padEnd(48)}  ${ascii}`);
  }
  return lines;
}

export interface Shown {
  /** At least one. */
  lines: string[];
  /** Hexadecimal, below the lines. */
  dump: string[];
}

/** @param width columns of a line */
export function shownData(given: Piece, width: number, style: Style): Shown {
  const piece = bounded(given);
  if (sizeOf(piece) === 0) return { lines: ['[empty]'], dump: [] };
  if (isText(piece)) return { lines: split(piece).map(line => fitted(line, width, style)), dump: [] };
  const short = sizeOf(piece) <= dumpedWhole;
  const dumped = piece.head.subarray(0, short ? dumpedWhole : dumpedOfLong);
  const { ellipsis } = signs(style);
  const left = sizeOf(piece) - dumped.length;
  const more = left === 0 ? [] : [`${ellipsis} ${grouped(left)} bytes more`];
  return { lines: [fitted(piece, width, style)], dump: [...hexDump(dumped), ...more] };
}

/** Text on one line in at most `width` columns. */
export const shownLine = (text: string, width: number, style: Style): string => {
  const bytes = Buffer.from(text);
  const shown = visibleBytes(bytes, style);
  return columns(shown) <= width ? shown : fitted(whole(bytes), width, style);
};
