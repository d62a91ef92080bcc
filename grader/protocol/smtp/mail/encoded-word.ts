/** Encoded words in header text: =?charset?B?…?= and =?charset?Q?…?= (RFC 2047 §2, §4, §6.2). */
import { decodeCharset } from './charset.ts';

/** Longest encoded word (RFC 2047 §2). Python's library writes longer ones, so that is a note. */
const longestWord = 75;

/** More faults or notes are not told. */
const mostFaults = 20;

export interface DecodedWords {
  text: string;
  faults: string[];
  /** What the RFC forbids and much software does. */
  notes: string[];
}

/** charset [ * language ] ? encoding ? text; the language is RFC 2231's (§5). */
const form = /^=\?([^?* ]+)(?:\*([^? ]*))?\?([bq])\?([!->@-~]*)\?=$/i;

/** @param value unfolded */
export function decodeWords(value: string): DecodedWords {
  const result: DecodedWords = { text: '', faults: [], notes: [] };
  const out: string[] = [];
  let blanks = '';
  let afterEncoded = false;
  for (const piece of value.match(/[ \t]+|[^ \t]+/g) ?? []) {
    if (piece[0] === ' ' || piece[0] === '\t') {
      blanks = piece;
      continue;
    }
    const decoded = decodeWord(piece, result);
    // Blanks between two encoded words are not part of the text (§6.2).
    if (!(afterEncoded && decoded !== undefined)) out.push(blanks);
    blanks = '';
    afterEncoded = decoded !== undefined;
    out.push(decoded ?? piece);
  }
  result.text = out.join('') + blanks;
  result.faults.splice(mostFaults);
  result.notes.splice(mostFaults);
  return result;
}

/** undefined: it is no encoded word and stands for itself. */
function decodeWord(piece: string, { faults, notes }: DecodedWords): string | undefined {
  const found = form.exec(piece);
  if (found === null) {
    if (piece.includes('=?') && piece.includes('?='))
      faults.push(`"${piece.slice(0, 60)}" looks like an encoded word and is none`);
    return undefined;
  }
  const [, charset = '', , encoding = '', text = ''] = found;
  if (piece.length > longestWord)
    notes.push(`an encoded word has ${piece.length} characters; ${longestWord} are the most`);
  const isBase64 = encoding.toLowerCase() === 'b';
  if (isBase64 && (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)))
    faults.push(`an encoded word holds bad base64: "${text.slice(0, 60)}"`);
  if (!isBase64 && /=(?![0-9A-Fa-f]{2})/.test(text))
    faults.push(`an encoded word holds "=" without two hexadecimal digits: "${text.slice(0, 60)}"`);
  const bytes = isBase64 ? Buffer.from(text, 'base64') : fromQ(text);
  const { text: shown, fault } = decodeCharset(bytes, charset);
  // A character must not be parted between two words either (§5), which shows here.
  if (fault !== undefined) faults.push(`an encoded word: ${fault}`);
  return shown;
}

/** RFC 2047 §4.2: an underscore is a blank. */
function fromQ(text: string): Buffer {
  const plain = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
