import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../wire/reader.ts';
import { CommandReader } from './command-reader.ts';

/** What is heard of a client that says these pieces; replies of the grader stand between them. */
type Turn = { says: string | Buffer } | { replies: string };
const says = (text: string | Buffer): Turn => ({ says: text });
const replies = (text: string): Turn => ({ replies: text });

function hear(...turns: Turn[]): Message[] {
  const reader = new CommandReader();
  const heard = turns.flatMap(turn => {
    if ('says' in turn) return reader.push(Buffer.from(turn.says));
    reader.sent(Buffer.from(turn.replies));
    return [];
  });
  return [...heard, ...reader.end()];
}
const plain = (messages: readonly Message[]): unknown => JSON.parse(JSON.stringify(messages));
const bytewise = (turns: readonly Turn[]): Turn[] =>
  turns.flatMap(turn =>
    'says' in turn
      ? [...Buffer.from(turn.says)].map(byte => says(Buffer.from([byte])))
      : [...turn.replies].map(replies),
  );

const none = { bareLf: 0, bareCr: 0, eightBit: 0 };
/** A command as it should be. */
const command = (raw: string, more: object = {}): object => {
  const [verb = ''] = raw.split(' ');
  const base = { verb, argument: raw.slice(verb.length + 1), raw, end: '\r\n', early: false };
  return { ...base, wellFormed: true, ...none, ...more };
};
const one = (line: string): Message => hear(replies('220 x\r\n'), says(line))[0] ?? {};

const hello = [replies('220 x\r\n'), says('HELO crepes.fr\r\n'), replies('250 x\r\n')];
const envelope = [
  says('MAIL FROM:<alice@crepes.fr>\r\n'),
  replies('250 ok\r\n'),
  says('RCPT TO:<bob@hamburger.edu>\r\n'),
  replies('250 ok\r\n'),
  says('DATA\r\n'),
];
const dialogue = [
  ...hello,
  ...envelope,
  replies('354 go\r\n'),
  says('Subject: x\r\n\r\n..\r\nhi\r\n.\r\n'),
  replies('250 ok\r\n'),
  says('QUIT\r\n'),
];
const heard = [
  command('HELO crepes.fr'),
  command('MAIL FROM:<alice@crepes.fr>', { path: 'alice@crepes.fr', space: false, parameters: [] }),
  command('RCPT TO:<bob@hamburger.edu>', { path: 'bob@hamburger.edu', space: false, parameters: [] }),
  command('DATA'),
  expect.objectContaining({
    verb: 'message',
    ended: true,
    early: false,
    lines: ['Subject: x', '', '.', 'hi'],
  }),
  command('QUIT'),
];

describe('a reader of commands', () => {
  it('tells commands and mail apart', () => {
    expect(plain(hear(...dialogue))).toEqual(heard);
  });

  it('hears the same byte by byte, replies too', () => {
    expect(plain(hear(...bytewise(dialogue)))).toEqual(heard);
  });

  it('hears the same split at every offset', () => {
    for (const [i, turn] of dialogue.entries()) {
      const text = 'says' in turn ? Buffer.from(turn.says) : Buffer.alloc(0);
      for (let at = 1; at < text.length; at += 1) {
        const split = [says(text.subarray(0, at)), says(text.subarray(at))];
        expect(plain(hear(...dialogue.slice(0, i), ...split, ...dialogue.slice(i + 1)))).toEqual(heard);
      }
    }
  });

  it('hears what comes behind the end of the mail as commands', () => {
    const messages = hear(...hello, ...envelope, replies('354 go\r\n'), says('a\r\n.\r\nQUIT\r\nmore\r\n'));
    expect(messages.slice(-3)).toMatchObject([{ data: 'a\r\n' }, { verb: 'QUIT' }, { verb: 'MORE' }]);
  });

  it('tells commands that did not wait for the reply', () => {
    const early = (...turns: Turn[]): unknown[] => hear(...turns).map(message => message.early);
    expect(early(says('HELO a\r\n'))).toEqual([true]);
    expect(early(replies('220-a\r\n'), says('HELO a\r\n'), replies('220 b\r\n'))).toEqual([true]);
    expect(early(replies('220 a\r\n'), says('HELO a\r\nMAIL'), replies('250 a\r\n'), says(' x\r\n'))).toEqual(
      [false, true],
    );
    expect(
      early(...hello, ...envelope, says('Sub'), replies('354 go\r\n'), says('ject: x\r\n.\r\n')),
    ).toEqual([false, false, false, false, true]);
  });

  it('hears mail that did not wait for 354 as commands', () => {
    const messages = hear(...hello, ...envelope, says('Subject: x\r\n\r\nhi\r\n.\r\n'));
    expect(messages.slice(3).map(({ verb }) => verb)).toEqual(['DATA', 'SUBJECT:', '', 'HI', '.']);
    expect(messages.slice(3).map(({ early }) => early)).toEqual([false, true, true, true, true]);
  });

  it('waits for a whole reply, of any 3yz but a challenge', () => {
    for (const [reply, verb] of [
      ['354-go\r\n354 on\r\n', 'message'],
      ['399 go\r\n', 'message'],
      ['354-go\r\n', 'A'],
      ['354 go', 'A'],
      ['334 x\r\n', 'A'],
      ['250 ok\r\n', 'A'],
      ['503 no\r\n', 'A'],
    ] as const)
      expect(hear(...hello, ...envelope, replies(reply), says('a\r\n.\r\n'))[4]).toMatchObject({ verb });
  });

  it('is given what the end of the stream leaves', () => {
    expect(hear(replies('220 x\r\n'), says('HELO a'))).toMatchObject([
      { verb: 'HELO', end: '', fault: 'the line has no end' },
    ]);
    expect(hear(replies('220 x\r\n'), says('HELO a\r'))).toMatchObject([
      { raw: 'HELO a', end: '\r', bareCr: 1 },
    ]);
    expect(hear(...hello, ...envelope, replies('354 go\r\n'))).toHaveLength(4);
    const [message] = hear(...hello, ...envelope, replies('354 go\r\n'), says('a\r\nb\r\n.')).slice(4);
    expect(message).toMatchObject({ verb: 'message', ended: false, data: 'a\r\nb\r\n', tail: '\nb\r\n.' });
  });

  property.prop([
    fc.array(fc.oneof(fc.constantFrom('DATA\r\n', '.\r\n', '\r', '\n', '.', 'a', 'é', '\r\n'), fc.string()), {
      maxLength: 20,
    }),
    fc.array(fc.nat(), { maxLength: 8 }),
    fc.boolean(),
  ])('hears the same however anything is split', (parts, at, inData) => {
    const bytes = Buffer.from(parts.join(''));
    const first = inData ? [...hello, ...envelope, replies('354 go\r\n')] : [replies('220 x\r\n')];
    const edges = [0, ...at.map(edge => edge % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    const pieces = edges.slice(1).map((edge, i) => says(bytes.subarray(edges[i], edge)));
    expect(plain(hear(...first, ...pieces))).toEqual(plain(hear(...first, says(bytes))));
  });
});

describe('a command', () => {
  it('has its verb in capitals, whatever it came in', () => {
    expect(one('ehlo Crepes.FR\r\n')).toMatchObject({
      verb: 'EHLO',
      argument: 'Crepes.FR',
      wellFormed: true,
    });
    expect(one('\r\n')).toMatchObject({ verb: '', wellFormed: false });
    expect(one(' HELO x\r\n')).toMatchObject({ verb: '', argument: 'HELO x' });
  });

  for (const [line, wanted] of [
    ['MAIL FROM:<>', { path: '', space: false, wellFormed: true }],
    [
      'MAIL FROM:<a@b> SIZE=5 BODY=8BITMIME',
      { path: 'a@b', parameters: ['SIZE=5', 'BODY=8BITMIME'], wellFormed: true },
    ],
    ['mail from:<a@b>', { verb: 'MAIL', path: 'a@b', wellFormed: true }],
    ['MAIL FROM: <a@b>', { path: 'a@b', space: true, fault: 'no blank may stand beside the colon' }],
    ['MAIL FROM :<a@b>', { path: 'a@b', space: true }],
    ['RCPT TO:<"a>b"@c.d>', { path: '"a>b"@c.d', wellFormed: true }],
    ['RCPT TO:<@x.y,@z:a@[127.0.0.1]>', { path: '@x.y,@z:a@[127.0.0.1]', wellFormed: true }],
    ['RCPT TO:<Postmaster>', { path: 'Postmaster', wellFormed: true }],
    ['RCPT TO:<bob>', { path: 'bob', fault: '<bob> is no mailbox' }],
    ['RCPT TO:<>', { path: '', fault: '<> is no mailbox' }],
    ['RCPT TO:<a@b>,<c@d>', { path: 'a@b', fault: 'a blank has to part the path from what follows it' }],
    ['RCPT TO:<a@b> =', { fault: '"=" is no parameter' }],
    ['RCPT TO:<a@b,c@d>', { path: 'a@b,c@d', fault: '<a@b,c@d> is no mailbox' }],
    ['MAIL FROM:a@b', { space: false, fault: '"FROM:" wants a path in angle brackets behind it' }],
    ['MAIL FROM:Alice <a@b>', { fault: '"FROM:" wants a path in angle brackets behind it' }],
    ['MAIL <a@b>', { fault: 'MAIL wants "FROM:" behind it' }],
    ['MAIL TO:<a@b>', { fault: 'MAIL wants "FROM:" behind it' }],
    ['HELO', { argument: '', fault: 'HELO wants a domain, and nothing else' }],
    ['HELO a b', { fault: 'HELO wants a domain, and nothing else' }],
    ['EHLO [127.0.0.1]', { wellFormed: true }],
    ['QUIT now', { argument: 'now', fault: 'QUIT takes no argument' }],
    ['DATA ', { argument: '', fault: 'DATA takes no argument' }],
    ['NOOP x', { wellFormed: true }],
    ['VRFY', { fault: 'VRFY wants an argument' }],
    ['FOO', { verb: 'FOO', fault: '"FOO" is no command of RFC 5321' }],
    ['HELO é', { eightBit: 2, fault: 'the line holds bytes that are not ASCII' }],
    ['HE\rLO x', { verb: 'HE\rLO', bareCr: 1, fault: 'the line holds a CR without LF' }],
  ] as const)
    it(`is read: ${JSON.stringify(line)}`, () => {
      const message = one(`${line}\r\n`);
      expect(message).toMatchObject({ raw: line, end: '\r\n', ...wanted });
      expect(message.wellFormed).toBe(message.fault === undefined);
      if (!('path' in wanted) && String(wanted.fault).includes('wants'))
        expect(message).not.toHaveProperty('path');
    });

  it('may end in LF alone, which is told', () => {
    expect(one('HELO x\n')).toMatchObject({ raw: 'HELO x', end: '\n', bareLf: 1, wellFormed: false });
  });

  it('has 512 bytes at the most', () => {
    const line = (length: number): string => `NOOP ${'x'.repeat(length - 7)}\r\n`;
    expect(one(line(512))).toMatchObject({ wellFormed: true });
    expect(one(line(513))).toMatchObject({ fault: 'the line has 513 bytes; 512 are the most' });
    expect(one(`MAIL FROM:<${'"'.repeat(1_000_000)}>\r\n`)).toMatchObject({ wellFormed: false });
  });

  it('is completed after it was taken, and mail does not begin inside it', () => {
    const reader = new CommandReader();
    reader.push(Buffer.from('DATA'));
    const taken = reader.takePartial();
    expect(taken).toMatchObject({ verb: 'DATA', end: '' });
    expect([reader.partial(), reader.pending]).toEqual([undefined, 0]);
    reader.sent(Buffer.from('220 x\r\n354 go\r\n'));
    expect(reader.push(Buffer.from('\r\nSubject: x\r\n'))).toEqual([]);
    expect(taken).toMatchObject({ verb: 'DATA', end: '\r\n', wellFormed: true });
    expect(reader.partial()).toMatchObject({ verb: 'message', data: 'Subject: x\r\n' });
  });
});
