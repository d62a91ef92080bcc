// For tests only: reads a message back (RFC 5322, MIME), by another way than it was written. It takes what
// the composer promises to write and throws on the rest, so it is no general reader.

export interface ReadEntity {
  /** Names in lower case; values unfolded, not decoded. */
  fields: [name: string, value: string][];
  /** Decoded from its Content-Transfer-Encoding. */
  bytes: Buffer;
  parts: ReadEntity[];
}

export function readMessage(message: string): ReadEntity {
  if (!/^(?:[\x20-\x7e\t]*\r\n)*[\x20-\x7e\t]*$/.test(message))
    throw new Error('more than ASCII lines with CRLF');
  if (message.split('\r\n').some(line => line.length > 998))
    throw new Error('a line of more than 998 characters');
  return readEntity(message);
}

/** The value of the one field of this name. */
export function field({ fields }: ReadEntity, name: string): string {
  const values = fields.filter(([other]) => other === name.toLowerCase());
  const [only] = values;
  if (only === undefined || values.length > 1) throw new Error(`${values.length} fields ${name}`);
  return only[1];
}

/** RFC 2047: the text that encoded words stand for. */
export function decodeWords(value: string): string {
  return value.replace(/\?= +=\?/g, '?==?').replace(/=\?utf-8\?B\?([^?]*)\?=/g, (word, letters: string) => {
    if (word.length > 75) throw new Error('an encoded word of more than 75 characters');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(strictBase64(letters));
    return text;
  });
}

function readEntity(text: string): ReadEntity {
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n') + 2;
  const header = text.slice(0, end).replace(/\r\n(?=[ \t])/g, '');
  const fields = header
    .split('\r\n')
    .slice(0, -1)
    .map((line): [string, string] => {
      const colon = /^[!-9;-~]+: ?/.exec(line)?.[0];
      if (colon === undefined) throw new Error(`no field: ${line}`);
      return [colon.replace(/: ?$/, '').toLowerCase(), line.slice(colon.length)];
    });
  const body = text.slice(end + 2);
  const type = fields.find(([name]) => name === 'content-type')?.[1] ?? '';
  const boundary = /^multipart\/mixed; boundary="([^"]{1,70})"$/.exec(type)?.[1];
  if (boundary !== undefined) return { fields, bytes: Buffer.alloc(0), parts: readParts(body, boundary) };
  const encoding = fields.find(([name]) => name === 'content-transfer-encoding')?.[1] ?? '7bit';
  return { fields, bytes: decode(encoding, body), parts: [] };
}

function readParts(body: string, boundary: string): ReadEntity[] {
  const [preamble, ...pieces] = `\r\n${body}`.split(`\r\n--${boundary}`);
  if (preamble !== '' || pieces.pop() !== '--\r\n') throw new Error('a multipart without its end');
  return pieces.map(piece => {
    if (!piece.startsWith('\r\n')) throw new Error('a delimiter with something behind it');
    return readEntity(piece.slice(2));
  });
}

function decode(encoding: string, body: string): Buffer {
  switch (encoding) {
    case '7bit':
      return Buffer.from(body);
    case 'base64':
      if (body.split('\r\n').some(line => line.length > 76))
        throw new Error('more than 76 columns of base64');
      return strictBase64(body.replaceAll('\r\n', ''));
    case 'quoted-printable':
      if (body.split('\r\n').some(line => line.length > 76)) throw new Error('more than 76 columns');
      if (/[ \t](?=\r\n|$)/.test(body)) throw new Error('a blank at the end of a line');
      return Buffer.from(
        body.replaceAll('=\r\n', '').replace(/=([0-9A-F]{2})?/g, (_, digits?: string) => {
          if (digits === undefined) throw new Error('= without two digits');
          return String.fromCharCode(Number.parseInt(digits, 16));
        }),
        'latin1',
      );
    default:
      throw new Error(`encoding ${encoding}`);
  }
}

function strictBase64(letters: string): Buffer {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(letters))
    throw new Error('no base64');
  return Buffer.from(letters, 'base64');
}
