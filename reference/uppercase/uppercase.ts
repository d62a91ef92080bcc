// The service of the lecture's application example: bytes in, the same bytes in upper case out. Pure: it knows
// no socket, so the UDP and the TCP server share it. It is not a general upper-casing: only a-z change, so the
// result is as long as the request and `é`, `ß` or `ı` stay as they came.

const LOWER_A = 0x61;
const LOWER_Z = 0x7a;
const CASE_DISTANCE = 0x20; // In ASCII 'a' stands 32 places behind 'A'.

/**
 * A new array of the same length, a-z replaced by A-Z. Works on any bytes: in UTF-8 no byte of a longer
 * character is below 0x80 (RFC 3629 §3), so such characters pass untouched, and so do bytes that are no text.
 */
export function upperCase(bytes: Uint8Array): Uint8Array {
  const upper = new Uint8Array(bytes);
  for (let at = 0; at < upper.length; at += 1) {
    const byte = upper[at] ?? 0;
    if (byte >= LOWER_A && byte <= LOWER_Z) upper[at] = byte - CASE_DISTANCE;
  }
  return upper;
}
