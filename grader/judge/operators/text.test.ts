import { describe, expect, test } from 'vitest';
import { type Json, match } from '../match.ts';

const check = (expectation: Json, value: Json | undefined) => match(expectation, value, new Map());

describe('$match', () => {
  test('is found somewhere; flags', () => {
    expect(check({ $match: '^2\\d\\d' }, '250 ok')).toBeUndefined();
    expect(check({ $match: '(?i)HELLO' }, 'oh hello')).toBeUndefined();
    expect(check({ $match: { pattern: '^b$', flags: 'im' } }, 'a\nB')).toBeUndefined();
    expect(check({ $match: { pattern: '^.$' } }, '😀')).toBeUndefined();
  });

  test('differences', () => {
    expect(check({ t: { $match: '^2' } }, { t: '550' })).toEqual({
      path: 't',
      expected: 'text matching /^2/',
      got: '550',
    });
    expect(check({ $match: '(?i)a' }, 'b')).toEqual({ path: '', expected: 'text matching /a/i', got: 'b' });
    expect(check({ $match: '2' }, 2)).toEqual({ path: '', expected: 'text matching /2/', got: '2' });
    expect(check({ $match: '2' }, undefined)).toEqual({
      path: '',
      expected: 'text matching /2/',
      got: 'nothing',
    });
  });

  test('the same question has the same answer', () => {
    const expectation = { $match: 'a' };
    for (let turn = 0; turn < 3; turn += 1) expect(check(expectation, 'a')).toBeUndefined();
  });
});

describe('$starts', () => {
  test('fits', () => expect(check({ $starts: '250' }, '250 ok')).toBeUndefined());

  test('differences: with offset and caret', () => {
    expect(check({ $starts: '250-' }, '250 ok')).toEqual({
      path: '',
      expected: 'text starting with "250-"',
      got: '250 ok',
      offset: 3,
      caret: 3,
    });
    expect(check({ $starts: 'a' }, ['a'])).toEqual({
      path: '',
      expected: 'text starting with "a"',
      got: '["a"]',
    });
  });
});

describe('$ends', () => {
  test('fits', () => expect(check({ $ends: 'ok\r\n' }, '250 ok\r\n')).toBeUndefined());

  test('differences: the last part is shown', () => {
    expect(check({ $ends: 'HELLO' }, 'hello')).toEqual({
      path: '',
      expected: 'text ending in "HELLO"',
      got: 'hello',
    });
    expect(check({ $ends: 'b' }, 'a'.repeat(500))).toEqual({
      path: '',
      expected: 'text ending in "b"',
      got: `…${'a'.repeat(119)}`,
    });
    expect(check({ $ends: 'b' }, undefined)).toMatchObject({ got: 'nothing' });
  });

  test('long operands are cut', () => {
    expect(check({ $ends: 'b'.repeat(500) }, 'x')?.expected).toBe(`text ending in "${'b'.repeat(117)}…"`);
  });
});
