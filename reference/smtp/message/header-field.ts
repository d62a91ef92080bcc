// Header fields (RFC 5322 §2.2): a name, a colon, a value, and CRLF; long ones folded (§2.2.3). It does not
// know what a value means, but lets none out that would be more than one field.

const WANTED_LINE = 78; // §2.1.1, without the CRLF. No more than 998 are allowed.

/**
 * The field with its CRLF. It is folded before blanks; a word that is too long for a line is left whole.
 * Throws RangeError if the value is not of printable ASCII: a line break would start another field.
 */
export function headerField(name: string, value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) throw new RangeError(`a line break, or no ASCII, in the field ${name}`);
  let line = `${name}:`;
  let folded = '';
  for (const word of ` ${value}`.match(/ +[^ ]+/g) ?? []) {
    if (line.length + word.length > WANTED_LINE && line !== `${name}:`) {
      folded += `${line}\r\n`; // §2.2.3: the word's own blank, at the start of a line, says that it goes on.
      line = '';
    }
    line += word;
  }
  return `${folded}${line}\r\n`;
}
