// The commands of RFC 5321 §4.1.1: for each verb the states that it is legal in, and what it does. Pure: a
// state and an argument in, a reply and the next state out. Mail data is not a command; session.ts treats it.

import type { Limits } from './limits.ts';
import { refuseParameters } from './mail-parameters.ts';
import { isDomainOrLiteral, type Path, parseForwardPath, parseMailbox, parseReversePath } from './path.ts';
import { type Reply, reply } from './reply.ts';
import { cleared, type Phase, type State, type StateIn } from './state.ts';

/** What the commands must know of the server that they run in. */
export interface Host {
  /** Its name, which is also the one domain that it has mailboxes for. */
  readonly name: string;
  readonly limits: Limits;
  hasMailbox(user: string): boolean;
}

export interface Outcome {
  readonly reply: Reply;
  /** Absent: the state stays. So it must when a command is refused (§4.1.4). */
  readonly next?: State;
}

type Command = (state: State, argument: string, host: Host) => Outcome;

/** A command that is obeyed in the phases `legal`. In any other it is refused: here, and nowhere else. */
function command<P extends Phase>(
  legal: readonly P[],
  act: (state: StateIn<P>, argument: string, host: Host) => Outcome,
): Command {
  const isLegal = (state: State): state is StateIn<P> => legal.some(phase => phase === state.phase);
  // §3.3, §4.1.4: a command out of order gets 503. Our contract says so of all of them.
  return (state, argument, host) =>
    isLegal(state) ? act(state, argument, host) : refuse(503, 'Bad sequence of commands');
}

const ANY_TIME = ['greeted', 'ready', 'mail', 'rcpt'] as const;

/** §4.5.1: the minimum that every server has, and HELP. */
const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['EHLO', command(ANY_TIME, (_, argument, host) => hello(argument, true, host))],
  ['HELO', command(ANY_TIME, (_, argument, host) => hello(argument, false, host))],
  ['MAIL', command(['ready'], mail)],
  ['RCPT', command(['mail', 'rcpt'], rcpt)],
  ['DATA', command(['rcpt'], data)],
  ['RSET', command(ANY_TIME, rset)],
  ['NOOP', command(ANY_TIME, () => ({ reply: reply(250, 'OK') }))], // §4.1.1.9: an argument is ignored.
  ['VRFY', command(ANY_TIME, vrfy)],
  ['QUIT', command(ANY_TIME, quit)],
  ['HELP', command(ANY_TIME, () => ({ reply: reply(214, `Commands: ${VERBS.join(' ')}`) }))],
  ['EXPN', command(ANY_TIME, () => refuse(502, 'There are no mailing lists here'))], // §4.2.4.
]);
const VERBS = [...COMMANDS.keys()];

/** Obeys or refuses one command line, given without its CRLF. */
export function obey(state: State, line: string, host: Host): Outcome {
  const text = line.replace(/[ \t]+$/, ''); // §4.1.1: blanks at the end are tolerated.
  const [, verb = '', argument = ''] = /^([^ ]*) *(.*)$/s.exec(text) ?? [];
  const known = COMMANDS.get(verb.toUpperCase()); // §2.4: verbs ignore case.
  if (known === undefined) return refuse(500, 'Command unrecognized'); // §3.8: and the session goes on.
  // §4.1.2: commands are of printable ASCII only. This catches bare CR and LF as well.
  if (!/^[\x20-\x7e]*$/.test(text)) return refuse(501, 'Invalid character in command');
  return known(state, argument, host);
}

function hello(argument: string, extended: boolean, host: Host): Outcome {
  const [name = ''] = argument.split(' '); // §4.1.1.1: some clients say more behind their name.
  if (!isDomainOrLiteral(name)) return refuse(501, 'Tell your domain name');
  const greeting = `${host.name} Hello ${name}, pleased to meet you`;
  // §4.1.4: whatever transaction was open is dropped. Simplified: the name is believed; a server may compare
  // it with the client's address, but must not refuse mail if they disagree.
  const next: State = { phase: 'ready', client: { name, extended } };
  if (!extended) return { reply: reply(250, greeting), next }; // §3.2: extensions are not for HELO.
  // §4.1.1.1: a keyword for each service extension. RFC 1870: the size limit. RFC 6152: mail data of 8-bit
  // bytes. RFC 2920: commands may come several at a time; a stream does not care, so neither do we.
  const offers = [`SIZE ${host.limits.messageSize}`, '8BITMIME', 'PIPELINING', 'HELP'];
  return { reply: reply(250, greeting, ...offers), next };
}

function mail({ client }: StateIn<'ready'>, argument: string, host: Host): Outcome {
  const path = parseReversePath(argument);
  if (path === undefined) return refuse(501, 'Say MAIL FROM:<address>');
  const refusal = refuseParameters(path.parameters, client, host.limits);
  if (refusal !== undefined) return { reply: refusal };
  // Simplified: any sender is believed (§7.1).
  return {
    reply: reply(250, `${path.mailbox}... Sender ok`),
    next: { phase: 'mail', envelope: { client, reversePath: path.mailbox, recipients: [] } },
  };
}

function rcpt({ envelope }: StateIn<'mail' | 'rcpt'>, argument: string, host: Host): Outcome {
  const path = parseForwardPath(argument);
  if (path === undefined) return refuse(501, 'Say RCPT TO:<address>');
  if (path.parameters.length > 0) return refuse(555, 'Parameters not recognized'); // §4.1.1.11.
  if (!isLocal(path, host)) return refuse(550, 'Relaying denied'); // §3.6.2: we serve one domain.
  const user = userName(path);
  if (!host.hasMailbox(user)) return refuse(550, `${path.mailbox}... No such user here`); // §3.3.
  const { recipients } = envelope;
  // §4.5.3.1.10: 452, so that the client sends the message once more to those who are left.
  if (recipients.length >= host.limits.recipients) return refuse(452, 'Too many recipients');
  const all = recipients.includes(user) ? recipients : [...recipients, user];
  return {
    reply: reply(250, `${path.mailbox}... Recipient ok`),
    next: { phase: 'rcpt', envelope: { ...envelope, recipients: all } },
  };
}

function data({ envelope }: StateIn<'rcpt'>, argument: string): Outcome {
  if (argument !== '') return refuse(501, 'DATA takes no argument'); // §4.1.1, §4.3.2.
  return {
    reply: reply(354, 'Enter mail, end with "." on a line by itself'),
    next: { phase: 'data', envelope },
  };
}

function rset(state: State, argument: string): Outcome {
  if (argument !== '') return refuse(501, 'RSET takes no argument');
  return { reply: reply(250, 'Reset'), next: cleared(state) };
}

function vrfy(_: State, argument: string, host: Host): Outcome {
  if (argument === '') return refuse(501, 'Say VRFY user');
  const address = argument.replace(/^<(.*)>$/, '$1');
  // §3.5.1: a user's name, with or without the domain.
  const mailbox = parseMailbox(address) ?? { localPart: address, domain: host.name };
  const user = userName(mailbox);
  if (!isLocal(mailbox, host) || !host.hasMailbox(user)) return refuse(550, 'No such user here');
  return { reply: reply(250, `<${user}@${host.name}>`) }; // §3.5.2. Simplified: anybody is told (§7.3).
}

function quit(_: State, argument: string, host: Host): Outcome {
  if (argument !== '') return refuse(501, 'QUIT takes no argument');
  return { reply: reply(221, `${host.name} closing connection`), next: { phase: 'closed' } }; // §4.1.1.10.
}

/** §2.4: domain names ignore case. §4.5.1: the postmaster needs none. */
function isLocal({ domain, localPart }: Pick<Path, 'domain' | 'localPart'>, host: Host): boolean {
  if (domain === '') return localPart.toLowerCase() === 'postmaster';
  return domain.toLowerCase() === host.name.toLowerCase();
}

/**
 * §2.3.11: what a local part means is for its own host to say. Here it ignores case: names are lower-case.
 */
function userName({ localPart }: Pick<Path, 'localPart'>): string {
  return localPart.toLowerCase();
}

function refuse(code: number, text: string): Outcome {
  return { reply: reply(code, text) };
}
