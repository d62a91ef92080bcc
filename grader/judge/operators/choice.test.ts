import { describe, expect, test } from 'vitest';
import { type Bindings, type Json, match } from '../match.ts';

const check = (expectation: Json, value: Json | undefined) => match(expectation, value, new Map());

describe('$any', () => {
  test('one alternative fits', () => {
    expect(check({ $any: [250, 251] }, 251)).toBeUndefined();
    expect(check({ x: { $any: [{ $absent: true }, 5] } }, {})).toBeUndefined();
    expect(check({ $any: [{ code: 1 }, { code: 2, text: 'a' }] }, { code: 2, text: 'a' })).toBeUndefined();
  });

  test('scalars: one of', () => {
    expect(check({ $any: [250, 251] }, 550)).toEqual({ path: '', expected: 'one of 250, 251', got: '550' });
    expect(check({ code: { $any: [250, 251] } }, {})).toEqual({
      path: 'code',
      expected: 'one of 250, 251',
      got: 'nothing',
    });
    expect(check({ $any: ['a', { $ends: 'b' }, { $range: [1, 2] }] }, 'c')).toEqual({
      path: '',
      expected: 'one of "a", text ending in "b", between 1 and 2',
      got: 'c',
    });
  });

  test('a single alternative keeps its own difference', () => {
    expect(check({ $any: ['abc'] }, 'abd')).toEqual({
      path: '',
      expected: 'abc',
      got: 'abd',
      offset: 2,
      caret: 2,
    });
  });

  test('the alternative that got furthest speaks', () => {
    const alternatives = {
      $any: [
        { verb: 'EHLO', argument: 'a' },
        { verb: 'HELO', argument: 'b' },
      ],
    };
    expect(check(alternatives, { verb: 'HELO', argument: 'c' })).toEqual({
      path: 'argument',
      expected: 'b',
      got: 'c',
      offset: 0,
      caret: 0,
    });
    expect(
      check(
        {
          list: {
            $any: [
              [1, 9],
              [1, 2, 9],
            ],
          },
        },
        { list: [1, 2, 3] },
      ),
    ).toMatchObject({
      path: 'list[2]',
      expected: '9',
    });
  });

  test('an alternative of the right kind speaks before one of another kind', () => {
    expect(check({ $any: [7, { code: 1 }] }, { code: 2 })).toEqual({ path: 'code', expected: '1', got: '2' });
  });

  test('alternatives that stopped at the same place speak together', () => {
    const alternatives = { $any: [{ code: 250, text: 'x' }, { code: 251 }] };
    expect(check(alternatives, { code: 550 })).toEqual({
      path: 'code',
      expected: 'one of 250, 251',
      got: '550',
    });
  });

  test('bindings of an alternative that failed are gone', () => {
    const bindings: Bindings = new Map();
    const expectation = {
      $any: [
        { id: { $bind: 'a' }, kind: 1 },
        { id: { $bind: 'b' }, kind: 2 },
      ],
    };
    expect(match(expectation, { id: 7, kind: 2 }, bindings)).toBeUndefined();
    expect([...bindings]).toEqual([['b', 7]]);
    bindings.clear();
    expect(match(expectation, { id: 7, kind: 3 }, bindings)).toMatchObject({
      path: 'kind',
      expected: 'one of 1, 2',
    });
    expect(bindings.size).toBe(0);
  });
});

describe('$not', () => {
  test('fits what the operand does not', () => {
    expect(check({ $not: 0 }, 1)).toBeUndefined();
    expect(check({ $not: { code: 1 } }, { code: 2 })).toBeUndefined();
    expect(check({ $not: 0 }, 0)).toEqual({ path: '', expected: 'anything but 0', got: '0' });
    expect(check({ x: { $not: { $contains: 'a' } } }, { x: 'bab' })).toEqual({
      path: 'x',
      expected: 'anything but containing "a"',
      got: 'bab',
    });
  });

  test('fits nothing at all, unless $present stands beside it', () => {
    expect(check({ x: { $not: 0 } }, {})).toBeUndefined();
    expect(check({ x: { $not: 0, $present: true } }, {})).toEqual({
      path: 'x',
      expected: 'something here',
      got: 'nothing',
    });
  });

  test('keeps no bindings, and does not hold because a name is unbound', () => {
    const bindings: Bindings = new Map();
    expect(match({ $not: { a: { $bind: 'a' }, b: 2 } }, { a: 1, b: 1 }, bindings)).toBeUndefined();
    expect(bindings.size).toBe(0);
    expect(check({ id: { $not: { $ref: 'last' } } }, { id: 1 })).toEqual({
      path: 'id',
      expected: 'the value of last, which nothing has bound yet',
      got: '1',
    });
    expect(match({ $not: { $ref: 'last' } }, 1, new Map([['last', 2]]))).toBeUndefined();
    expect(match({ $not: { $ref: 'last' } }, 1, new Map([['last', 1]]))).toEqual({
      path: '',
      expected: 'anything but the value of last',
      got: '1',
    });
  });
});

describe('$absent and $present', () => {
  test('fit', () => {
    expect(check({ x: { $absent: true }, y: { $present: true } }, { y: null })).toBeUndefined();
    expect(check({ $absent: true }, undefined)).toBeUndefined();
  });

  test('differences', () => {
    expect(check({ x: { $absent: true } }, { x: null })).toEqual({
      path: 'x',
      expected: 'nothing here',
      got: 'null',
    });
    expect(check({ x: { $absent: true } }, { x: 'nothing here' })).toMatchObject({
      got: 'nothing here (text)',
    });
    expect(check({ x: { $present: true } }, {})).toEqual({
      path: 'x',
      expected: 'something here',
      got: 'nothing',
    });
  });
});
