/** One part of a mail that holds no others: its body decoded as its fields say (RFC 2045 §2.4, §6). */
import type { Json } from '../../../judge/json.ts';
import { decodeBase64 } from './base64.ts';
import { decodeCharset } from './charset.ts';
import type { ContentField } from './content-fields.ts';
import { decodeQuotedPrintable } from './quoted-printable.ts';

export interface Body {
  lines: readonly string[];
  /** The last of them had a line end. */
  ended: boolean;
}

/** What the header fields of a part say of its body. */
export interface Content {
  type: ContentField;
  /** "7bit", "8bit", "binary", "quoted-printable", "base64", or what else is said. */
  encoding: string;
  disposition: ContentField | undefined;
}

/** Longest line, CRLF not included (RFC 5322 §2.1.1). */
const longestLine = 998;

/** What checks see of a part; described in mail.ts. */
export type Part = { [field: string]: Json };

/** @param within types of the multiparts around it, from the outside in */
export function partOf(
  content: Content,
  body: Body,
  within: readonly string[],
  before: readonly string[],
): Part {
  const { type, encoding, disposition } = content;
  const { bytes, faults } = decoded(body, encoding);
  const longest = body.lines.reduce((most, line) => Math.max(most, line.length), 0);
  if (longest > longestLine) faults.push(`a line has ${longest} bytes; ${longestLine} are the most`);
  const charset = type.parameters.get('charset')?.toLowerCase();
  const filename = disposition?.parameters.get('filename') ?? type.parameters.get('name');
  const isText = type.value.startsWith('text/');
  const text = isText ? decodeCharset(bytes, charset ?? 'us-ascii') : undefined;
  if (text?.fault !== undefined) faults.push(text.fault);
  return {
    type: type.value,
    ...(charset === undefined ? {} : { charset }),
    encoding,
    ...(disposition === undefined ? {} : { disposition: disposition.value }),
    ...(filename === undefined ? {} : { filename }),
    within: [...within],
    ...(text === undefined ? {} : { text: text.text.replaceAll('\r\n', '\n') }),
    base64: bytes.toString('base64'),
    size: bytes.length,
    longestLine: longest,
    faults: [...before, ...faults],
  };
}

function decoded({ lines, ended }: Body, encoding: string): { bytes: Buffer; faults: string[] } {
  if (encoding === 'base64') return decodeBase64(lines);
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(lines, ended);
  const plain = lines.join('\r\n') + (ended && lines.length > 0 ? '\r\n' : '');
  return { bytes: Buffer.from(plain, 'latin1'), faults: plainFaults(plain, encoding) };
}

/** Without BINARYMIME and 8BITMIME only 7bit may be sent (RFC 5321 §2.4, RFC 2045 §6.2). */
function plainFaults(plain: string, encoding: string): string[] {
  const faults: string[] = [];
  if (!['7bit', '8bit', 'binary'].includes(encoding))
    faults.push(`the encoding "${encoding.slice(0, 40)}" is not known`);
  if (/[\x80-\xff]/.test(plain))
    faults.push(
      encoding === '7bit'
        ? '7bit is said, and some bytes are not'
        : `the body is sent as ${encoding.slice(0, 40)}`,
    );
  if (plain.includes('\0')) faults.push('the body holds a NUL');
  return faults;
}
