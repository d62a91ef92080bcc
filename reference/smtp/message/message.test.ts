import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encodeText } from './encoded-word.ts';
import { headerField } from './header-field.ts';
import { composeMessage, type Letter } from './message.ts';
import { decodeWords, field, readMessage } from './mime-reader.ts';

const letter: Letter = {
  from: 'alice@crepes.fr',
  to: ['bob@hamburger.edu'],
  subject: 'dinner',
  body: 'Do you like ketchup?\nHow about pickles?\n',
  attachment: undefined,
};
const date = new Date('2017-03-09T06:53:52Z');

const compose = (some: Partial<Letter>) => composeMessage({ ...letter, ...some }, date);
const read = (some: Partial<Letter>) => readMessage(compose(some));
/** What a body must come back as: the same lines, with CRLF. */
const canonical = (body: string) => {
  const text = body.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');
  return text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
};

describe('a plain message', () => {
  test('to the byte', () => {
    const [id] = /<[0-9a-f-]{36}@crepes\.fr>/.exec(compose({ to: ['bob@hamburger.edu', 'carol@c'] })) ?? [];
    expect(id).toBeDefined();
    expect(
      compose({})
        .replace(/Message-ID: <[^>]*>/, 'Message-ID: <>')
        .replace(/^Date: .*/, 'Date:'),
    ).toBe(
      [
        'Date:',
        'From: alice@crepes.fr',
        'To: bob@hamburger.edu',
        'Subject: dinner',
        'Message-ID: <>',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=us-ascii',
        'Content-Transfer-Encoding: 7bit',
        '',
        'Do you like ketchup?',
        'How about pickles?',
        '',
      ].join('\r\n'),
    );
  });

  test('has a date, all recipients in one field, and an id of its own', () => {
    const message = read({ to: ['bob@b', 'carol@c'] });
    expect(Date.parse(field(message, 'Date'))).toBe(date.getTime());
    expect(field(message, 'To')).toBe('bob@b, carol@c');
    expect(field(read({}), 'Message-ID')).not.toBe(field(read({}), 'Message-ID'));
  });

  test('with many recipients is folded, and stays one field', () => {
    const to = Array.from({ length: 100 }, (_, index) => `recipient${index}@hamburger.edu`);
    const message = compose({ to });
    expect(Math.max(...message.split('\r\n').map(line => line.length))).toBeLessThanOrEqual(78);
    expect(field(readMessage(message), 'To')).toBe(to.join(', '));
  });
});

describe('the body comes back', () => {
  test.each([
    ['', '7bit'],
    ['\n', '7bit'],
    ['no newline at the end', '7bit'],
    ['.\n.hidden\n..x\n\n  lead \n\ttab\t\nFrom me\n--boundary\n--=_\n', '7bit'],
    ['windows\r\nlines\r\n', '7bit'],
    [`${'x'.repeat(998)}\n`, '7bit'],
    [`${'x'.repeat(999)}\n`, 'quoted-printable'],
    [`${'word '.repeat(600)}\n`, 'quoted-printable'],
    ['café\n', 'quoted-printable'],
    ['a = b \n=\n', '7bit'],
    ['mostly plain text, é = b \n=\nc\t\n', 'quoted-printable'],
    ['NUL \0 and a bare \r here\n', 'quoted-printable'],
    ['日本語で書いた手紙\n', 'base64'],
    ['\ufeffa byte order mark', 'quoted-printable'],
  ])('%.40j in %s', (body, encoding) => {
    const message = read({ body });
    expect(field(message, 'Content-Transfer-Encoding')).toBe(encoding);
    expect(field(message, 'Content-Type')).toBe(
      `text/plain; charset=${encoding === '7bit' ? 'us-ascii' : 'utf-8'}`,
    );
    expect(message.bytes.toString()).toBe(canonical(body));
  });

  const character = fc.constantFrom('a', ' ', '\t', '\n', '\r\n', '=', '.', 'é', '日', '🙂', '\0', '-');
  const body = fc.string({ unit: character, maxLength: 300 });

  test.prop([body])('whatever it is', text => {
    expect(read({ body: text }).bytes.toString()).toBe(canonical(text));
  });

  test.prop([body, fc.uint8Array({ maxLength: 200 })])('beside an attachment', (text, bytes) => {
    const { parts } = read({ body: text, attachment: { name: 'a', bytes } });
    expect(parts.map(part => part.bytes)).toEqual([Buffer.from(canonical(text)), Buffer.from(bytes)]);
  });
});

describe('an attachment', () => {
  const bytes = Uint8Array.from({ length: 10_007 }, (_, index) => (index * index) % 256);

  test('is the second part, in base64, under its name', () => {
    const message = read({ attachment: { name: 'report 1.pdf', bytes } });
    expect(field(message, 'MIME-Version')).toBe('1.0');
    const [text, file] = message.parts;
    expect(message.parts).toHaveLength(2);
    expect(text?.bytes.toString()).toBe('Do you like ketchup?\r\nHow about pickles?\r\n');
    expect(file?.bytes.equals(bytes)).toBe(true);
    if (file === undefined) return;
    expect(field(file, 'Content-Type')).toBe('application/octet-stream');
    expect(field(file, 'Content-Disposition')).toBe('attachment; filename="report 1.pdf"');
  });

  test.each([
    ['a"b\\c.txt', 'filename="a\\"b\\\\c.txt"'],
    ['résumé (1).pdf', "filename*=utf-8''r%C3%A9sum%C3%A9%20%281%29.pdf"],
    ["日'*.png", "filename*=utf-8''%E6%97%A5%27%2A.png"],
    ['two\r\nBcc: x@y', "filename*=utf-8''two%0D%0ABcc%3A%20x%40y"],
  ])('named %j', (name, parameter) => {
    const [, file] = read({ attachment: { name, bytes } }).parts;
    expect(file && field(file, 'Content-Disposition')).toBe(`attachment; ${parameter}`);
  });

  test('may be empty', () => {
    const [, file] = read({ attachment: { name: 'empty', bytes: new Uint8Array(0) } }).parts;
    expect(file?.bytes).toHaveLength(0);
  });

  test('has another boundary in each message', () => {
    const boundaries = [1, 2].map(() => field(read({ attachment: { name: 'a', bytes } }), 'Content-Type'));
    expect(boundaries[0]).not.toBe(boundaries[1]);
  });
});

describe('the subject', () => {
  test.each(['', 'a', 'two  blanks', '=', '~!"<>@', 'x'.repeat(60)])('%j stays as it is', subject => {
    expect(encodeText(subject)).toBe(subject);
    expect(field(read({ subject }), 'Subject')).toBe(subject);
  });

  test.each([
    'café',
    '=?utf-8?B?eA==?=',
    ' in front',
    'behind ',
    'x'.repeat(2000),
    'tab\there',
    '\x1b[31m',
    '🙂'.repeat(9),
  ])('%j is encoded', subject => {
    expect(encodeText(subject)).toMatch(/^=\?utf-8\?B\?/);
    expect(decodeWords(field(read({ subject }), 'Subject'))).toBe(subject);
  });

  const text = fc.string({
    unit: fc.constantFrom('a', ' ', 'é', '日', '🙂', '?', '=', 'word '),
    maxLength: 200,
  });

  test.prop([text])('comes back, in lines of 78 characters at most', subject => {
    const message = compose({ subject });
    const [header = ''] = message.split('\r\n\r\n');
    for (const line of header.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
    for (const line of header.split('\r\n'))
      if (line.includes('=?utf-8')) expect(line.length).toBeLessThanOrEqual(76);
    expect(decodeWords(field(readMessage(message), 'Subject'))).toBe(subject);
  });

  test.each(['a\r\nBcc: x@y', 'a\nb', 'a\rb', 'é\r\nBcc: x@y', '\n'])('%j is refused', subject => {
    expect(() => compose({ subject })).toThrow('a line break in a header field');
  });
});

describe('headerField', () => {
  test('refuses whatever would be more than one field', () => {
    for (const value of ['a\r\nb: c', 'a\nb', 'a\rb', 'é', 'a\0']) {
      expect(() => headerField('X', value)).toThrow(RangeError);
    }
  });

  test('folds before blanks, keeps them, and leaves no line empty', () => {
    const value = `${'word '.repeat(20)}  ${'x'.repeat(100)} end`;
    const wire = headerField('X', value);
    expect(
      wire
        .slice(0, -2)
        .split('\r\n')
        .slice(1)
        .every(line => /^ +[^ ]/.test(line)),
    ).toBe(true);
    expect(wire.replaceAll('\r\n ', ' ')).toBe(`X: ${value}\r\n`);
  });

  test('has no blank behind the colon when there is nothing to say', () => {
    expect(headerField('Subject', '')).toBe('Subject:\r\n');
  });
});
