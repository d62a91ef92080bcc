// Parameters of header fields (RFC 2045 §5.1), as in `filename="report 1.pdf"`. Simplified: a long value is
// not divided into several parameters (RFC 2231 §3), so its line is longer than the wanted 78 characters.

export function parameter(name: string, value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? `${name}=${quotedString(value)}` : `${name}*=${extendedValue(value)}`;
}

/** RFC 5322 §3.2.4: in quotes blanks are allowed; quotes and backslashes get a backslash in front. */
function quotedString(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** RFC 2231 §4: the character set, the language (none), and the bytes, of which few may stand as they are. */
function extendedValue(value: string): string {
  return `utf-8''${encodeURIComponent(value).replace(/[*'()]/g, percent)}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
