/**
 * Bytes and text made visible. What a program sent is shown to people, so nothing of it may act on the
 * terminal or hide: control characters become pictures (␍ ␊ ␀) or escapes (\r \n \0 without Unicode),
 * characters that reorder, join or take no room become \u{…}, and bytes that are no UTF-8 become \xNN.
 */
import type { Style } from './style.ts';

type Alphabet = Pick<Style, 'unicode'>;

/** What one character, or one byte that belongs to none, looks like. */
export interface Cell {
  shown: string;
  /** Columns of the terminal. */
  width: number;
  /** Bytes that it stands for. */
  bytes: number;
}

/** Control, format, private, unassigned, lone surrogates; all white space; everything that may be ignored. */
const hidden = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
const combining = /^\p{M}$/u;
/** East Asian wide and full-width characters, and pictures; the Unicode tables, rounded to blocks. */
const wide =
  /^[\u1100-\u115f\u231a\u231b\u23e9-\u23ec\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]$|^\p{Emoji_Presentation}$/u;
const escapes: Readonly<Record<number, string>> = { 0: '\\0', 9: '\\t', 10: '\\n', 13: '\\r' };

const hexByte = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

function shownCharacter(character: string, { unicode }: Alphabet): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x7f) return unicode ? '␡' : '\\x7f';
  if (code < 0x20) return unicode ? String.fromCodePoint(0x2400 + code) : (escapes[code] ?? hexByte(code));
  // Without pictures a backslash of the text must not look like one of ours.
  if (code < 0x7f) return character === '\\' && !unicode ? '\\\\' : character;
  return !unicode || hidden.test(character) ? `\\u{${code.toString(16)}}` : character;
}

function widthOfCharacter(character: string): number {
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Columns that a text takes, which holds no control characters. */
export function columns(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let sum = 0;
  for (const character of text) sum += widthOfCharacter(character);
  return sum;
}

function cellOf(character: string, alphabet: Alphabet): Cell {
  const shown = shownCharacter(character, alphabet);
  return { shown, width: columns(shown), bytes: Buffer.byteLength(character) };
}

export const cellsOfText = (text: string, alphabet: Alphabet): Cell[] =>
  Array.from(text, character => cellOf(character, alphabet));

/** The character that begins at `at`; undefined where the bytes are no UTF-8. */
export function characterAt(bytes: Buffer, at: number): string | undefined {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const slice = bytes.subarray(at, at + length);
  const text = slice.toString('utf8');
  // U+FFFD itself may well have been sent, so the way back decides.
  return Buffer.from(text, 'utf8').equals(slice) ? text : undefined;
}

export function cellsOfBytes(bytes: Buffer, alphabet: Alphabet): Cell[] {
  const cells: Cell[] = [];
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    const cell =
      character === undefined
        ? { shown: hexByte(bytes[at] ?? 0), width: 4, bytes: 1 }
        : cellOf(character, alphabet);
    cells.push(cell);
    at += cell.bytes;
  }
  return cells;
}

const isSpace = (cell: Cell | undefined): boolean => cell?.shown === ' ';

/** Spaces at the end, and on request at the beginning, where nobody would see them. */
export function withSpacesShown(cells: readonly Cell[], alphabet: Alphabet, leading = false): Cell[] {
  const space = alphabet.unicode
    ? { shown: '␠', width: 1, bytes: 1 }
    : { shown: '\\x20', width: 4, bytes: 1 };
  const last = cells.findLastIndex(cell => !isSpace(cell));
  const first = leading ? cells.findIndex(cell => !isSpace(cell)) : 0;
  return cells.map((cell, i) => (isSpace(cell) && (i > last || i < first) ? space : cell));
}

/** Cells of text that is visible already. */
export const plainCells = (text: string): Cell[] =>
  Array.from(text, shown => ({ shown, width: widthOfCharacter(shown), bytes: Buffer.byteLength(shown) }));

export const joined = (cells: readonly Cell[]): string => cells.map(cell => cell.shown).join('');
export const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0);

export const visibleText = (text: string, alphabet: Alphabet): string => joined(cellsOfText(text, alphabet));
export const visibleBytes = (bytes: Buffer, alphabet: Alphabet): string =>
  joined(cellsOfBytes(bytes, alphabet));

const spelled: Readonly<Record<string, string>> = {
  '§': 'section ',
  '…': '...',
  '–': '-',
  '—': '-',
  '·': '-',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '→': '->',
  '≤': '<=',
  '≥': '>=',
  '×': 'x',
};

/**
 * Our own words, which may quote what was sent: hidden characters become visible, blanks stay as they are,
 * and without Unicode punctuation is spelled out. A backslash means itself.
 */
export function worded(text: string, alphabet: Alphabet): string {
  if (/^[ -~]*$/.test(text)) return text;
  return Array.from(text, character => {
    const known = alphabet.unicode ? character : (spelled[character] ?? character);
    return known !== character || known === '\\' ? known : shownCharacter(character, alphabet);
  }).join('');
}

/** Our own words on one line. */
export const prose = (text: string, alphabet: Alphabet): string =>
  worded(text.replace(/\s+/g, ' ').trim(), alphabet);

/** A command to paste: only what could act on the terminal is replaced. */
export const pasteable = (text: string): string =>
  Array.from(text, character =>
    character !== ' ' && hidden.test(character) ? shownCharacter(character, { unicode: true }) : character,
  ).join('');
