/**
 * What a server answers that does as it should: the rules of an actor of which a check writes only what is different.
 * It advertises nothing, refuses nothing and remembers nothing, so the order of commands is for the check to judge.
 */
import type { DefaultRule } from '../protocol.ts';

export const goodServer: readonly DefaultRule[] = [
  { on: 'open', reply: '220 hamburger.edu Simple Mail Transfer Service ready' },
  { when: { verb: 'EHLO' }, reply: '250 hamburger.edu' },
  { when: { verb: 'HELO' }, reply: '250 hamburger.edu' },
  { when: { verb: 'MAIL' }, reply: '250 Sender ok' },
  { when: { verb: 'RCPT' }, reply: '250 Recipient ok' },
  { when: { verb: 'DATA' }, reply: '354 Enter mail, end with "." on a line by itself' },
  { when: { verb: 'message' }, reply: '250 Message accepted for delivery' },
  { when: { verb: 'RSET' }, reply: '250 Reset' },
  { when: { verb: 'NOOP' }, reply: '250 Ok' },
  { when: { verb: 'VRFY' }, reply: '252 Cannot verify, but will take mail' },
  { when: { verb: 'HELP' }, reply: '214 See RFC 5321' },
  // Its side only: whether the client closes too is worth seeing.
  { when: { verb: 'QUIT' }, reply: '221 hamburger.edu closing connection', do: [{ 'half-close': true }] },
  { reply: '500 Command unrecognized' },
];
