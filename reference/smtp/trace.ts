// Trace information (RFC 5321 §4.4): the two header fields that the server puts on top of a message. It
// changes nothing below them, and it does not say whom else the message went to.

import { dateTime } from './message/date-time.ts';
import type { Envelope } from './state.ts';

export interface Receipt {
  envelope: Envelope;
  /** The client's IPv4 address, as the connection shows it. */
  clientAddress: string;
  hostname: string;
  /** What the message is called here. */
  id: string;
  date: Date;
}

/** `Return-Path:` and `Received:`, each line with its CRLF. */
export function traceFields({ envelope, clientAddress, hostname, id, date }: Receipt): string {
  const { name, extended } = envelope.client;
  return [
    // The delivering server writes down the reverse-path: the envelope is thrown away now.
    `Return-Path: <${envelope.reversePath}>`,
    // Who the client says it is, and where it really is. §7.6: no FOR clause, which could show a blind copy.
    `Received: from ${name} ([${clientAddress}])`,
    ` by ${hostname} with ${extended ? 'ESMTP' : 'SMTP'} id ${id};`,
    ` ${dateTime(date)}`,
    '',
  ].join('\r\n');
}
