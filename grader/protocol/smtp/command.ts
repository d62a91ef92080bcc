/**
 * Commands as a server hears them (RFC 5321 §4.1.1). A command is
 *
 *   { verb, argument, raw, end, early, wellFormed, bareLf, bareCr, eightBit }     and where it applies
 *   { path, space, parameters, fault }
 *
 *   verb        the first word in capitals; "" where the line begins with a blank or is empty
 *   argument    what follows it, without blanks at either end
 *   raw         the line as it came, without its end
 *   end         "\r\n", "\n", or, at the end of the stream, "\r" or ""
 *   early       its first byte came before the reply to what went before (at first: the greeting) was sent
 *   path        of MAIL and RCPT: what stands in the angle brackets; left out where there are none
 *   space       of MAIL and RCPT: a blank stands beside the colon, which §3.3 forbids and the slides show
 *   parameters  of MAIL and RCPT: the words behind the path, e.g. "SIZE=500"
 *   wellFormed  byte by byte as the RFC wants it, one of its own commands; `fault` says what is wrong first
 *   bareLf, bareCr, eightBit   how many bytes of these kinds the line and its end hold
 */
import type { Message } from '../../wire/reader.ts';
import { domain, type Envelope, envelopeOf } from './envelope.ts';
import { type RawLine, straysIn } from './line-cutter.ts';

/** Longest command line, CRLF included (RFC 5321 §4.5.3.1.4). */
const longestCommand = 512;

const wholeDomain = new RegExp(`^ ${domain}$`);

/** What may stand behind a verb. */
type Argument = 'none' | 'domain' | 'path' | 'text' | 'free';

/** RFC 5321 §4.1.1.1 to §4.1.1.10. */
const verbs: ReadonlyMap<string, Argument> = new Map([
  ['EHLO', 'domain'],
  ['HELO', 'domain'],
  ['MAIL', 'path'],
  ['RCPT', 'path'],
  ['DATA', 'none'],
  ['RSET', 'none'],
  ['QUIT', 'none'],
  ['VRFY', 'text'],
  ['EXPN', 'text'],
  ['HELP', 'free'],
  ['NOOP', 'free'],
]);

export function commandOf(line: RawLine, early: boolean): Message {
  const raw = line.bytes.toString('utf8');
  const verb = /^[^ \t]*/.exec(raw)?.[0] ?? '';
  const argument = raw.slice(verb.length).trim();
  const name = verb.replace(/[a-z]+/g, letters => letters.toUpperCase());
  const tooLong = line.bytes.length + line.end.length > longestCommand;
  const envelope = verbs.get(name) === 'path' && !tooLong ? envelopeOf(name, argument) : undefined;
  const strays = straysIn(Buffer.concat([line.bytes, Buffer.from(line.end)]));
  const length = line.bytes.length + line.end.length;
  const fault =
    faultOfLine(line, strays) ??
    (tooLong ? `the line has ${length} bytes; ${longestCommand} are the most` : undefined) ??
    faultOfArgument(name, raw.slice(verb.length), envelope);
  return {
    verb: name,
    argument,
    raw,
    end: line.end,
    early,
    ...(envelope?.path === undefined ? {} : { path: envelope.path }),
    ...(envelope?.space === undefined ? {} : { space: envelope.space }),
    ...(envelope?.parameters === undefined ? {} : { parameters: envelope.parameters }),
    wellFormed: fault === undefined,
    ...(fault === undefined ? {} : { fault }),
    ...strays,
  };
}

function faultOfLine({ end }: RawLine, strays: { bareLf: number; bareCr: number; eightBit: number }) {
  if (strays.bareCr > 0) return 'the line holds a CR without LF';
  if (strays.bareLf > 0) return 'the line ends in LF alone, not in CRLF';
  if (end === '') return 'the line has no end';
  return strays.eightBit > 0 ? 'the line holds bytes that are not ASCII' : undefined;
}

/** @param behind what follows the verb, its blank included */
function faultOfArgument(verb: string, behind: string, envelope: Envelope | undefined): string | undefined {
  switch (verbs.get(verb)) {
    case undefined:
      return `"${verb.slice(0, 40)}" is no command of RFC 5321`;
    case 'none':
      return behind === '' ? undefined : `${verb} takes no argument`;
    case 'domain':
      return wholeDomain.test(behind) ? undefined : `${verb} wants a domain, and nothing else`;
    case 'path':
      return envelope?.fault;
    case 'text':
      return behind.trim() === '' ? `${verb} wants an argument` : undefined;
    case 'free':
      return undefined;
  }
}
