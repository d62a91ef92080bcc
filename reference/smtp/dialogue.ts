// The client's side of a session (RFC 5321 §3, §4.3): replies in, commands out, strictly one after the other.
// Pure: two functions on a state. It reads no clock and no socket; client.ts does.

import { encodeMailData } from './mail-data.ts';
import { type Reply, replyText, severity } from './reply.ts';

/** What is to be sent. */
export interface Job {
  readonly heloName: string;
  readonly from: string;
  /** Each an address; at least one. */
  readonly to: readonly string[];
  /** The message: lines of 7-bit ASCII that end in CRLF. */
  readonly message: string;
}

/** How far the session is: named for what we have sent, and now want the reply to. */
export type State =
  | { readonly sent: 'nothing' } // The server speaks first.
  | { readonly sent: 'EHLO' }
  | { readonly sent: 'HELO' }
  | { readonly sent: 'MAIL' }
  // `at` counts the recipients; `refused` says which were refused, and by which reply.
  | { readonly sent: 'RCPT'; readonly at: number; readonly refused: readonly string[] }
  | { readonly sent: 'DATA'; readonly refused: readonly string[] }
  | { readonly sent: 'mail data'; readonly refused: readonly string[] }
  // `failure`: what to tell the user; `undefined` if all recipients have the message.
  | { readonly sent: 'QUIT'; readonly failure: string | undefined }
  | { readonly sent: 'all'; readonly failure: string | undefined };

export const FIRST: State = { sent: 'nothing' };

/**
 * What follows on a reply. §4.2.1, §4.3.2: the first digit decides, so unheard-of codes do as well.
 * §4.1.1.10: whatever happens, the session ends with QUIT.
 */
export function next(state: State, reply: Reply, { to }: Job): State {
  const digit = severity(reply);
  switch (state.sent) {
    case 'nothing': // §3.1: a server that does not want us says 554 here.
      return digit === 2 ? { sent: 'EHLO' } : quit(`does not serve us: ${replyText(reply)}`);
    case 'EHLO': // §3.2: an old server does not know EHLO. Simplified: what a new one offers is not used.
      if (digit === 2) return { sent: 'MAIL' };
      return digit === 5 ? { sent: 'HELO' } : quit(`refused EHLO: ${replyText(reply)}`);
    case 'HELO':
      return digit === 2 ? { sent: 'MAIL' } : quit(`refused HELO: ${replyText(reply)}`);
    case 'MAIL':
      return digit === 2
        ? { sent: 'RCPT', at: 0, refused: [] }
        : quit(`refused the sender: ${replyText(reply)}`);
    case 'RCPT': {
      // §4.1.1.3: a command for each recipient, and a reply for each command.
      const refused =
        digit === 2 ? state.refused : [...state.refused, `${to[state.at]} (${replyText(reply)})`];
      if (state.at + 1 < to.length) return { sent: 'RCPT', at: state.at + 1, refused };
      // §3.3: those that were accepted get the message; without any there is nothing to do.
      return refused.length < to.length ? { sent: 'DATA', refused } : quit(`refused ${refused.join(', ')}`);
    }
    case 'DATA': // §3.3: without 354 the message must not be sent.
      return digit === 3
        ? { sent: 'mail data', refused: state.refused }
        : quit(`refused DATA: ${replyText(reply)}`);
    case 'mail data': // §4.2.5: only now has the server taken the message over.
      if (digit !== 2) return quit(`did not accept the message: ${replyText(reply)}`);
      return quit(
        state.refused.length === 0 ? undefined : `accepted it, but not for ${state.refused.join(', ')}`,
      );
    case 'QUIT':
    case 'all':
      return { sent: 'all', failure: state.failure }; // Whatever the reply is: the mail is not in doubt.
  }
}

/** What to send to get into a state. */
export function send(state: State, { heloName, from, to, message }: Job): string {
  switch (state.sent) {
    case 'EHLO':
    case 'HELO':
      return `${state.sent} ${heloName}\r\n`; // §4.1.1.1.
    case 'MAIL':
      return `MAIL FROM:<${from}>\r\n`; // §3.3: the address in brackets, and no space beside the colon.
    case 'RCPT':
      return `RCPT TO:<${to[state.at]}>\r\n`; // §4.1.1.3.
    case 'DATA':
    case 'QUIT':
      return `${state.sent}\r\n`;
    case 'mail data':
      return encodeMailData(message);
    case 'nothing':
    case 'all':
      return '';
  }
}

function quit(failure: string | undefined): State {
  return { sent: 'QUIT', failure };
}

const MINUTES = 60_000;

/** §4.5.3.2: how long to wait for the reply in each state, in ms. */
export const PATIENCE: Readonly<Record<State['sent'], number>> = {
  nothing: 5 * MINUTES,
  EHLO: 5 * MINUTES, // The RFC sets no time for these two.
  HELO: 5 * MINUTES,
  MAIL: 5 * MINUTES,
  RCPT: 5 * MINUTES,
  DATA: 2 * MINUTES,
  'mail data': 10 * MINUTES, // A slow server may have stored it: who gives up early sends mail twice.
  QUIT: 1 * MINUTES, // Our own rule: the mail is no longer in doubt.
  all: 1 * MINUTES,
};
