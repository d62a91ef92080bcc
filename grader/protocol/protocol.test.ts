import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { match } from '../judge/match.ts';
import { datagram } from './datagram.ts';
import { lines } from './lines.ts';
import { aboutMain, encodePayload, type Protocol } from './protocol.ts';
import { protocolNamed, protocolNames } from './registry.ts';

describe('a payload', () => {
  it('is a text in the frame of the protocol', () => {
    expect(encodePayload(lines, 'à')).toEqual(Buffer.from('à\n'));
    expect(encodePayload(datagram, 'à')).toEqual(Buffer.from('à'));
    expect(encodePayload(lines, '')).toEqual(Buffer.from('\n'));
  });

  it('is several such texts in one piece', () => {
    expect(encodePayload(lines, ['a', '', 'b'])).toEqual(Buffer.from('a\n\nb\n'));
    expect(encodePayload(lines, [])).toEqual(Buffer.alloc(0));
  });

  it('is text without a frame', () => {
    expect(encodePayload(lines, { text: 'no end' })).toEqual(Buffer.from('no end'));
  });

  it('is bytes in hexadecimal, white space aside', () => {
    expect(encodePayload(lines, { hex: 'DE ad\n00' })).toEqual(Buffer.from([0xde, 0xad, 0x00]));
    expect(encodePayload(lines, { hex: '' })).toEqual(Buffer.alloc(0));
  });

  property.prop([fc.uint8Array()])('is any bytes in hexadecimal or base64', raw => {
    const bytes = Buffer.from(raw);
    expect(encodePayload(lines, { hex: bytes.toString('hex') })).toEqual(bytes);
    expect(encodePayload(lines, { base64: bytes.toString('base64') })).toEqual(bytes);
  });

  it('is a message by its fields, where the protocol has such', () => {
    const fields: Protocol = { ...lines, encodeMessage: message => Buffer.from(JSON.stringify(message)) };
    expect(encodePayload(fields, { message: { id: 1 } })).toEqual(Buffer.from('{"id":1}'));
    expect(() => encodePayload(lines, { message: { id: 1 } })).toThrow(
      'the protocol "lines" has no messages',
    );
  });
});

describe('an expectation without a field', () => {
  const about = (expectation: Parameters<typeof aboutMain>[1]) => aboutMain({ main: 'text' }, expectation);

  it('is about the main field when it is no object', () => {
    for (const plain of ['HELLO', 250, true, null, ['a', 'b']]) expect(about(plain)).toEqual({ text: plain });
  });

  it('is about the main field when it holds operators only', () => {
    expect(about({ $contains: 'x' })).toEqual({ text: { $contains: 'x' } });
    expect(about({ $match: 'x', $not: 'y' })).toEqual({ text: { $match: 'x', $not: 'y' } });
  });

  it('stays as it is when it names fields, or nothing', () => {
    for (const named of [{ length: 3 }, { text: 'x', $present: true }, {}])
      expect(about(named)).toEqual(named);
  });

  it('has its alternatives lifted one by one', () => {
    expect(about({ $any: ['a', { length: 2 }, { $starts: 'b' }] })).toEqual({
      $any: [{ text: 'a' }, { length: 2 }, { text: { $starts: 'b' } }],
    });
    expect(about({ $any: [{ $any: ['a'] }] })).toEqual({ $any: [{ $any: [{ text: 'a' }] }] });
    // Beside another operator the alternatives are about the field.
    expect(about({ $any: ['a'], $not: 'b' })).toEqual({ text: { $any: ['a'], $not: 'b' } });
  });

  property.prop([fc.string(), fc.string()])('fits the same messages as its long form', (wanted, got) => {
    const message = { text: got, end: '\n', length: got.length };
    expect(match(about(wanted), message, new Map()) === undefined).toBe(wanted === got);
    expect(match(about({ $any: [wanted] }), message, new Map()) === undefined).toBe(wanted === got);
  });
});

describe('the registry', () => {
  it('knows its protocols by name', () => {
    expect(protocolNames()).toEqual(expect.arrayContaining(['datagram', 'lines']));
    for (const name of protocolNames()) expect(protocolNamed(name).name).toBe(name);
  });

  it('knows no others, not even what every object has', () => {
    for (const name of ['gopher', 'toString', '__proto__']) {
      expect(() => protocolNamed(name)).toThrow(`there is no protocol "${name}"`);
    }
  });
});
