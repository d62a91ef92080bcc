/**
 * SMTP, RFC 5321. Where the grader plays the client it reads replies (reply.ts), an expectation written as a bare
 * number or text is about `code`; where it plays the server it hears commands (command.ts) and mail (mail-data.ts, with
 * what the mail itself is in mail/mail.ts), and such an expectation is about `verb`. No extension is known here.
 */
import type { Json } from '../../judge/json.ts';
import { isList, isObject, member } from '../../judge/json.ts';
import type { Protocol } from '../protocol.ts';
import { byHand, byHandServer } from './by-hand.ts';
import { CommandReader } from './command-reader.ts';
import { ReplyReader } from './reply-reader.ts';
import { goodServer } from './rules.ts';

/** A reply by its fields: { code, text? } or { code, lines }, a line for each (RFC 5321 §4.2.1). */
export function encodeReply(message: Json): Buffer {
  const code = isObject(message) ? member(message, 'code') : undefined;
  if (!isObject(message) || typeof code !== 'number' || !Number.isInteger(code) || code < 0 || code > 999)
    throw new Error('an SMTP reply wants "code", a number of three digits');
  const given = member(message, 'lines') ?? [member(message, 'text') ?? ''];
  if (!isList(given) || given.length === 0 || !given.every(line => typeof line === 'string'))
    throw new Error('an SMTP reply wants "text", or "lines" with at least one');
  const lines = given.map((line, i) => {
    const separator = i < given.length - 1 ? '-' : ' ';
    return `${String(code).padStart(3, '0')}${separator}${String(line)}\r\n`;
  });
  return Buffer.from(lines.join(''), 'utf8');
}

export const smtp: Protocol = {
  name: 'smtp',
  transport: 'tcp',
  main: 'code',
  mainHeard: 'verb',
  encodeText: text => Buffer.from(`${text}\r\n`, 'utf8'),
  encodeMessage: encodeReply,
  reader: plays => (plays === 'client' ? new ReplyReader() : new CommandReader()),
  byHand,
  byHandServer,
  defaultRules: goodServer,
};
