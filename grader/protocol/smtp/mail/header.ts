/**
 * The header section (RFC 5322 §2.1, §2.2, §3.5): fields, folded or not, up to the first empty line. Texts are
 * bytes as characters (latin1) until they are shown.
 */
import { isBlank, trimmed } from './lexical.ts';

export interface Field {
  /** In lower case. */
  name: string;
  /** Unfolded (§2.2.3), without blanks at either end; bytes above 127 are U+FFFD each. */
  value: string;
  /** As it came, without its last line end. */
  raw: string;
}

export interface Header {
  fields: Field[];
  /** An empty line follows, or nothing at all. */
  separated: boolean;
  /** Index of the first line of the body. */
  bodyAt: number;
  faults: string[];
}

/** More fields of one header are not read. */
const mostFields = 1000;
/** More faults of one header are not told. */
const mostFaults = 20;
/** Longest line, CRLF not included (§2.1.1). */
const longestLine = 998;

/** @param lines of the message or part, without line ends */
export function readHeader(lines: readonly string[]): Header {
  const faults: string[] = [];
  const folded: string[][] = [];
  const done = (bodyAt: number, separated: boolean): Header => ({
    fields: folded.map(fieldOf),
    separated,
    bodyAt,
    faults,
  });
  for (const [i, line] of lines.entries()) {
    if (line === '') return done(i + 1, true);
    const open = folded.at(-1);
    if (isBlank(line[0]) && open !== undefined) {
      if (trimmed(line) === '' && faults.length < mostFaults)
        faults.push(`line ${i + 1} of the header holds blanks only`);
      open.push(line);
    } else {
      const problem = nameProblem(line);
      if (problem === 'none') {
        faults.push(`line ${i + 1} is no header field, and no empty line stands before it: "${shown(line)}"`);
        return done(i, false);
      }
      if (problem === 'blank') faults.push(`a blank stands before the colon: "${shown(line)}"`);
      if (folded.length === mostFields) {
        faults.push(`the header has more than ${mostFields} fields`);
        return done(i, false);
      }
      folded.push([line]);
    }
    if (faults.length < mostFaults) faults.push(...lineFaults(line, i + 1));
  }
  return done(lines.length, true);
}

const shown = (line: string): string => asciiOf(line.slice(0, 60));

/** field-name = 1*ftext (§3.6.8) */
function nameProblem(line: string): 'none' | 'blank' | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  if (/^[!-9;-~]+$/.test(name)) return undefined;
  // The obsolete form (§4.5.8).
  return name !== '' && /^[!-9;-~]+$/.test(trimmed(name)) && !isBlank(name[0]) ? 'blank' : 'none';
}

function lineFaults(line: string, number: number): string[] {
  const faults: string[] = [];
  if (line.length > longestLine)
    faults.push(`line ${number} of the header has ${line.length} bytes; ${longestLine} are the most`);
  if (/[\x80-\xff]/.test(line)) faults.push(`line ${number} of the header holds bytes that are not ASCII`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line))
    faults.push(`line ${number} of the header holds a control character`);
  return faults;
}

function fieldOf(lines: readonly string[]): Field {
  const whole = lines.join('');
  const colon = whole.indexOf(':');
  return {
    name: trimmed(whole.slice(0, colon)).toLowerCase(),
    value: asciiOf(trimmed(whole.slice(colon + 1))),
    raw: Buffer.from(lines.join('\r\n'), 'latin1').toString('utf8'),
  };
}

/** Header fields are ASCII (RFC 5322 §2.2): what is not stays a fault for whoever compares. */
function asciiOf(bytes: string): string {
  return bytes.replace(/[\x80-\xff]/g, '\ufffd');
}

/** The fields of that name. */
export function named(header: Pick<Header, 'fields'>, name: string): string[] {
  return header.fields.filter(field => field.name === name).map(({ value }) => value);
}
