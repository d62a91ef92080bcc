/** Words of structured fields: atoms, quoted strings, comments (RFC 5322 §3.2, RFC 2045 §5.1). */

export interface Word {
  /** `special`: one of the characters that part the others. */
  kind: 'atom' | 'quoted' | 'special';
  /** Without quotes and backslashes. */
  text: string;
  /** White space or a comment stands before it. */
  apart: boolean;
}

/** Specials of addresses. The dot is left to atoms, and brackets of address literals too. */
export const addressSpecials = '<>:;@,';
/** What parts words in the fields of MIME, less what RFC 2231 and sloppy values put into tokens. */
export const contentSpecials = '/;=';

/** Blanks as field values have them; other white space is text. */
export const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';

/** Without blanks at either end. In linear time, which a pattern for the end does not take. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** Longer values are not read, in characters: a search for what closes must not be repeated over megabytes. */
const longestValue = 65_536;

/** @param value unfolded */
export function wordsOf(value: string, specials: string): { words: Word[]; faults: string[] } {
  const words: Word[] = [];
  const faults: string[] = [];
  if (value.length > longestValue) return { words, faults: ['the value is too long to be read'] };
  let apart = false;
  const add = (kind: Word['kind'], text: string): void => {
    words.push({ kind, text, apart });
    apart = false;
  };
  for (let at = 0; at < value.length; ) {
    const character = value[at] ?? '';
    if (isBlank(character)) {
      apart = true;
      at += 1;
    } else if (character === '(') {
      apart = true;
      const end = commentEnd(value, at);
      if (end === undefined) faults.push('a comment is not closed');
      at = end ?? value.length;
    } else if (character === '"') {
      const { text, end, closed } = quotedAt(value, at);
      if (!closed) faults.push('a quoted string is not closed');
      add('quoted', text);
      at = end;
    } else if (specials.includes(character)) {
      add('special', character);
      at += 1;
    } else {
      const end = atomEnd(value, at, specials);
      add('atom', value.slice(at, end));
      at = end;
    }
  }
  return { words, faults };
}

/** Index behind the comment that begins at `start`; comments nest. */
function commentEnd(value: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1;
    else if (value[at] === '(') depth += 1;
    else if (value[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

function quotedAt(value: string, start: number): { text: string; end: number; closed: boolean } {
  const pieces: string[] = [];
  for (let at = start + 1; at < value.length; at += 1) {
    if (value[at] === '"') return { text: pieces.join(''), end: at + 1, closed: true };
    if (value[at] === '\\' && at + 1 < value.length) at += 1;
    pieces.push(value[at] ?? '');
  }
  return { text: pieces.join(''), end: value.length, closed: false };
}

function atomEnd(value: string, start: number, specials: string): number {
  let at = start + 1;
  // An address literal may hold colons.
  if (value[start] === '[' && specials === addressSpecials) {
    const closing = value.indexOf(']', start);
    if (closing !== -1) return closing + 1;
  }
  while (at < value.length && !isBlank(value[at]) && !`("${specials}`.includes(value[at] ?? '')) at += 1;
  return at;
}
