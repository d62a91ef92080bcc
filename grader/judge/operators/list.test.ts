import { describe, expect, test } from 'vitest';
import { type Json, match } from '../match.ts';

const check = (expectation: Json, value: Json | undefined) => match(expectation, value, new Map());

describe('$head', () => {
  test('fits', () => expect(check({ $head: [1, { $range: [2, 3] }] }, [1, 2, 9])).toBeUndefined());

  test('differences', () => {
    expect(check({ l: { $head: [1, 2] } }, { l: [1, 3, 9] })).toEqual({
      path: 'l[1]',
      expected: '2',
      got: '3',
    });
    expect(check({ $head: [1, 2] }, [1])).toEqual({ path: '[1]', expected: '2', got: 'nothing' });
    expect(check({ $head: [{ $not: 2 }] }, [])).toEqual({
      path: '[0]',
      expected: 'anything but 2',
      got: 'nothing',
    });
    expect(check({ $head: ['a'] }, 'ab')).toEqual({
      path: '',
      expected: 'a list starting with "a"',
      got: 'ab',
    });
  });
});

describe('$tail', () => {
  test('fits', () =>
    expect(check({ $tail: ['', '.', '.maple'] }, ['Subject: x', '', '.', '.maple'])).toBeUndefined());

  test('differences: the index counts from the start', () => {
    expect(check({ lines: { $tail: ['', '.maple'] } }, { lines: ['Subject: x', '', '..maple'] })).toEqual({
      path: 'lines[2]',
      expected: '.maple',
      got: '..maple',
      offset: 1,
      caret: 1,
    });
    expect(check({ $tail: ['', '.maple'] }, ['.maple'])).toEqual({
      path: '',
      expected: 'a list ending in "", ".maple"',
      got: '[".maple"]',
    });
    expect(check({ $tail: [1] }, undefined)).toEqual({
      path: '',
      expected: 'a list ending in 1',
      got: 'nothing',
    });
  });
});

describe('$each', () => {
  test('fits, an empty list too', () => {
    expect(check({ $each: { ttl: { $range: [0, null] } } }, [{ ttl: 0 }, { ttl: 5 }])).toBeUndefined();
    expect(check({ $each: 1 }, [])).toBeUndefined();
  });

  test('differences', () => {
    expect(check({ $each: { ttl: 5 } }, [{ ttl: 5 }, { ttl: 6 }, { ttl: 7 }])).toEqual({
      path: '[1].ttl',
      expected: '5',
      got: '6',
    });
    expect(check({ $each: 1 }, 1)).toEqual({ path: '', expected: 'each element 1', got: '1' });
    expect(check({ $each: { $bind: 'x' } }, [1, 2])).toEqual({ path: '[1]', expected: '1', got: '2' });
  });
});

describe('$distinct', () => {
  test('fits', () => {
    expect(check({ $distinct: true }, [1, '1', [1], { a: 1 }])).toBeUndefined();
    expect(check({ $distinct: 'id' }, [{ id: 1 }, { id: 2 }])).toBeUndefined();
    expect(
      check({ $distinct: 'a.ids[1]' }, [{ a: { ids: [0, 1] } }, { a: { ids: [0, 2] } }]),
    ).toBeUndefined();
  });

  test('differences', () => {
    expect(check({ $distinct: true }, [{ a: 1, b: 2 }, 3, { b: 2, a: 1 }])).toEqual({
      path: '[2]',
      expected: 'another value than in [0]',
      got: '{"b":2,"a":1}',
    });
    expect(
      check({ q: { $distinct: 'header.id' } }, { q: [{ header: { id: 7 } }, { header: { id: 7 } }] }),
    ).toEqual({
      path: 'q[1].header.id',
      expected: 'another value than in q[0]',
      got: '7',
    });
    expect(check({ $distinct: 'ids[0]' }, [{ ids: [] }])).toEqual({
      path: '[0].ids[0]',
      expected: 'something here',
      got: 'nothing',
    });
    expect(check({ $distinct: 'id' }, {})).toEqual({
      path: '',
      expected: 'distinct values of id',
      got: '{}',
    });
  });
});
