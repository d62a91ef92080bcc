// Composes a message (RFC 5322): header, empty line, body. Text in, 7-bit ASCII lines with CRLF out. It knows
// nothing of the envelope (RFC 5321 §2.3.1): that MAIL and RCPT say the same addresses is the client's doing.

import { randomBytes, randomUUID } from 'node:crypto';
import { type Attachment, attachmentEntity } from './attachment.ts';
import { dateTime } from './date-time.ts';
import { encodeText } from './encoded-word.ts';
import { encodeEntity } from './entity.ts';
import { headerField } from './header-field.ts';
import { multipartMixed } from './multipart.ts';
import { textEntity } from './text.ts';

export interface Letter {
  /** An address, `local-part@domain`, and so are those in `to`. */
  from: string;
  to: readonly string[];
  subject: string;
  /** Lines that end in `\n` or `\r\n`; the last may lack it. */
  body: string;
  attachment: Attachment | undefined;
}

/** Throws RangeError if the subject can not be put into a header field. */
export function composeMessage({ from, to, subject, body, attachment }: Letter, date = new Date()): string {
  const text = textEntity(body);
  const content =
    attachment === undefined ? text : multipartMixed([text, attachmentEntity(attachment)], randomBoundary);
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return [
    headerField('Date', dateTime(date)), // §3.6.1: required, like From; the others are usual.
    headerField('From', from), // §3.6.2.
    headerField('To', to.join(', ')), // §3.6.3: all of them in one field.
    headerField('Subject', encodeText(subject)), // §3.6.5.
    headerField('Message-ID', `<${randomUUID()}@${domain}>`), // §3.6.4: nobody else's, ever.
    headerField('MIME-Version', '1.0'), // RFC 2045 §4: what follows is to be read as MIME says.
    encodeEntity(content),
  ].join('');
}

/** RFC 2046 §5.1.1: 70 characters at most. RFC 2045 §6.7: encoded text never has `=_`. */
function randomBoundary(): string {
  return `=_${randomBytes(18).toString('hex')}`;
}
