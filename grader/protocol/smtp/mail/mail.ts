/**
 * What a mail is, for checks of those who write them (RFC 5322, RFC 2045 to 2047, RFC 2183, RFC 2231). It is read
 * leniently, so that one fault does not hide the rest, and marked strictly. A mail is
 *
 *   { headers, separated, from, to, type, parts, attachments, preamble, epilogue, faults, notes }
 *   and where it applies { cc, subject, date, messageId, mimeVersion, closed, text, lines }
 *
 *   headers      [{ name (lower case), value (unfolded), raw }], in order
 *   separated    an empty line ends the header, or nothing follows it
 *   from, to, cc addresses: ["alice@crepes.fr"]
 *   subject      with its encoded words decoded; bytes above 127 are U+FFFD, for a header has none
 *   date         { valid, ms, obsolete, fault }: date.ts        messageId   { value, valid, fault }
 *   mimeVersion  "1.0"
 *   type         of the mail, e.g. "multipart/mixed"; `closed` for a multipart: the closing boundary is there
 *   parts        [{ type, charset?, encoding, disposition?, filename?, within, text?, base64, size, longestLine, faults }]:
 *                all that hold no others, in order. `text` of text types, lines parted by "\n"; `base64` the decoded bytes;
 *                `size` their number; `longestLine` bytes of the longest line as it came; `within` the multiparts around it
 *   text, lines  of the first part that is text and no attachment, plain before others; the last line end makes no line
 *   attachments  those parts that are called so, have a file name, or are neither text nor message
 *   preamble, epilogue   text before the first and behind the closing boundary
 *   faults       all of them, in words, those of part 2 behind "part 2: "
 *   notes        what is forbidden but widely done, and costs nothing
 */
import type { JsonObject } from '../../../judge/json.ts';
import { Entities } from './entity.ts';
import { readFields } from './fields.ts';
import type { Part } from './part.ts';

/** More faults or notes are not told. */
const mostFaults = 100;
/** Longer mails are not read, in bytes. */
const longestMail = 32 * 1024 * 1024;

/** @param bytes of the mail, without the dots that SMTP adds */
export function readMail(bytes: Buffer): JsonObject {
  const tooLong = bytes.length > longestMail;
  const lines = (tooLong ? '' : bytes.toString('latin1')).split('\n').map(withoutCr);
  const ended = lines.length > 1 && lines.at(-1) === '';
  if (lines.at(-1) === '') lines.pop();
  const entities = new Entities();
  const { header, type, multipart } = entities.read({ lines, ended }, []);
  const { faults, notes, ...fields } = readFields(header);
  const { parts } = entities;
  const texts = parts.filter(part => part.text !== undefined && !isAttachment(part));
  const body = texts.find(part => part.type === 'text/plain') ?? texts[0];
  const all = [
    ...(tooLong ? [`the mail has ${bytes.length} bytes; it was not read`] : []),
    ...header.faults,
    ...faults,
    ...entities.faults,
    ...parts.flatMap((part, i) => (part.faults as string[]).map(fault => `part ${i + 1}: ${fault}`)),
  ];
  return {
    headers: header.fields.map(field => ({ ...field })),
    separated: header.separated,
    ...fields,
    type,
    ...(multipart === undefined ? {} : { closed: multipart.closed }),
    parts,
    ...(body === undefined ? {} : { text: body.text ?? '', lines: linesOf(String(body.text)) }),
    attachments: parts.filter(isAttachment),
    preamble: shown(multipart?.preamble),
    epilogue: shown(multipart?.epilogue),
    faults: all.slice(0, mostFaults),
    notes: notes.slice(0, mostFaults),
  };
}

/** LF alone parts lines here too: that it stands there alone is told elsewhere. */
const withoutCr = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

const shown = (lines: readonly string[] = []): string =>
  Buffer.from(lines.join('\n'), 'latin1').toString('utf8');

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function isAttachment({ type, disposition, filename }: Part): boolean {
  if (disposition === 'attachment' || filename !== undefined) return true;
  return !/^(?:text|message|multipart)\//.test(String(type));
}
