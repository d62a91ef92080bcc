/** Bytes in a charset to text, strictly: what is no text in it is a fault (RFC 2045 §2.2, RFC 2046 §4.1.2). */

export interface Decoded {
  text: string;
  fault?: string;
}

/** @param label of a charset, of either case */
export function decodeCharset(bytes: Buffer, label: string): Decoded {
  const name = label.toLowerCase();
  // TextDecoder takes these two for windows-1252.
  if (name === 'us-ascii' || name === 'ascii') return decodeAscii(bytes);
  if (name === 'iso-8859-1') return { text: bytes.toString('latin1') };
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
  } catch {
    return { text: bytes.toString('utf8'), fault: `the charset "${label.slice(0, 40)}" is not known` };
  }
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return {
      text: new TextDecoder(name, { ignoreBOM: true }).decode(bytes),
      fault: `some bytes are no ${name}`,
    };
  }
}

function decodeAscii(bytes: Buffer): Decoded {
  const text = bytes.toString('latin1');
  const seven = text.replace(/[\x80-\xff]/g, '\ufffd');
  return seven === text
    ? { text }
    : { text: seven, fault: 'some bytes are not ASCII, and no other charset is said' };
}
