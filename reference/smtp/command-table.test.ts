import { describe, expect, test } from 'vitest';
import { type Host, obey } from './command-table.ts';
import { LIMITS } from './limits.ts';
import type { State } from './state.ts';

const host: Host = {
  name: 'hamburger.edu',
  limits: LIMITS,
  hasMailbox: user => ['bob', 'carol', 'postmaster', 'x'].includes(user),
};
const client = { name: 'crepes.fr', extended: true };
const envelope = { client, reversePath: 'alice@crepes.fr', recipients: ['bob'] };
const GREETED: State = { phase: 'greeted' };
const READY: State = { phase: 'ready', client };
const MAIL: State = { phase: 'mail', envelope: { ...envelope, recipients: [] } };
const RCPT: State = { phase: 'rcpt', envelope };
const DATA: State = { phase: 'data', envelope };
const CLOSED: State = { phase: 'closed' };

const code = (state: State, line: string, at = host) => obey(state, line, at).reply.code;

const lines = {
  EHLO: 'EHLO crepes.fr',
  HELO: 'HELO crepes.fr',
  MAIL: 'MAIL FROM:<alice@crepes.fr>',
  RCPT: 'RCPT TO:<bob@hamburger.edu>',
  DATA: 'DATA',
  RSET: 'RSET',
  NOOP: 'NOOP',
  VRFY: 'VRFY bob',
  QUIT: 'QUIT',
  HELP: 'HELP',
  EXPN: 'EXPN list',
  FOO: 'FOO',
};
const helo: State = { phase: 'ready', client: { name: 'crepes.fr', extended: false } };

/** For each state: the reply to each verb, and the state that follows if it is another. */
const table: [State, Record<keyof typeof lines, [number, State?]>][] = [
  [
    GREETED,
    {
      EHLO: [250, READY],
      HELO: [250, helo],
      MAIL: [503],
      RCPT: [503],
      DATA: [503],
      RSET: [250, GREETED],
      NOOP: [250],
      VRFY: [250],
      QUIT: [221, CLOSED],
      HELP: [214],
      EXPN: [502],
      FOO: [500],
    },
  ],
  [
    READY,
    {
      EHLO: [250, READY],
      HELO: [250, helo],
      MAIL: [250, MAIL],
      RCPT: [503],
      DATA: [503],
      RSET: [250, READY],
      NOOP: [250],
      VRFY: [250],
      QUIT: [221, CLOSED],
      HELP: [214],
      EXPN: [502],
      FOO: [500],
    },
  ],
  [
    MAIL,
    {
      EHLO: [250, READY],
      HELO: [250, helo],
      MAIL: [503],
      RCPT: [250, RCPT],
      DATA: [503],
      RSET: [250, READY],
      NOOP: [250],
      VRFY: [250],
      QUIT: [221, CLOSED],
      HELP: [214],
      EXPN: [502],
      FOO: [500],
    },
  ],
  [
    RCPT,
    {
      EHLO: [250, READY],
      HELO: [250, helo],
      MAIL: [503],
      RCPT: [250, RCPT],
      DATA: [354, DATA],
      RSET: [250, READY],
      NOOP: [250],
      VRFY: [250],
      QUIT: [221, CLOSED],
      HELP: [214],
      EXPN: [502],
      FOO: [500],
    },
  ],
];

describe.each(table)('in %j', (state, outcomes) => {
  test.each(Object.entries(outcomes))('%s', (verb, [expected, next]) => {
    const outcome = obey(state, lines[verb as keyof typeof lines], host);
    expect({ code: outcome.reply.code, next: outcome.next }).toEqual({ code: expected, next });
  });
});

describe('verbs', () => {
  test('ignore case, and blanks at the end', () => {
    expect(code(READY, 'mail from:<a@b>')).toBe(250);
    expect(code(MAIL, 'rCpT tO:<BOB@HAMBURGER.edu>  \t')).toBe(250);
    expect(code(RCPT, 'data ')).toBe(354);
  });

  test.each(['', ' ', 'FOO', 'MAILFROM:<a@b>', 'NOOPS', 'constructor', '__proto__', 'n\xf6\xf6p', 'NOOP\n'])(
    'unknown: %j',
    line => {
      expect(code(READY, line)).toBe(500);
    },
  );

  test.each(['NOOP \nQUIT', 'NOOP \xe9', 'MAIL FROM:<a\0@b>', 'NOOP \r', 'VRFY \x7f'])(
    'invalid characters: %j',
    line => {
      expect(code(READY, line)).toBe(501);
    },
  );

  test.each([
    'DATA now',
    'RSET all',
    'QUIT please',
    'HELO',
    'EHLO',
    'HELO a_b',
    'HELO <a>',
    'VRFY',
    'RCPT TO:bob@',
  ])('bad argument: %j', line => {
    expect(obey(RCPT, line, host)).toMatchObject({ reply: { code: 501 } });
    expect(obey(RCPT, line, host).next).toBeUndefined();
  });

  test('MAIL alone is a bad argument only where MAIL is legal', () => {
    expect(code(READY, 'MAIL')).toBe(501);
    expect(code(MAIL, 'MAIL')).toBe(503);
  });
});

describe('EHLO and HELO', () => {
  test('EHLO offers extensions, HELO does not', () => {
    expect(obey(GREETED, 'EHLO crepes.fr', host).reply.lines).toEqual([
      'hamburger.edu Hello crepes.fr, pleased to meet you',
      'SIZE 10485760',
      '8BITMIME',
      'PIPELINING',
      'HELP',
    ]);
    expect(obey(GREETED, 'HELO crepes.fr', host).reply.lines).toHaveLength(1);
  });

  test('take an address literal, and leave out what stands behind the name', () => {
    const { reply, next } = obey(GREETED, 'EHLO [127.0.0.1] (my laptop)', host);
    expect(reply.code).toBe(250);
    expect(next).toEqual({ phase: 'ready', client: { name: '[127.0.0.1]', extended: true } });
  });
});

describe('MAIL', () => {
  test('takes the null reverse-path', () => {
    expect(obey(READY, 'MAIL FROM:<>', host).next).toMatchObject({
      phase: 'mail',
      envelope: { reversePath: '' },
    });
  });

  test.each([
    ['SIZE=10485760', 250],
    ['size=0 body=8bitmime', 250],
    ['SIZE=10485761', 552],
    ['SIZE=99999999999999999999', 552],
    ['SIZE', 501],
    ['SIZE=-1', 501],
    ['BODY=9BIT', 501],
    ['RET=HDRS', 555],
    ['SIZE=1 FOO', 555],
  ])('parameters %s', (parameters, expected) => {
    expect(code(READY, `MAIL FROM:<a@b> ${parameters}`)).toBe(expected);
  });

  test('knows no parameters after HELO', () => {
    expect(code(helo, 'MAIL FROM:<a@b> SIZE=1')).toBe(555);
  });
});

describe('RCPT', () => {
  test.each([
    ['<bob@hamburger.edu>', 250],
    ['<bob@Hamburger.EDU>', 250],
    ['<Bob@hamburger.edu>', 250],
    ['<"bob"@hamburger.edu>', 250],
    ['<@relay.example:bob@hamburger.edu>', 250],
    ['<postmaster>', 250],
    ['<POSTMASTER@hamburger.edu>', 250],
    ['<dave@hamburger.edu>', 550],
    ['<bob@crepes.fr>', 550],
    ['<bob@hamburger.edu.crepes.fr>', 550],
    ['<@hamburger.edu:bob@crepes.fr>', 550],
    ['<bob@[127.0.0.1]>', 550],
    ['<"../bob"@hamburger.edu>', 550],
    ['<../x@hamburger.edu>', 501],
    ['<bob>', 501],
    ['<>', 501],
    ['<bob@hamburger.edu> NOTIFY=NEVER', 555],
  ])('%s', (path, expected) => {
    expect(code(MAIL, `RCPT TO:${path}`)).toBe(expected);
  });

  test('collects recipients, each once, in the order in which they come', () => {
    let state: State = MAIL;
    for (const user of ['bob', 'carol', 'BOB', 'dave', 'postmaster']) {
      state = obey(state, `RCPT TO:<${user}@hamburger.edu>`, host).next ?? state;
    }
    expect(state).toEqual({
      phase: 'rcpt',
      envelope: { ...envelope, recipients: ['bob', 'carol', 'postmaster'] },
    });
  });

  test('takes 100 of them, and asks for the rest later', () => {
    const anybody: Host = { ...host, hasMailbox: () => true };
    let state: State = MAIL;
    for (let user = 1; user <= 100; user += 1) {
      const outcome = obey(state, `RCPT TO:<user${user}@hamburger.edu>`, anybody);
      expect(outcome.reply.code).toBe(250);
      state = outcome.next ?? state;
    }
    expect(code(state, 'RCPT TO:<user101@hamburger.edu>', anybody)).toBe(452);
    expect(code(state, 'DATA', anybody)).toBe(354);
  });
});

describe('VRFY', () => {
  test.each([
    ['bob', 250],
    ['<bob>', 250],
    ['Bob@HAMBURGER.edu', 250],
    ['<bob@hamburger.edu>', 250],
    ['dave', 550],
    ['bob@crepes.fr', 550],
    ['../bob', 550],
  ])('%s', (argument, expected) => {
    const { reply } = obey(GREETED, `VRFY ${argument}`, host);
    expect(reply.code).toBe(expected);
    if (expected === 250) expect(reply.lines).toEqual(['<bob@hamburger.edu>']);
  });
});
