import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encodeMailData, type Fault, MailDataDecoder } from './mail-data.ts';

const LIMITS = { textLine: 1000, messageSize: 100_000 };

interface Decoded {
  content: string;
  ended: boolean;
  fault: Fault | undefined;
  rest: string;
}

function decode(pieces: readonly Uint8Array[], limits = LIMITS): Decoded {
  const decoder = new MailDataDecoder(limits);
  let content = '';
  let rest = '';
  let ended = false;
  for (const piece of pieces) {
    if (ended) {
      rest += latin1(piece);
      continue;
    }
    const taken = decoder.take(piece);
    content += latin1(taken.content);
    ended = taken.ended;
    rest += latin1(taken.rest);
  }
  return { content, ended, fault: decoder.fault, rest };
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const single = (stream: string) => Array.from(bytes(stream), byte => Uint8Array.of(byte));

/** The definition, on the whole stream: the first line that is a dot ends it; of others the first dot goes. */
function oracle(stream: string): Decoded {
  const all = `\r\n${stream}`;
  const end = all.indexOf('\r\n.\r\n');
  const data = all.slice(0, end + 2);
  const clean = /^(?:\r\n|[^\r\n])*$/.test(data);
  return {
    content: data.replaceAll('\r\n.', '\r\n').slice(2),
    ended: end !== -1,
    fault: clean ? undefined : 'bare-cr-or-lf',
    rest: all.slice(end + 5),
  };
}

const good: [string, string][] = [
  ['.\r\n', ''],
  ['\r\n.\r\n', '\r\n'],
  ['one\r\n.\r\n', 'one\r\n'],
  ['one\r\n\r\n  two \r\n.\r\n', 'one\r\n\r\n  two \r\n'],
  ['..\r\n.\r\n', '.\r\n'],
  ['a\r\n..\r\n..hidden\r\n...\r\n.\r\n', 'a\r\n.\r\n.hidden\r\n..\r\n'],
  ['.x\r\n.\r\n', 'x\r\n'], // A client that forgets to add dots: §4.5.2 still removes one.
  ['a.\r\nx . y\r\n .\r\n. \r\n.\r\n', 'a.\r\nx . y\r\n .\r\n \r\n'],
  ['\0\x7f\xff\r\n.\r\n', '\0\x7f\xff\r\n'],
  ['\r\n\0.\r\n.\r\n', '\r\n\0.\r\n'],
];

describe.each(good)('%j', (stream, content) => {
  const behind = 'RSET\r\n.\r\n';
  const expected = { content, ended: true, fault: undefined, rest: behind };

  test('whole, with commands behind', () => {
    expect(decode([bytes(stream + behind)])).toEqual(expected);
  });

  test('byte by byte', () => {
    expect(decode(single(stream + behind))).toEqual(expected);
  });

  test('split at every offset', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(decode([bytes(stream.slice(0, at)), bytes(stream.slice(at) + behind)])).toEqual(expected);
    }
  });

  test('is not over before its last byte', () => {
    for (let at = 0; at < stream.length; at += 1)
      expect(decode([bytes(stream.slice(0, at))]).ended).toBe(false);
  });
});

// What other servers have taken for the end of the data, so that a second message could be smuggled in.
const smuggling = [
  '\n.\n',
  '\r.\r',
  '\r\n.\n',
  '\n.\r\n',
  '\r.\r\n',
  '\r\n.\r',
  '\n\n.\r\n',
  '\r\n.\r\r',
  '\r\n.\0\n',
  '\r\n\0.\n',
  '\r\n.\n\r',
  '\n\r.\r\n',
];

describe.each(smuggling)('a false end of data: %j', sequence => {
  const stream = `first${sequence}MAIL FROM:<x@y>\r\n`;

  test('ends nothing', () => {
    expect(decode([bytes(stream)]).ended).toBe(false);
    expect(decode(single(stream)).ended).toBe(false);
  });

  test('spoils the whole message, which ends where it should', () => {
    const whole = `${stream}DATA\r\n.\r\nQUIT\r\n`;
    for (let at = 0; at <= whole.length; at += 1) {
      const { ended, fault, rest } = decode([bytes(whole.slice(0, at)), bytes(whole.slice(at))]);
      expect({ ended, fault, rest }).toEqual({ ended: true, fault: 'bare-cr-or-lf', rest: 'QUIT\r\n' });
    }
  });
});

describe.each(['\r\n\0.\r\n', '\r\n.\0\r\n', '\r\n. \r\n', '\r\n..\r\n', '\r\n.\t\r\n', '\r\n\x0b.\r\n'])(
  'only text: %j',
  sequence => {
    test('neither ends nor spoils the message', () => {
      const { ended, fault, rest } = decode([bytes(`first${sequence}second\r\n.\r\n`)]);
      expect({ ended, fault, rest }).toEqual({ ended: true, fault: undefined, rest: '' });
    });
  },
);

describe('MailDataDecoder', () => {
  const stream = fc.string({ unit: fc.constantFrom('a', '.', '\r', '\n', '\r\n', '\0'), maxLength: 40 });

  test.prop([stream])('agrees with the definition', text => {
    const whole = `${text}\r\n.\r\n`;
    const { content, ...others } = decode([bytes(whole)]);
    const { content: wanted, ...expected } = oracle(whole);
    expect(others).toEqual(expected);
    if (others.fault === undefined) expect(content).toBe(wanted);
  });

  test.prop([fc.array(stream)])('finds the same however the stream is cut', pieces => {
    expect(decode(pieces.map(bytes))).toEqual(decode([bytes(pieces.join(''))]));
  });

  test('a line of 1000 bytes with its CRLF is fine, the added dot aside; one more is too long', () => {
    const line = `.${'x'.repeat(997)}`;
    expect(decode([bytes(`.${line}\r\n.\r\n`)])).toMatchObject({ content: `${line}\r\n`, fault: undefined });
    expect(decode([bytes(`.${line}x\r\n.\r\n`)])).toMatchObject({ ended: true, fault: 'line-too-long' });
    expect(decode([bytes(`${`${'y'.repeat(600)}\r\n`.repeat(9)}.\r\n`)]).fault).toBeUndefined();
  });

  test('counts the size as the message is stored', () => {
    const limits = { textLine: 1000, messageSize: 8 };
    expect(decode([bytes('..a\r\nbc\r\n.\r\n')], limits)).toMatchObject({
      content: '.a\r\nbc\r\n',
      fault: undefined,
    });
    const tooBig = decode(single('..a\r\nbcd\r\n.\r\nQUIT\r\n'), limits);
    expect(tooBig).toMatchObject({ ended: true, fault: 'message-too-big', rest: 'QUIT\r\n' });
    expect(tooBig.content.length).toBeLessThanOrEqual(8);
  });

  test('the first fault counts', () => {
    expect(decode([bytes(`a\nb\r\n${'x'.repeat(2000)}\r\n.\r\n`)]).fault).toBe('bare-cr-or-lf');
  });
});

describe('encodeMailData', () => {
  test.each([
    ['', '.\r\n'],
    ['a\r\n', 'a\r\n.\r\n'],
    ['a', 'a\r\n.\r\n'],
    ['.\r\n..x\r\na.b\r\n', '..\r\n...x\r\na.b\r\n.\r\n'],
    ['\r\n\r\n.', '\r\n\r\n..\r\n.\r\n'],
  ])('%j', (message, wire) => {
    expect(encodeMailData(message)).toBe(wire);
  });

  const line = fc.string({ unit: fc.constantFrom('.', 'a', ' ') });

  test.prop([fc.array(line)])('what the decoder makes of it is the message', lines => {
    const message = lines.map(text => `${text}\r\n`).join('');
    const wire = encodeMailData(message);
    expect(decode(single(wire))).toEqual({ content: message, ended: true, fault: undefined, rest: '' });
  });
});
