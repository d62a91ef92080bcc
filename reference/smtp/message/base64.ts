// The base64 encoding of MIME (RFC 2045 §6.8): three bytes become four letters out of 64. The letters are
// Node's work; here they are cut into lines.

const LETTERS_A_LINE = 76;

/** Lines with CRLF between them; the last has none. */
export function encodeBase64(bytes: Uint8Array): string {
  const letters = Buffer.from(bytes).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < letters.length; at += LETTERS_A_LINE)
    lines.push(letters.slice(at, at + LETTERS_A_LINE));
  return lines.join('\r\n');
}
