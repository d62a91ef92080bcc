/** The small grammars: dates, addresses, encoded words, identifiers, parameters. */
import { addressParser, decodeWords as theirWords } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { readAddresses } from './address.ts';
import { readContentField } from './content-fields.ts';
import { readDate } from './date.ts';
import { decodeWords } from './encoded-word.ts';
import { readMessageId } from './message-id.ts';

describe('a date', () => {
  it.each([
    ['Thu, 09 Mar 2017 17:53:52 +1100', Date.UTC(2017, 2, 9, 6, 53, 52)],
    ['9 Mar 2017 17:53 -0000', Date.UTC(2017, 2, 9, 17, 53)],
    ['Thu,  9 mar 2017 06:53:52 +0000 (UTC)', Date.UTC(2017, 2, 9, 6, 53, 52)],
    ['Sat, 29 Feb 2020 23:59:60 -0330', Date.UTC(2020, 2, 1, 3, 30)],
    ['1 Jan 1900 00:00:00 +0000', Date.UTC(1900, 0, 1)],
  ])('%s', (text, ms) => expect(readDate(text)).toEqual({ valid: true, ms }));

  it.each([
    ['Thu, 09 Mar 2017 06:53:52 GMT', Date.UTC(2017, 2, 9, 6, 53, 52), 'zone GMT'],
    ['Thu, 09 Mar 17 01:53:52 EST', Date.UTC(2017, 2, 9, 6, 53, 52), 'year 17, zone EST'],
    ['9 Mar 117 06:53:52 Z', Date.UTC(2017, 2, 9, 6, 53, 52), 'year 117, zone Z'],
  ])('%s is obsolete', (text, ms, obsolete) => expect(readDate(text)).toEqual({ valid: true, ms, obsolete }));

  const form = 'not of the form "Thu, 09 Mar 2017 17:53:52 +1100"';
  it.each([
    ['Thu Mar 9 17:53:52 2017', form],
    ['2017-03-09T17:53:52Z', form],
    ['Thu, 09 Mar 2017 17:53:52', form],
    ['Thu, 09 Mar 2017 5:53:52 +0000', form],
    ['Thu, 09 Mar 2017 05:53:52 PM +0000', form],
    ['Thu, 09 Mar 2017 17:53:52 +11:00', form],
    ['', form],
    ['x'.repeat(100_000), form],
    ['Fri, 09 Mar 2017 17:53:52 +1100', '09 Mar 2017 is a Thu, not a Fri'],
    ['Do., 09 Mar 2017 17:53:52 +1100', form],
    ['Don, 09 Mar 2017 17:53:52 +1100', '"Don" is no day of the week'],
    ['09 Mrz 2017 17:53:52 +0100', '"Mrz" is no month'],
    ['29 Feb 2017 17:53:52 +0100', 'Feb 2017 has no day 29'],
    ['0 Feb 2017 17:53:52 +0100', 'Feb 2017 has no day 0'],
    ['1 Feb 2017 24:00:00 +0100', 'there is no such time of day'],
    ['1 Feb 2017 12:00:00 +0160', '"+0160" is no zone; +0000 is of the right form'],
    ['1 Feb 2017 12:00:00 CEST', '"CEST" is no zone; +0000 is of the right form'],
  ])('%s is none', (text, fault) => expect(readDate(text)).toEqual({ valid: false, fault }));
});

describe('addresses', () => {
  it.each([
    ['alice@crepes.fr', ['alice@crepes.fr'], ['']],
    ['Alice <alice@crepes.fr>', ['alice@crepes.fr'], ['Alice']],
    [
      '"Alice, A." <alice@crepes.fr>, bob@[127.0.0.1]',
      ['alice@crepes.fr', 'bob@[127.0.0.1]'],
      ['Alice, A.', ''],
    ],
    ['=?utf-8?Q?Andr=C3=A9?= <a@b.c> (comment (nested, with comma))', ['a@b.c'], ['André']],
    ['"a b"@c.d', ['"a b"@c.d'], ['']],
    ['friends: a@b.c, D <d@e.f>;', ['a@b.c', 'd@e.f'], ['', 'D']],
    ['nobody:;', [], []],
  ])('%s', (value, addresses, names) => {
    const { list, faults } = readAddresses(value);
    expect(faults).toEqual([]);
    expect(list.map(({ address }) => address)).toEqual(addresses);
    expect(list.map(({ name }) => name)).toEqual(names);
    const theirs = addressParser(value, { flatten: true });
    if (!value.includes('"a b"')) expect(theirs.map(({ address }) => address)).toEqual(addresses);
  });

  it('with a dot in a name are obsolete and widely written', () => {
    expect(readAddresses('=?utf-8?Q?J=C3=BC?= B. <a@b.c>')).toEqual({
      list: [{ name: 'Jü B.', address: 'a@b.c' }],
      faults: [],
      notes: ['the display name "B." belongs in quotes'],
    });
  });

  it.each([
    ['alice', [], '"alice" is no address'],
    ['<alice>', [], '"alice" is no address'],
    ['a@b.c d@e.f', [], '"a@b.cd@e.f" is no address'],
    ['a..b@c.d', [], '"a..b@c.d" is no address'],
    ['Alice <a@b.c', [], 'the angle brackets of an address do not fit'],
    ['Doe, J <a@b.c>', ['a@b.c'], '"Doe" is no address'],
    ['J@Doe <a@b.c>', ['a@b.c'], '"@" in a display name belongs in quotes'],
    ['J[Doe <a@b.c>', ['a@b.c'], 'the display name "J[Doe" belongs in quotes'],
    ['a@b.c,, d@e.f', ['a@b.c', 'd@e.f'], 'an address is missing beside a comma'],
    ['', [], 'an address is missing beside a comma'],
    ['"a <a@b.c>', [], 'a quoted string is not closed'],
  ])('%s is wrong', (value, addresses, fault) => {
    const read = readAddresses(value);
    expect(read.faults).toContain(fault);
    expect(read.list.map(({ address }) => address)).toEqual(addresses);
  });
});

describe('encoded words', () => {
  it.each([
    ['plain text', 'plain text'],
    ['=?UTF-8?B?Y2Fmw6k=?=', 'café'],
    ['=?utf-8?q?caf=C3=A9_noir?= !', 'café noir !'],
    ['a =?iso-8859-1?Q?=E9?= b', 'a é b'],
    ['=?utf-8?B?5pel?= \t =?utf-8?B?5pys?=', '日本'],
    ['=?utf-8*fr?B?Y2Fmw6k=?=', 'café'],
    ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
  ])('%s', (value, text) => {
    expect(decodeWords(value)).toEqual({ text, faults: [], notes: [] });
    if (!value.includes('*')) expect(theirWords(value)).toBe(text);
  });

  it.each([
    ['=?utf-8?B?Y2Fmw6k?=', 'an encoded word holds bad base64: "Y2Fmw6k"'],
    ['=?utf-8?Q?caf=E?=', 'an encoded word holds "=" without two hexadecimal digits: "caf=E"'],
    ['=?utf-8?Q?two words?=', undefined],
    ['x=?utf-8?Q?a?=', '"x=?utf-8?Q?a?=" looks like an encoded word and is none'],
    ['=?utf-8?X?a?=', '"=?utf-8?X?a?=" looks like an encoded word and is none'],
    ['=?nonsense?Q?a?=', 'an encoded word: the charset "nonsense" is not known'],
    ['=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=', 'an encoded word: some bytes are no utf-8'],
  ])('%s is wrong', (value, fault) => {
    const { faults } = decodeWords(value);
    if (fault === undefined) expect(decodeWords(value).text).toBe(value);
    else expect(faults).toContain(fault);
  });
});

describe('a message identifier', () => {
  it.each(['<a@b>', '<1.2.3@crepes.fr>', '<x@[127.0.0.1]>'])('%s', value =>
    expect(readMessageId(value)).toEqual({ value, valid: true }),
  );
  it.each([
    ['a@b', 'not of the form <left@right>'],
    ['<a>', 'not of the form <left@right>'],
    ['<a@b@c>', 'not of the form <left@right>'],
    ['<a b@c>', 'not of the form <left@right>'],
    ['<a..b@c>', '"a..b" may not stand before the @'],
    ['<a@b:1>', '"b:1" may not stand behind the @'],
  ])('%s is none', (value, fault) => expect(readMessageId(value)).toEqual({ value, valid: false, fault }));
});

describe('a field of MIME', () => {
  const read = (text: string) => {
    const { value, parameters, faults } = readContentField(text, 'type/subtype');
    return { value, ...Object.fromEntries(parameters), faults };
  };

  it.each([
    ['Text/Plain', { value: 'text/plain' }],
    ['text/plain; charset=UTF-8 (comment)', { value: 'text/plain', charset: 'UTF-8' }],
    ['a/b;Name="two \\"words\\""', { value: 'a/b', name: 'two "words"' }],
    [`a/b; name*=utf-8''caf%C3%A9.pdf`, { value: 'a/b', name: 'café.pdf' }],
    [`a/b; name="cafe.pdf"; name*=utf-8'fr'caf%c3%a9.pdf`, { value: 'a/b', name: 'café.pdf' }],
    ['a/b; name*1="end.pdf"; name*0="begin "', { value: 'a/b', name: 'begin end.pdf' }],
    [`a/b; name*0*=utf-8''%C3; name*1*=%A9; name*2=".p"`, { value: 'a/b', name: 'é.p' }],
  ])('%s', (text, wanted) => expect(read(text)).toEqual({ ...wanted, faults: [] }));

  it.each([
    ['text', { value: 'text' }, '"text" does not begin with a type/subtype'],
    ['a/b c', { value: 'a/bc' }, '"a/b c" does not begin with a type/subtype'],
    ['a/b;', { value: 'a/b' }, 'a parameter is missing behind a semicolon'],
    ['a/b; name', { value: 'a/b' }, '"name" is no parameter'],
    ['a/b; name=', { value: 'a/b' }, '"name=" is no parameter'],
    ['a/b; name=report 1.pdf', { value: 'a/b', name: 'report' }, 'the value of "name" belongs in quotes'],
    ['a/b; name=a/b', { value: 'a/b', name: 'a/b' }, 'the value of "name" belongs in quotes'],
    ['a/b; name=x; NAME=y', { value: 'a/b', name: 'x' }, '"name" stands there twice'],
    ['a/b; name*1=x', { value: 'a/b', name: 'x' }, 'a piece of "name" is missing'],
    [
      'a/b; name*=x',
      { value: 'a/b', name: 'x' },
      `the value of "name*" does not begin with charset'language'`,
    ],
    [
      'a/b; name="=?utf-8?Q?a?="',
      { value: 'a/b', name: '=?utf-8?Q?a?=' },
      'the value of "name" is an encoded word, which no parameter may be',
    ],
  ])('%s is wrong', (text, wanted, fault) => {
    const { faults, ...rest } = read(text);
    expect(rest).toEqual(wanted);
    expect(faults).toContain(fault);
  });
});
