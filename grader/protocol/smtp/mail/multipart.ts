/** The frame of multipart bodies (RFC 2046 §5.1.1): delimiter lines, and what stands before, between and behind. */

export interface Multipart {
  preamble: string[];
  /** Lines of each part; the line end before a delimiter belongs to the delimiter. */
  parts: string[][];
  epilogue: string[];
  /** The closing delimiter is there. */
  closed: boolean;
  faults: string[];
}

/** More parts of one multipart are not read. */
const mostParts = 200;

/** bchars, not ending in a blank */
const form = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;

/** @param lines of the body @param boundary as the parameter says */
export function splitMultipart(lines: readonly string[], boundary: string): Multipart {
  const all: Multipart = { preamble: [], parts: [], epilogue: [], closed: false, faults: [] };
  if (!form.test(boundary)) all.faults.push(`"${boundary.slice(0, 80)}" is no boundary`);
  let into = all.preamble;
  let alike: number | undefined;
  for (const [i, line] of lines.entries()) {
    const kind = all.closed ? undefined : delimiter(line, boundary);
    if (kind === 'next' && all.parts.length < mostParts) {
      into = [];
      all.parts.push(into);
    } else if (kind === 'next') {
      all.faults.push(`there are more than ${mostParts} parts`);
      return all;
    } else if (kind === 'closing') {
      all.closed = true;
      into = all.epilogue;
    } else {
      if (kind === 'alike') alike ??= i + 1;
      into.push(line);
    }
  }
  if (alike !== undefined)
    all.faults.push(`line ${alike} of the multipart begins with the boundary and is no delimiter`);
  if (all.parts.length === 0) all.faults.push(`the boundary "${boundary.slice(0, 80)}" never comes`);
  else if (!all.closed) all.faults.push('the closing boundary is missing');
  return all;
}

/** Blanks behind a delimiter are allowed. "alike" must not occur in a part (§5.1.1), and is taken for its text. */
function delimiter(line: string, boundary: string): 'next' | 'closing' | 'alike' | undefined {
  if (!line.startsWith('--') || !line.startsWith(boundary, 2)) return undefined;
  const rest = line.slice(boundary.length + 2);
  if (/^[ \t]*$/.test(rest)) return 'next';
  return /^--[ \t]*$/.test(rest) ? 'closing' : 'alike';
}
