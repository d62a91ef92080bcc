/**
 * Content-Type, Content-Disposition and Content-Transfer-Encoding: a value, and parameters behind semicolons
 * (RFC 2045 §5.1, §6.1; RFC 2183 §2), in pieces and in other charsets too (RFC 2231 §3, §4).
 */
import { decodeCharset } from './charset.ts';
import { contentSpecials, type Word, wordsOf } from './lexical.ts';

export interface ContentField {
  /** In lower case, e.g. "multipart/mixed", "attachment", "base64". */
  value: string;
  parameters: ReadonlyMap<string, string>;
  faults: string[];
}

/** token = 1*<any CHAR except SPACE, CTLs, or tspecials> (RFC 2045 §5.1) */
const token = /^[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+$/;
/** More parameters of one field are not read. */
const mostParameters = 100;

/** @param wants whether the value has two halves, as a type has */
export function readContentField(text: string, wants: 'type/subtype' | 'token'): ContentField {
  const { words, faults } = wordsOf(text, contentSpecials);
  const [head = [], ...rest] = sections(words).slice(0, mostParameters);
  const value = head.map(word => word.text).join('');
  const halves = value.split('/');
  if (
    halves.length !== (wants === 'token' ? 1 : 2) ||
    !halves.every(half => token.test(half)) ||
    isTorn(head)
  )
    faults.push(`"${text.slice(0, 60)}" does not begin with a ${wants}`);
  const read = new Map<string, string>();
  for (const section of rest) addParameter(section, read, faults);
  return { value: value.toLowerCase(), parameters: joinPieces(read, faults), faults };
}

/** What stands between semicolons. */
function sections(words: readonly Word[]): Word[][] {
  const all: Word[][] = [[]];
  for (const word of words) {
    if (word.kind === 'special' && word.text === ';') all.push([]);
    else all.at(-1)?.push(word);
  }
  return all;
}

/** Two words without anything between them but blanks. */
const isTorn = (words: readonly Word[]): boolean =>
  words.some((word, i) => i > 0 && word.kind !== 'special' && words[i - 1]?.kind !== 'special');

function addParameter(words: readonly Word[], read: Map<string, string>, faults: string[]): void {
  const [attribute, equals, value, ...more] = words;
  if (attribute === undefined) {
    faults.push('a parameter is missing behind a semicolon');
    return;
  }
  const name = attribute.text.toLowerCase();
  if (attribute.kind !== 'atom' || !token.test(name) || equals?.text !== '=' || value === undefined) {
    faults.push(
      `"${words
        .map(({ text }) => text)
        .join('')
        .slice(0, 60)}" is no parameter`,
    );
    return;
  }
  // "/", "=" and the like make a value that must be quoted; it is read all the same.
  const whole = [value, ...more].slice(
    0,
    Math.max(1, more.findIndex(word => word.apart) + 1 || more.length + 1),
  );
  const text = whole.map(word => word.text).join('');
  if (more.length > 0 || (value.kind === 'atom' && !token.test(value.text)))
    faults.push(`the value of "${name}" belongs in quotes`);
  if (/^=\?.*\?=$/.test(text))
    faults.push(`the value of "${name}" is an encoded word, which no parameter may be`);
  if (read.has(name)) faults.push(`"${name}" stands there twice`);
  else read.set(name, text);
}

interface Piece {
  number: number;
  extended: boolean;
  text: string;
}

/** name*0, name*1* and name* become name. */
function joinPieces(read: ReadonlyMap<string, string>, faults: string[]): Map<string, string> {
  const joined = new Map<string, string>();
  const split = new Map<string, Piece[]>();
  for (const [key, text] of read) {
    const [, name = key, number, star] = /^([^*]+)(?:\*(\d{1,3}))?(\*)?$/.exec(key) ?? [];
    if (number === undefined && star === undefined) joined.set(key, text);
    else
      split.set(name, [
        ...(split.get(name) ?? []),
        { number: Number(number ?? 0), extended: star !== undefined, text },
      ]);
  }
  for (const [name, pieces] of split) {
    const inOrder = pieces.sort((a, b) => a.number - b.number);
    if (inOrder.some(({ number }, i) => number !== i)) faults.push(`a piece of "${name}" is missing`);
    // The extended form is meant for those who understand it (RFC 2231 §3).
    joined.set(name, wholeOf(name, inOrder, faults));
  }
  return joined;
}

function wholeOf(name: string, pieces: readonly Piece[], faults: string[]): string {
  const [first] = pieces;
  if (first === undefined || !first.extended) return pieces.map(({ text }) => text).join('');
  const [charset = '', , ...rest] = first.text.split("'");
  if (rest.length === 0) {
    faults.push(`the value of "${name}*" does not begin with charset'language'`);
    return pieces.map(({ text }) => text).join('');
  }
  const inBytes = pieces.map(({ text, extended }, i) => bytesOf(i === 0 ? rest.join("'") : text, extended));
  const { text, fault } = decodeCharset(Buffer.concat(inBytes), charset === '' ? 'us-ascii' : charset);
  if (fault !== undefined) faults.push(`the value of "${name}*": ${fault}`);
  return text;
}

/** Percent signs stand for bytes (RFC 2231 §4). */
function bytesOf(text: string, extended: boolean): Buffer {
  if (!extended) return Buffer.from(text, 'latin1');
  const plain = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(plain, 'latin1');
}
