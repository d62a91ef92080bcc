import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { encodeReply, type Reply, reply } from './reply.ts';
import { MalformedReply, ReplyReader } from './reply-reader.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

function read(pieces: readonly Uint8Array[]): Reply[] {
  const reader = new ReplyReader();
  return pieces.flatMap(piece => reader.push(piece));
}

const streams: [string, Reply[]][] = [
  ['220 hamburger.edu\r\n', [reply(220, 'hamburger.edu')]],
  ['250-a\r\n250-234 b\r\n250 c\r\n', [reply(250, 'a', '234 b', 'c')]],
  ['250\r\n', [reply(250, '')]],
  ['250 \r\n', [reply(250, '')]],
  ['250-\r\n250\r\n', [reply(250, '', '')]],
  ['250 OK\r\n354 go\r\n', [reply(250, 'OK'), reply(354, 'go')]],
  ['299 \xe9\r\n25', [reply(299, '\xe9')]],
];

describe.each(streams)('%j', (stream, replies) => {
  test('whole', () => {
    expect(read([bytes(stream)])).toEqual(replies);
  });

  test('byte by byte', () => {
    expect(read(Array.from(bytes(stream), byte => Uint8Array.of(byte)))).toEqual(replies);
  });

  test('split at every offset', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(read([bytes(stream.slice(0, at)), bytes(stream.slice(at))])).toEqual(replies);
    }
  });
});

describe('ReplyReader', () => {
  const code = fc.integer({ min: 200, max: 599 });
  const text = fc.string({ unit: fc.constantFrom('a', '-', ' ', '2') });
  const replies = fc.array(
    fc.record({ code, lines: fc.array(text, { minLength: 1, maxLength: 4 }) }).map((some): Reply => some),
  );

  test.prop([replies, fc.infiniteStream(fc.integer({ min: 1, max: 9 }))])(
    'reads what encodeReply wrote',
    (all, sizes) => {
      const wire = Buffer.concat(all.map(encodeReply));
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < wire.length; ) {
        const size = sizes.next().value ?? 1;
        pieces.push(wire.subarray(at, at + size));
        at += size;
      }
      expect(read(pieces)).toEqual(all);
    },
  );

  test.each([
    'hello\r\n',
    '25 OK\r\n',
    '2500 OK\r\n',
    '250_OK\r\n',
    '199 no\r\n',
    '600 no\r\n',
    '250 a\r\r\n',
    '\r\n',
  ])('refuses %j', stream => {
    expect(() => read([bytes(stream)])).toThrow(MalformedReply);
  });

  test('refuses a line that LF alone ends, instead of waiting for more', () => {
    expect(() => read([bytes('220 hello\n')])).toThrow('LF alone');
  });

  test('refuses a second code within a reply', () => {
    expect(() => read([bytes('250-a\r\n550 b\r\n')])).toThrow('two codes');
  });

  test('refuses to store a reply without end', () => {
    expect(() => read([bytes('2'.repeat(70_000))])).toThrow('no end');
    expect(() => read([bytes(`250-${'x'.repeat(500)}\r\n`.repeat(140))])).toThrow('no end');
  });
});
