import { describe, expect, test } from 'vitest';
import { type Bindings, type Json, match } from '../match.ts';

const check = (expectation: Json, value: Json | undefined) => match(expectation, value, new Map());

describe('$range', () => {
  test('includes both ends; null is open', () => {
    for (const value of [100, 550.5, 1000]) expect(check({ $range: [100, 1000] }, value)).toBeUndefined();
    expect(check({ $range: [null, 5] }, -1e9)).toBeUndefined();
    expect(check({ $range: [5, null] }, 1e9)).toBeUndefined();
  });

  test('differences', () => {
    expect(check({ $range: [100, 1000] }, 99)).toEqual({
      path: '',
      expected: 'between 100 and 1000',
      got: '99',
    });
    expect(check({ $range: [5, null] }, 4)).toEqual({ path: '', expected: 'at least 5', got: '4' });
    expect(check({ $range: [null, 5] }, 6)).toEqual({ path: '', expected: 'at most 5', got: '6' });
    expect(check({ n: { $range: [1, 5] } }, { n: '3' })).toEqual({
      path: 'n',
      expected: 'between 1 and 5',
      got: '3',
    });
    expect(check({ n: { $range: [1, 5] } }, {})).toEqual({
      path: 'n',
      expected: 'between 1 and 5',
      got: 'nothing',
    });
  });
});

describe('$count', () => {
  test('elements of a list, characters of a text', () => {
    expect(check({ $count: 2 }, [1, 2])).toBeUndefined();
    expect(check({ $count: { $range: [1, null] } }, [1])).toBeUndefined();
    expect(check({ $count: 3 }, 'ä€😀')).toBeUndefined();
    expect(check({ $count: 0 }, '')).toBeUndefined();
  });

  test('differences', () => {
    expect(check({ a: { $count: 2 } }, { a: [1] })).toEqual({
      path: 'a',
      expected: 'count 2',
      got: 'count 1',
    });
    expect(check({ $count: { $range: [2, 4] } }, 'x')).toEqual({
      path: '',
      expected: 'length between 2 and 4',
      got: 'length 1',
    });
    expect(check({ $count: 2 }, 2)).toEqual({ path: '', expected: 'count 2', got: '2' });
    expect(check({ $count: 0 }, undefined)).toEqual({ path: '', expected: 'count 0', got: 'nothing' });
  });

  test('can be bound', () => {
    const bindings: Bindings = new Map();
    expect(
      match({ a: { $count: { $bind: 'n' } }, b: { $count: { $ref: 'n' } } }, { a: [0], b: 'x' }, bindings),
    ).toBeUndefined();
    expect(bindings.get('n')).toBe(1);
  });
});
