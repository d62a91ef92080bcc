/** Quoted-printable bodies (RFC 2045 §6.7): decoded leniently, marked strictly. */
import { type DecodedBody, named, plural } from './base64.ts';
import { isBlank } from './lexical.ts';

const longestLine = 76;

/** @param lines of the body, a character for each byte @param ended the last of them had a line end */
export function decodeQuotedPrintable(lines: readonly string[], ended: boolean): DecodedBody {
  const faults = new Set<string>();
  const long = lines.filter(line => line.length > longestLine).length;
  if (long > 0)
    faults.add(`${plural(long, 'line')} of quoted-printable with more than ${longestLine} characters`);
  const out: string[] = [];
  for (const [i, line] of lines.entries()) {
    // Rule 3: blanks at the end were put there on the way.
    const text = line.slice(0, endOf(line));
    if (text.length < line.length)
      faults.add('a line of quoted-printable ends in a blank that is not encoded');
    const soft = text.endsWith('=');
    out.push(decodeLine(soft ? text.slice(0, -1) : text, faults));
    const isLast = i === lines.length - 1;
    if (soft && isLast && !ended) faults.add('the quoted-printable ends in a soft line break');
    if (!soft && (!isLast || ended)) out.push('\r\n');
  }
  return { bytes: Buffer.from(out.join(''), 'latin1'), faults: [...faults] };
}

function endOf(line: string): number {
  let end = line.length;
  while (end > 0 && isBlank(line[end - 1])) end -= 1;
  return end;
}

function decodeLine(text: string, faults: Set<string>): string {
  const stray = /[^\t -~]/.exec(text)?.[0];
  if (stray !== undefined) faults.add(`${named(stray)} must be encoded in quoted-printable`);
  return text.replace(/=(..?)?/g, (whole, digits: string | undefined) => {
    if (digits !== undefined && /^[0-9A-Fa-f]{2}$/.test(digits)) {
      if (/[a-f]/.test(digits)) faults.add(`"${whole}" in quoted-printable: the digits are in capitals`);
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    faults.add('"=" without two hexadecimal digits in quoted-printable');
    return whole;
  });
}
