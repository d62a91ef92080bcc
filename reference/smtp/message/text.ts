// The text of a message as an entity (RFC 2046 §4.1, `text/plain`), in the encoding that suits it. The text
// is kept exactly; only a line break at the end is added where it is missing.

import { encodeBase64 } from './base64.ts';
import type { Entity } from './entity.ts';
import { encodeQuotedPrintable } from './quoted-printable.ts';

const MAX_LINE = 998; // RFC 5322 §2.1.1, RFC 5321 §4.5.3.1.6: 1000 with the CRLF.

export function textEntity(text: string): Entity {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) !== '') lines.push('');
  const canonical = lines.join('\r\n'); // RFC 2046 §4.1.1: in mail, CRLF alone breaks lines.
  if (isSevenBit(lines)) return entity('us-ascii', '7bit', canonical);
  const quoted = encodeQuotedPrintable(lines);
  const base64 = encodeBase64(Buffer.from(canonical));
  // RFC 2045 §6.7: quoted-printable is for text that is ASCII for the most part; else base64 is shorter.
  return quoted.length <= base64.length
    ? entity('utf-8', 'quoted-printable', quoted)
    : entity('utf-8', 'base64', base64);
}

/**
 * RFC 2045 §2.7: ASCII in short lines, no CR or LF but CRLF. (It allows more control characters than we do.)
 */
function isSevenBit(lines: readonly string[]): boolean {
  return lines.every(line => /^[\t\x20-\x7e]*$/.test(line) && line.length <= MAX_LINE);
}

function entity(charset: string, encoding: string, content: string): Entity {
  return {
    fields: [
      ['Content-Type', `text/plain; charset=${charset}`], // RFC 2045 §5.
      ['Content-Transfer-Encoding', encoding], // RFC 2045 §6: without it, nobody could read the text.
    ],
    content,
  };
}
