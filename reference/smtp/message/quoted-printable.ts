// The quoted-printable encoding (RFC 2045 §6.7): most of ASCII stays as it is, any other byte becomes `=` and
// two digits. For text, in lines; for files, base64 is better.

const MAX_LINE = 76; // Rule 5, without the CRLF.

/** Lines without line breaks in, encoded lines with CRLF between them out. */
export function encodeQuotedPrintable(lines: readonly string[]): string {
  return lines.map(encodeLine).join('\r\n'); // Rule 4: a line break of the text is a line break.
}

function encodeLine(line: string): string {
  const bytes = Buffer.from(line);
  let encoded = '';
  let width = 0;
  for (const [at, byte] of bytes.entries()) {
    const token = encodeByte(byte, at === bytes.length - 1);
    // Rule 5: a `=` at the end of a line says that the text's line goes on. It too needs a column.
    if (width + token.length > MAX_LINE - 1) {
      encoded += '=\r\n';
      width = 0;
    }
    encoded += token;
    width += token.length;
  }
  return encoded;
}

function encodeByte(byte: number, last: boolean): string {
  const character = String.fromCharCode(byte);
  const literal = /[!-<>-~]/.test(character); // Rule 2: printable, but not `=` itself.
  const blank = /[ \t]/.test(character) && !last; // Rule 3: blanks at the end of a line get lost on the way.
  if (literal || blank) return character;
  return `=${byte.toString(16).toUpperCase().padStart(2, '0')}`; // Rule 1: capital letters.
}
