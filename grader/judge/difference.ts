/** What a failed comparison reports, and the making of it. Comparing itself is in match.ts and exact.ts. */
import { type Json, kindOf } from './json.ts';
import { compact, LIMIT, quote, rendered, splitsPair, windowOf } from './render.ts';

/** The first place where what came is not what the check wants. */
export interface Difference {
  /** Where: "code", "lines[2].text", "" for the whole. */
  path: string;
  /**
   * Short renderings (at most about 120 characters; a long text is cut to a window round the difference, with
   * "…"). Text is raw, other values are compact JSON, operators are words: "one of 250, 251".
   */
  expected: string;
  got: string;
  /** Byte offset (UTF-8) of the first differing byte in the compared text, where both are text. */
  offset?: number;
  /** Index (UTF-16 code unit) in `got` (the excerpt) where the mark goes. */
  caret?: number;
}

/** A difference on its way up. `words` is `expected` fit for a sentence: text stands in quotes there. */
export interface Miss extends Difference {
  words: string;
}

/** Path of a member: "headers.host"; keys that would blur the path are quoted: `headers["a.b"]`. */
export function keyPath(path: string, key: string): string {
  if (key === '' || /[\s.[\]"]/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

export function indexPath(path: string, index: number): string {
  return `${path}[${index}]`;
}

/** A miss of a condition that is told in words. */
export function missed(path: string, words: string, got: Json | undefined): Miss {
  return unlike({ path, expected: words, got: rendered(got), words }, undefined, got);
}

/** A miss of a literal. Both texts: with offset and caret. */
export function missedLiteral(path: string, expected: Json, got: Json | undefined): Miss {
  if (typeof expected === 'string' && typeof got === 'string') return missedText(path, expected, got);
  const words = typeof expected === 'string' ? quote(expected) : compact(expected);
  return unlike({ path, expected: rendered(expected), got: rendered(got), words }, expected, got);
}

/** Text "250" and number 250 look alike: where the two sides do, their kinds are added. */
function unlike(miss: Miss, expected: Json | undefined, got: Json | undefined): Miss {
  if (miss.expected !== miss.got) return miss;
  const named = (text: string, value: Json | undefined) =>
    value === undefined ? text : `${text} (${kindOf(value)})`;
  return { ...miss, expected: named(miss.expected, expected), got: named(miss.got, got) };
}

/** Both excerpts start at the same place, so that the mark stands under the same column of both. */
export function missedText(path: string, expected: string, got: string): Miss {
  const index = firstDifference(expected, got);
  const start = excerptStart(expected, got, index);
  return {
    path,
    expected: windowOf(expected, start),
    got: windowOf(got, start),
    offset: byteOffset(expected, got, index),
    caret: index - start + (start > 0 ? 1 : 0),
    words: quote(expected),
  };
}

/** Code units that an excerpt shows before the difference. */
const BEFORE = 48;

function excerptStart(expected: string, got: string, index: number): number {
  if (Math.max(expected.length, got.length) <= LIMIT || index <= BEFORE) return 0;
  const start = index - BEFORE;
  return splitsPair(got, start) ? start - 1 : start;
}

/** Code units compared at once: V8 compares slices as memory, far faster than unit by unit. */
const BLOCK = 4096;

/** Index (UTF-16) of the first character that differs; the shorter length where one begins the other. */
export function firstDifference(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let index = 0;
  while (index + BLOCK <= end && a.slice(index, index + BLOCK) === b.slice(index, index + BLOCK))
    index += BLOCK;
  while (index < end && a.charCodeAt(index) === b.charCodeAt(index)) index += 1;
  // A pair that differs in its second half differs as a character.
  return splitsPair(a, index) || splitsPair(b, index) ? index - 1 : index;
}

function byteOffset(a: string, b: string, index: number): number {
  const [ours, theirs] = [bytesAt(a, index), bytesAt(b, index)];
  let shared = 0;
  // "é" and "è" share their first byte.
  while (shared < Math.min(ours.length, theirs.length) && ours[shared] === theirs[shared]) shared += 1;
  return Buffer.byteLength(a.slice(0, index)) + shared;
}

function bytesAt(text: string, index: number): Uint8Array {
  const point = text.codePointAt(index);
  return Buffer.from(point === undefined ? '' : String.fromCodePoint(point));
}
