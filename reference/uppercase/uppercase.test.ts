import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { upperCase } from './uppercase.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));

describe('upperCase', () => {
  test('turns a-z into A-Z, the ends of the alphabet included', () => {
    expect(upperCase(bytes('abcdefghijklmnopqrstuvwxyz'))).toEqual(bytes('ABCDEFGHIJKLMNOPQRSTUVWXYZ'));
  });

  test('leaves the neighbours of a-z, digits, capitals and control bytes alone', () => {
    const others = bytes('`{@[ A1-B2 C3!_\0\r\n\x7f');
    expect(upperCase(others)).toEqual(others);
  });

  test('leaves characters of several bytes alone', () => {
    expect(upperCase(bytes('straße für ıé 🙂'))).toEqual(bytes('STRAßE FüR ıé 🙂'));
  });

  test('does not change what it was given', () => {
    const request = bytes('abc');
    upperCase(request);
    expect(request).toEqual(bytes('abc'));
  });

  test.prop([fc.uint8Array()])('changes exactly the bytes from a to z, wherever they stand', request => {
    expect([...upperCase(request)]).toEqual(
      [...request].map(byte => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte)),
    );
  });

  test.prop([fc.string({ unit: 'binary' })])('keeps UTF-8 valid', text => {
    expect(Buffer.from(upperCase(bytes(text))).toString()).toBe(
      text.replace(/[a-z]/g, letter => letter.toUpperCase()),
    );
  });
});
