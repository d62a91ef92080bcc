/** Base64 bodies (RFC 2045 §6.8): decoded leniently, marked strictly. */

/** Bytes that a body stands for, and what is wrong with it. */
export interface DecodedBody {
  bytes: Buffer;
  faults: string[];
}

const longestLine = 76;

/** @param lines of the body, without line ends, a character for each byte */
export function decodeBase64(lines: readonly string[]): DecodedBody {
  const faults: string[] = [];
  const long = lines.filter(line => line.length > longestLine);
  if (long.length > 0)
    faults.push(`${plural(long.length, 'line')} of base64 with more than ${longestLine} characters`);
  const all = lines.join('');
  // Others are to be passed over (§6.8); Node would take "-" and "_" for the alphabet of URLs.
  const letters = all.replace(/[^A-Za-z0-9+/=]+/g, '');
  const stray = /[^A-Za-z0-9+/= \t]/.exec(all)?.[0];
  if (stray !== undefined) faults.push(`${named(stray)} is not of the alphabet of base64`);
  const padding = letters.indexOf('=');
  if (padding !== -1 && /[^=]/.test(letters.slice(padding)))
    faults.push('padding ("=") stands before the end of the base64');
  else if (letters.length % 4 !== 0)
    faults.push(`${letters.length} characters of base64, which is no multiple of 4`);
  // Each line may have been padded by itself.
  const units = letters.split(/=+/).map(unit => Buffer.from(unit, 'base64'));
  return { bytes: Buffer.concat(units), faults };
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A byte as words show it. */
export function named(byte: string): string {
  const code = byte.charCodeAt(0);
  return code > 0x20 && code < 0x7f ? `"${byte}"` : `byte 0x${code.toString(16).padStart(2, '0')}`;
}
