import { describe, expect, test } from 'vitest';
import { FIRST, type Job, next, PATIENCE, type State, send } from './dialogue.ts';
import { reply } from './reply.ts';

const job: Job = {
  heloName: 'crepes.fr',
  from: 'alice@crepes.fr',
  to: ['bob@hamburger.edu'],
  message: 'Subject: x\r\n\r\n.\r\n',
};

/** Holds a dialogue with a server that gives these replies: what is sent, and how it ends. */
function hold(
  codes: readonly number[],
  some: Partial<Job> = {},
): { sent: string[]; failure: string | undefined } {
  const full = { ...job, ...some };
  const sent: string[] = [];
  let state: State = FIRST;
  for (const code of codes) {
    state = next(state, reply(code, 'text'), full);
    if (state.sent !== 'all') sent.push(send(state, full).trimEnd());
  }
  if (state.sent !== 'all') throw new Error(`not over, but waiting for the reply to ${state.sent}`);
  return { sent, failure: state.failure };
}

const MAIL = 'MAIL FROM:<alice@crepes.fr>';
const RCPT = 'RCPT TO:<bob@hamburger.edu>';
const TEXT = 'Subject: x\r\n\r\n..\r\n.';

describe('dialogue', () => {
  test('of a mail that is sent', () => {
    expect(hold([220, 250, 250, 250, 354, 250, 221])).toEqual({
      sent: ['EHLO crepes.fr', MAIL, RCPT, 'DATA', TEXT, 'QUIT'],
      failure: undefined,
    });
  });

  test('sends nothing before the greeting', () => {
    expect(send(FIRST, job)).toBe('');
  });

  test('goes by the first digit', () => {
    expect(hold([299, 211, 251, 252, 399, 222, 599]).failure).toBeUndefined();
  });

  test.each([500, 502, 550])('falls back to HELO when EHLO is answered %d', code => {
    expect(hold([220, code, 250, 250, 250, 354, 250, 221])).toEqual({
      sent: ['EHLO crepes.fr', 'HELO crepes.fr', MAIL, RCPT, 'DATA', TEXT, 'QUIT'],
      failure: undefined,
    });
  });

  test.each<[string, number[], string[], string]>([
    ['greeting 554', [554, 221], ['QUIT'], 'does not serve us: 554 text'],
    ['greeting 421', [421, 221], ['QUIT'], 'does not serve us: 421 text'],
    ['EHLO 421', [220, 421, 221], ['EHLO crepes.fr', 'QUIT'], 'refused EHLO: 421 text'],
    [
      'HELO 550',
      [220, 502, 550, 221],
      ['EHLO crepes.fr', 'HELO crepes.fr', 'QUIT'],
      'refused HELO: 550 text',
    ],
    ['MAIL 550', [220, 250, 550, 221], ['EHLO crepes.fr', MAIL, 'QUIT'], 'refused the sender: 550 text'],
    [
      'RCPT 550',
      [220, 250, 250, 550, 221],
      ['EHLO crepes.fr', MAIL, RCPT, 'QUIT'],
      'refused bob@hamburger.edu (550 text)',
    ],
    [
      'DATA 554',
      [220, 250, 250, 250, 554, 221],
      ['EHLO crepes.fr', MAIL, RCPT, 'DATA', 'QUIT'],
      'refused DATA: 554 text',
    ],
    [
      'DATA 250, which is no 354',
      [220, 250, 250, 250, 250, 221],
      ['EHLO crepes.fr', MAIL, RCPT, 'DATA', 'QUIT'],
      'refused DATA: 250 text',
    ],
    [
      'the dot 451',
      [220, 250, 250, 250, 354, 451, 221],
      ['EHLO crepes.fr', MAIL, RCPT, 'DATA', TEXT, 'QUIT'],
      'did not accept the message: 451 text',
    ],
    [
      'the dot 554',
      [220, 250, 250, 250, 354, 554, 221],
      ['EHLO crepes.fr', MAIL, RCPT, 'DATA', TEXT, 'QUIT'],
      'did not accept the message: 554 text',
    ],
  ])('%s', (_, codes, sent, failure) => {
    expect(hold(codes)).toEqual({ sent, failure });
  });

  test('one RCPT for each recipient, and those who are accepted get the message', () => {
    const to = ['bob@b', 'carol@c', 'dave@d'];
    expect(hold([220, 250, 250, 250, 550, 450, 354, 250, 221], { to })).toEqual({
      sent: [
        'EHLO crepes.fr',
        MAIL,
        'RCPT TO:<bob@b>',
        'RCPT TO:<carol@c>',
        'RCPT TO:<dave@d>',
        'DATA',
        TEXT,
        'QUIT',
      ],
      failure: 'accepted it, but not for carol@c (550 text), dave@d (450 text)',
    });
    expect(hold([220, 250, 250, 550, 550, 250, 354, 250, 221], { to }).failure).toMatch(/bob@b .* carol@c /);
    expect(hold([220, 250, 250, 550, 550, 550, 221], { to }).sent.at(-1)).toBe('QUIT');
  });

  test('every command is one line with CRLF', () => {
    const states: State[] = [
      { sent: 'EHLO' },
      { sent: 'HELO' },
      { sent: 'MAIL' },
      { sent: 'RCPT', at: 0, refused: [] },
      { sent: 'DATA', refused: [] },
      { sent: 'QUIT', failure: undefined },
    ];
    for (const state of states) expect(send(state, job)).toMatch(/^[^\r\n]+\r\n$/);
  });

  test('the end of the data has the most patience', () => {
    expect(Math.max(...Object.values(PATIENCE))).toBe(PATIENCE['mail data']);
  });
});
