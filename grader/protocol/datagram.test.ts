import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { match } from '../judge/match.ts';
import { datagram } from './datagram.ts';

function read(bytes: Buffer) {
  const [message, ...more] = datagram.reader('client').push(bytes);
  expect(more).toEqual([]);
  if (message === undefined) throw new Error('no message');
  return message;
}

describe('a datagram', () => {
  it('is one message, whatever stands in it', () => {
    expect(read(Buffer.from('two\nlines\n'))).toEqual({
      text: 'two\nlines\n',
      length: 10,
      hex: '74776f0a6c696e65730a',
    });
    expect(read(Buffer.alloc(0))).toEqual({ text: '', length: 0, hex: '' });
  });

  it('has its bad bytes replaced in the text, and as they are in hex', () => {
    expect(read(Buffer.from([0x61, 0xff, 0x00]))).toEqual({ text: 'a\ufffd\0', length: 3, hex: '61ff00' });
  });

  it('can be asked for its hex like for any field', () => {
    const message = read(Buffer.from([0xde, 0xad]));
    expect(match({ hex: 'dead' }, message, new Map())).toBeUndefined();
    expect(match({ hex: 'beef' }, message, new Map())).toMatchObject({ path: 'hex', got: 'dead' });
    expect(JSON.parse(JSON.stringify(message))).toMatchObject({ hex: 'dead', length: 2 });
  });

  property.prop([fc.uint8Array({ maxLength: 64 })])('loses no byte', raw => {
    const bytes = Buffer.from(raw);
    const message = read(bytes);
    expect(message.length).toBe(bytes.length);
    expect(Buffer.from(String(message.hex), 'hex')).toEqual(bytes);
  });

  it('is never unfinished', () => {
    const reader = datagram.reader('client');
    reader.push(Buffer.from('x'));
    expect([reader.partial(), reader.takePartial(), reader.end()]).toEqual([undefined, undefined, []]);
  });
});

describe('the protocol', () => {
  it('sends a text as it stands', () => {
    expect(datagram.encodeText('à\n')).toEqual(Buffer.from('à\n'));
    expect(datagram).toMatchObject({ name: 'datagram', transport: 'udp', main: 'text' });
  });

  it('is shown by hand with nc -u', () => {
    const acts = [{ kind: 'send' as const, bytes: Buffer.from('hi') }];
    expect(datagram.byHand(acts, '127.0.0.1', 12000)).toBe("printf 'hi' | nc -u -w 1 127.0.0.1 12000");
    expect(datagram.byHandServer(acts, 12000)).toBe("(printf 'hi') | nc -u -w 2 -l 12000");
  });
});
