/**
 * Replies of a server (RFC 5321 §4.2), one line or several. A reply is
 *
 *   { code, text, lines, end, wellFormed }     and where it applies    { ends, enhanced, fault }
 *
 *   code        three digits as a number; 0 for a line that does not begin with such
 *   text        what stands behind the code of the last line, without line end; the whole line where code is 0
 *   lines       the same of every line
 *   end         how the last line ended: "\r\n", "\n", "\r" or "" (the stream ended); `ends` of every line, if they differ
 *   enhanced    "2.1.0" where the text begins with such a code (RFC 3463 §2)
 *   wellFormed  byte by byte as the RFC wants it; `fault` says in words what is wrong first
 *
 * A code alone is well formed, with or without the blank: clients have to take both (§4.2).
 */
import type { Message } from '../../wire/reader.ts';
import { type RawLine, straysIn } from './line-cutter.ts';

/** Longest reply line, CRLF included (RFC 5321 §4.5.3.1.5). */
const longestReply = 512;

interface ReplyLine {
  code: number;
  separator: string;
  text: string;
}

/** Three digits and no fourth; undefined for any other line. */
function replyLine({ bytes }: RawLine): ReplyLine | undefined {
  const head = bytes.subarray(0, 4).toString('latin1');
  if (!/^\d{3}(?!\d)/.test(head)) return undefined;
  const separator = /[ -]/.exec(head.slice(3))?.[0] ?? '';
  return { code: Number(head.slice(0, 3)), separator, text: bytes.toString('utf8', 3 + separator.length) };
}

/** Whether this line is the last of its reply: a hyphen says that more follow (§4.2.1). */
export function isLast(line: RawLine, isFirst: boolean): boolean {
  const read = replyLine(line);
  // Among the lines of a reply a stray one is a fault of this reply, not a reply of its own.
  return read === undefined ? isFirst : read.separator !== '-';
}

/** @param complete the last line has come */
export function replyOf(lines: readonly RawLine[], complete: boolean): Message {
  const read = lines.map(
    line => replyLine(line) ?? { code: 0, separator: '', text: line.bytes.toString('utf8') },
  );
  const last = read.at(-1) ?? { code: 0, text: '' };
  const ends = lines.map(({ end }) => end);
  const end = ends.at(-1) ?? '';
  const enhanced = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/.exec(last.text)?.[0];
  const fault = faultIn(lines, complete);
  return {
    code: last.code,
    text: last.text,
    lines: read.map(({ text }) => text),
    ...(enhanced === undefined ? {} : { enhanced }),
    end,
    ...(ends.some(one => one !== end) ? { ends } : {}),
    wellFormed: fault === undefined,
    ...(fault === undefined ? {} : { fault }),
  };
}

function faultIn(lines: readonly RawLine[], complete: boolean): string | undefined {
  for (const [i, line] of lines.entries()) {
    const fault = faultOf(line);
    if (fault !== undefined) return lines.length === 1 ? `the line ${fault}` : `line ${i + 1} ${fault}`;
  }
  const codes = [...new Set(lines.map(line => replyLine(line)?.code ?? 0))];
  if (codes.length > 1) return `the lines of one reply have different codes: ${codes.join(', ')}`;
  return complete ? undefined : 'a hyphen behind the code says that more lines follow, and none came';
}

function faultOf(line: RawLine): string | undefined {
  const read = replyLine(line);
  if (read === undefined) return 'does not begin with a code of three digits';
  const { code, separator, text } = read;
  if (separator === '' && text !== '')
    return `has "${text.slice(0, 1)}" behind the code, neither a blank nor a hyphen`;
  // Reply-code = %x32-35 %x30-35 %x30-39 (§4.2)
  if (!/^[2-5][0-5]\d$/.test(String(code).padStart(3, '0')))
    return `has the code ${String(code).padStart(3, '0')}; the first digit is 2 to 5, the second 0 to 5`;
  const strays = straysIn(line.bytes);
  if (strays.bareCr > 0 || line.end === '\r') return 'holds a CR without LF';
  if (line.end === '\n') return 'ends in LF alone, not in CRLF';
  if (line.end === '') return 'has no end';
  if (strays.eightBit > 0) return 'holds bytes that are not ASCII';
  // textstring = 1*(%d09 / %d32-126)
  if (line.bytes.some(byte => byte < 0x20 && byte !== 0x09) || line.bytes.includes(0x7f))
    return 'holds a control character';
  const length = line.bytes.length + line.end.length;
  return length > longestReply ? `has ${length} bytes; ${longestReply} are the most` : undefined;
}
