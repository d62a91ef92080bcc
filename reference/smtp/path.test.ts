import { describe, expect, test } from 'vitest';
import { isDomain, isDomainOrLiteral, parseForwardPath, parseMailbox, parseReversePath } from './path.ts';

describe('reverse-path', () => {
  test.each([
    ['FROM:<alice@crepes.fr>', 'alice@crepes.fr', []],
    ['FROM: <alice@crepes.fr>', 'alice@crepes.fr', []],
    ['from:<alice@crepes.fr>', 'alice@crepes.fr', []],
    ['FROM:<>', '', []],
    ['FROM: <> SIZE=3', '', ['SIZE=3']],
    ['FROM:<a@b> SIZE=3  BODY=7BIT', 'a@b', ['SIZE=3', 'BODY=7BIT']],
    ['FROM:<@one.example,@two.example:alice@crepes.fr>', 'alice@crepes.fr', []],
    ['FROM:<"a > b@c"@crepes.fr>', '"a > b@c"@crepes.fr', []],
    ["FROM:<a.b+c!#$%&'*/=?^_`{|}~-@crepes.fr>", "a.b+c!#$%&'*/=?^_`{|}~-@crepes.fr", []],
    ['FROM:<alice@[127.0.0.1]>', 'alice@[127.0.0.1]', []],
    ['FROM:<alice@[IPv6:::1]>', 'alice@[IPv6:::1]', []],
  ])('%s', (argument, mailbox, parameters) => {
    expect(parseReversePath(argument)).toMatchObject({ mailbox, parameters });
  });

  test.each([
    '',
    'FROM:',
    'FROM',
    'TO:<alice@crepes.fr>',
    'FROM:alice@crepes.fr',
    'FROM:<alice@crepes.fr',
    'FROM:<alice>',
    'FROM:<alice@>',
    'FROM:<@crepes.fr>',
    'FROM:<alice@crepes..fr>',
    'FROM:<alice@-crepes.fr>',
    'FROM:<alice@crepes_one.fr>',
    'FROM:<.alice@crepes.fr>',
    'FROM:<al ice@crepes.fr>',
    'FROM:<"alice@crepes.fr>',
    'FROM :<alice@crepes.fr>',
    'FROM:<alice@crepes.fr>SIZE=3',
    'FROM:Alice <alice@crepes.fr>',
  ])('malformed: %s', argument => {
    expect(parseReversePath(argument)).toBeUndefined();
  });
});

describe('forward-path', () => {
  test.each([
    ['TO:<bob@hamburger.edu>', 'bob', 'hamburger.edu'],
    ['tO: <bob@Hamburger.EDU>', 'bob', 'Hamburger.EDU'],
    ['TO:<@relay.example:bob@hamburger.edu>', 'bob', 'hamburger.edu'],
    ['TO:<"bob"@hamburger.edu>', 'bob', 'hamburger.edu'],
    ['TO:<"b\\ob"@hamburger.edu>', 'bob', 'hamburger.edu'],
    ['TO:<"../bob"@hamburger.edu>', '../bob', 'hamburger.edu'],
    ['TO:<"a\\"b\\\\c"@hamburger.edu>', 'a"b\\c', 'hamburger.edu'],
    ['TO:<postmaster>', 'postmaster', ''],
    ['TO:<PostMaster>', 'PostMaster', ''],
  ])('%s', (argument, localPart, domain) => {
    expect(parseForwardPath(argument)).toMatchObject({ localPart, domain, parameters: [] });
  });

  test.each(['TO:<>', 'TO:<bob>', 'TO:bob@', 'TO:<../x@hamburger.edu>', 'TO:<bob@hamburger.edu'])(
    'malformed: %s',
    argument => {
      expect(parseForwardPath(argument)).toBeUndefined();
    },
  );

  // A pattern that tries all ways to divide the text would outlast the test's time limit by far.
  test.each(['@a', 'a.', 'a-', '"\\', '@a,', '@a:'])('hostile repetitions of %s', part => {
    expect(parseForwardPath(`TO:<${part.repeat(250)}`)).toBeUndefined();
    expect(parseForwardPath(`TO:<x@${part.repeat(250)}`)).toBeUndefined();
  });
});

test('a mailbox alone', () => {
  expect(parseMailbox('bob@hamburger.edu')).toEqual({ localPart: 'bob', domain: 'hamburger.edu' });
  for (const text of ['bob', '<bob@b>', 'bob@b\r\nRCPT TO:<x@y>', 'b@c ', 'é@b', 'a@b@c', '']) {
    expect(parseMailbox(text)).toBeUndefined();
  }
});

test('domains', () => {
  expect(['localhost', 'hamburger.edu', '3com.com', 'a--b.c'].every(isDomain)).toBe(true);
  expect(['', '.', 'a.', 'a b', 'a_b', '[1.2.3.4]', 'a\n'].some(isDomain)).toBe(false);
  expect(isDomainOrLiteral('[127.0.0.1]')).toBe(true);
  expect(isDomainOrLiteral('[a]\r\n')).toBe(false);
});
