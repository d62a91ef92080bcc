// What the two programs are told: positional arguments, and one knob from the environment. Anything missing
// or malformed ends the program with one line. It is not an option parser, and it opens nothing.

import { fail } from './failure.ts';
import { isDomain, isDomainOrLiteral, parseMailbox } from './path.ts';

const LAST_PORT = 65_535; // Ports have 16 bits: RFC 9293 §3.1.

export interface ServerArguments {
  port: number;
  /** The server's own name, and the one domain that it receives mail for. */
  hostname: string;
  /** The folder that holds a folder for each user. */
  mailRoot: string;
}

export interface ClientArguments {
  host: string;
  port: number;
  from: string;
  to: string[];
  subject: string;
  /** Path of the file to attach; `undefined` for none. */
  attachment: string | undefined;
}

/** `PORT HOSTNAME MAILROOT`. Port 0 is allowed: the system then chooses a free one. */
export function serverArguments(): ServerArguments {
  const [port, hostname, mailRoot, ...surplus] = process.argv.slice(2);
  if (port === undefined || !hostname || !mailRoot || surplus.length > 0) {
    fail('usage: server PORT HOSTNAME MAILROOT');
  }
  if (!isDomain(hostname)) fail(`HOSTNAME must be a domain name, not ${JSON.stringify(hostname)}`);
  return { port: portNumber(port, 0), hostname, mailRoot };
}

/** `HOST PORT FROM TO SUBJECT ATTACHMENT`. TO may be several addresses, joined by commas. */
export function clientArguments(): ClientArguments {
  const [host, port, from, to, subject, attachment, ...surplus] = process.argv.slice(2);
  if (!host || port === undefined || from === undefined || to === undefined || subject === undefined) usage();
  if (!attachment || surplus.length > 0) usage();
  return {
    host,
    port: portNumber(port, 1),
    from: mailbox('FROM', from),
    // Simplified: a comma within a quoted local part would be taken for the end of the address.
    to: to.split(',').map(address => mailbox('TO', address.trim())),
    subject,
    attachment: attachment === '-' ? undefined : attachment,
  };
}

/** The name to say in EHLO and HELO. */
export function heloName(): string {
  const name = process.env.HELO_NAME || 'localhost';
  if (!isDomainOrLiteral(name)) fail(`HELO_NAME must be a domain name, not ${JSON.stringify(name)}`);
  return name;
}

function usage(): never {
  fail('usage: client HOST PORT FROM TO SUBJECT ATTACHMENT (TO: a@b,c@d; ATTACHMENT: a file, or - for none)');
}

function mailbox(name: string, text: string): string {
  // Goes into a command and into a header field: what is no mailbox could add a line to them.
  if (parseMailbox(text) !== undefined) return text;
  fail(`${name} must be an address such as alice@crepes.fr, not ${JSON.stringify(text)}`);
}

function portNumber(text: string, least: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= LAST_PORT) return value;
  fail(`PORT must be a whole number from ${least} to ${LAST_PORT}, not ${JSON.stringify(text)}`);
}
