import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../wire/reader.ts';
import { ReplyReader } from './reply-reader.ts';

/** All messages of a stream that comes in these pieces and then ends. */
function read(...pieces: (string | Buffer)[]): Message[] {
  const reader = new ReplyReader();
  const messages = pieces.flatMap(piece => reader.push(Buffer.from(piece)));
  return [...messages, ...reader.end()];
}

const [good, bad] = [{ wellFormed: true }, { wellFormed: false }];
const reply = (code: number, text: string, more: object = good): object => ({
  code,
  text,
  lines: [text],
  end: '\r\n',
  ...more,
});

const session =
  '220 hamburger.edu\r\n250-hamburger.edu\r\n250-SIZE 1000\r\n250 HELP\r\n250 2.1.0 Sender ok\r\n354 go\r\n221\r\n';
const replies = [
  reply(220, 'hamburger.edu'),
  reply(250, 'HELP', { lines: ['hamburger.edu', 'SIZE 1000', 'HELP'], ...good }),
  reply(250, '2.1.0 Sender ok', { enhanced: '2.1.0', ...good }),
  reply(354, 'go'),
  reply(221, ''),
];

describe('a reader of replies', () => {
  it('cuts a stream into replies of one line or several', () => {
    expect(read(session)).toEqual(replies);
  });

  it('reads the same byte by byte, and split at every offset', () => {
    const bytes = Buffer.from(session);
    expect(read(...[...bytes].map(byte => Buffer.from([byte])))).toEqual(replies);
    for (let at = 0; at <= bytes.length; at += 1)
      expect(read(bytes.subarray(0, at), bytes.subarray(at)), `split at ${at}`).toEqual(replies);
  });

  property.prop([
    fc.array(fc.constantFrom('250-a\r\n', '250 b\r\n', '25', '0 x\n', '\r', '\n', 'é', '2.1.0', ' '), {
      maxLength: 20,
    }),
    fc.array(fc.nat(), { maxLength: 8 }),
  ])('reads the same however anything is split', (parts, at) => {
    const bytes = Buffer.from(parts.join(''));
    const edges = [0, ...at.map(edge => edge % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    expect(read(...edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge)))).toEqual(read(bytes));
  });

  it('takes a code alone, with and without a blank', () => {
    expect(read('250\r\n250 \r\n')).toEqual([reply(250, ''), reply(250, '')]);
  });

  it('finds enhanced codes where they are whole', () => {
    for (const [text, enhanced] of [
      ['5.1.1 no such user', '5.1.1'],
      ['2.0.0', '2.0.0'],
      ['4.7.500 later', '4.7.500'],
      ['2.1.0: ok', undefined],
      ['3.1.0 ok', undefined],
      ['10.0.0.1 ok', undefined],
    ])
      expect(read(`250 ${text}\r\n`)[0]?.enhanced).toBe(enhanced);
  });
});

describe('a malformed reply', () => {
  const code = 'the line does not begin with a code of three digits';
  for (const [name, bytes, wanted] of [
    ['no code', 'HELLO\r\n', reply(0, 'HELLO', { ...bad, fault: code })],
    ['an empty line', '\r\n', reply(0, '', { ...bad, fault: code })],
    ['two digits', '25 OK\r\n', reply(0, '25 OK', { ...bad, fault: code })],
    ['four digits', '2500 OK\r\n', reply(0, '2500 OK', { ...bad, fault: code })],
    ['a blank in front', ' 250 OK\r\n', reply(0, ' 250 OK', { ...bad, fault: code })],
    [
      'no blank',
      '250OK\r\n',
      reply(250, 'OK', { ...bad, fault: 'the line has "O" behind the code, neither a blank nor a hyphen' }),
    ],
    [
      'a code that is none',
      '199 x\r\n',
      reply(199, 'x', {
        ...bad,
        fault: 'the line has the code 199; the first digit is 2 to 5, the second 0 to 5',
      }),
    ],
    [
      'a code that is none',
      '299 x\r\n',
      reply(299, 'x', {
        ...bad,
        fault: 'the line has the code 299; the first digit is 2 to 5, the second 0 to 5',
      }),
    ],
    [
      'bare LF',
      '250 OK\n',
      reply(250, 'OK', { end: '\n', ...bad, fault: 'the line ends in LF alone, not in CRLF' }),
    ],
    ['bare CR', '250 O\rK\r\n', reply(250, 'O\rK', { ...bad, fault: 'the line holds a CR without LF' })],
    [
      '8-bit bytes',
      '250 né\r\n',
      reply(250, 'né', { ...bad, fault: 'the line holds bytes that are not ASCII' }),
    ],
    ['a NUL', '250 \0\r\n', reply(250, '\0', { ...bad, fault: 'the line holds a control character' })],
    [
      'a last line without end',
      '250 OK',
      reply(250, 'OK', { end: '', ...bad, fault: 'the line has no end' }),
    ],
    [
      'a last line with half an end',
      '250 OK\r',
      reply(250, 'OK', { end: '\r', ...bad, fault: 'the line holds a CR without LF' }),
    ],
    [
      'a reply that does not end',
      '250-a\r\n',
      reply(250, 'a', {
        ...bad,
        fault: 'a hyphen behind the code says that more lines follow, and none came',
      }),
    ],
    [
      'codes that differ',
      '250-a\r\n550 b\r\n',
      reply(550, 'b', {
        lines: ['a', 'b'],
        ...bad,
        fault: 'the lines of one reply have different codes: 250, 550',
      }),
    ],
    [
      'a stray line among others',
      '250-a\r\nSIZE\r\n250 b\r\n',
      reply(250, 'b', {
        lines: ['a', 'SIZE', 'b'],
        ...bad,
        fault: 'line 2 does not begin with a code of three digits',
      }),
    ],
    [
      'line ends that differ',
      '250-a\n250 b\r\n',
      reply(250, 'b', {
        lines: ['a', 'b'],
        ends: ['\n', '\r\n'],
        ...bad,
        fault: 'line 1 ends in LF alone, not in CRLF',
      }),
    ],
  ] as const)
    it(`is told: ${name}, ${JSON.stringify(bytes)}`, () => expect(read(bytes)).toEqual([wanted]));

  it('has more than 512 bytes', () => {
    const line = (length: number): string => `250 ${'x'.repeat(length - 6)}\r\n`;
    expect(read(line(512))[0]).toMatchObject(good);
    expect(read(line(513))[0]).toMatchObject({ fault: 'the line has 513 bytes; 512 are the most' });
  });

  property.prop([fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 6 })])(
    'is a message all the same: no byte is lost',
    pieces => {
      const bytes = pieces.map(piece => Buffer.from(piece));
      const messages = read(...bytes);
      expect(messages.length === 0).toBe(Buffer.concat(bytes).length === 0);
      expect(JSON.parse(JSON.stringify(messages))).toEqual(messages);
      for (const { wellFormed, fault } of messages) expect(wellFormed).toBe(fault === undefined);
    },
  );
});

describe('an unfinished reply', () => {
  it('can be looked at, line by line', () => {
    const reader = new ReplyReader();
    expect(reader.partial()).toBeUndefined();
    expect(reader.pending).toBe(0);
    reader.push(Buffer.from('250-a\r\n25'));
    expect(reader.partial()).toMatchObject({ code: 0, lines: ['a', '25'], end: '' });
    expect(reader.pending).toBe(9);
    expect(reader.push(Buffer.from('0 b\r\n'))).toEqual([reply(250, 'b', { lines: ['a', 'b'], ...good })]);
    expect(reader.partial()).toBeUndefined();
    expect(reader.pending).toBe(0);
  });

  it('is completed after it was taken', () => {
    const reader = new ReplyReader();
    reader.push(Buffer.from('250 O'));
    const taken = reader.takePartial();
    expect(taken).toMatchObject({ code: 250, text: 'O', fault: 'the line has no end' });
    expect([reader.partial(), reader.takePartial(), reader.pending]).toEqual([undefined, undefined, 0]);
    expect(reader.push(Buffer.from('K\r\n221 bye\r\n'))).toEqual([reply(221, 'bye')]);
    expect(taken).toEqual(reply(250, 'OK'));
  });

  it('is not given again at the end of the stream', () => {
    const reader = new ReplyReader();
    reader.push(Buffer.from('250 OK'));
    reader.takePartial();
    expect(reader.end()).toEqual([]);
  });
});
