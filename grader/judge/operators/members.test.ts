import { describe, expect, test } from 'vitest';
import { type Bindings, type Json, match } from '../match.ts';

const check = (expectation: Json, value: Json | undefined) => match(expectation, value, new Map());

describe('$contains', () => {
  test('list: in any order, two may be met by one', () => {
    expect(
      check({ $contains: [{ verb: 'HELO' }, { verb: 'EHLO' }] }, [{ verb: 'EHLO' }, { verb: 'HELO' }]),
    ).toBeUndefined();
    expect(check({ $contains: [{ a: 1 }, { b: 2 }] }, [{ a: 1, b: 2 }])).toBeUndefined();
    expect(check({ $contains: { a: 1 } }, [{ a: 1 }])).toBeUndefined();
  });

  test('text: pieces', () => {
    expect(check({ $contains: 'ell' }, 'hello')).toBeUndefined();
    expect(check({ $contains: ['lo', 'he'] }, 'hello')).toBeUndefined();
  });

  test('differences', () => {
    expect(check({ l: { $contains: [1, { a: 2 }] } }, { l: [1, { a: 3 }] })).toEqual({
      path: 'l',
      expected: 'a list containing {"a":2}',
      got: '[1,{"a":3}]',
    });
    expect(check({ $contains: ['he', 'x'] }, 'hello')).toEqual({
      path: '',
      expected: 'text containing "x"',
      got: 'hello',
    });
    expect(check({ $contains: [{ $match: 'x' }] }, 'x')).toEqual({
      path: '',
      expected: 'a list containing text matching /x/',
      got: 'x',
    });
    expect(check({ $contains: ['a', 'b'] }, undefined)).toEqual({
      path: '',
      expected: 'something containing "a", "b"',
      got: 'nothing',
    });
    expect(check({ $contains: [null] }, [])).toEqual({
      path: '',
      expected: 'a list containing null',
      got: '[]',
    });
  });

  test('names: every way is tried, and only the one that fits is kept', () => {
    const wanted = {
      $contains: [
        { at: 'query', id: { $bind: 'id' } },
        { at: 'answer', id: { $ref: 'id' } },
      ],
    };
    const heard = [
      { at: 'query', id: 1 },
      { at: 'query', id: 2 },
      { at: 'answer', id: 2 },
    ];
    const bindings: Bindings = new Map();
    expect(match(wanted, heard, bindings)).toBeUndefined();
    expect([...bindings]).toEqual([['id', 2]]);
    bindings.clear();
    expect(match(wanted, heard.slice(0, 1).concat({ at: 'answer', id: 3 }), bindings)?.expected).toContain(
      '{"at":"answer"',
    );
    expect(bindings.size).toBe(0);
  });
});

describe('$unordered', () => {
  test('each has an element of its own: not greedy', () => {
    const wanted = { $unordered: [{ $range: [0, 9] }, { $range: [0, 5] }, 3] };
    expect(check(wanted, [3, 4, 8])).toBeUndefined();
    expect(check(wanted, [8, 3, 4])).toBeUndefined();
    expect(check({ $unordered: [] }, [])).toBeUndefined();
  });

  test('one is wanted and one left: the difference inside', () => {
    expect(
      check({ a: { $unordered: [{ n: 1, x: 'a' }, { n: 2 }] } }, { a: [{ n: 2 }, { n: 1, x: 'b' }] }),
    ).toEqual({
      path: 'a[1].x',
      expected: 'a',
      got: 'b',
      offset: 0,
      caret: 0,
    });
    expect(check({ $unordered: [1, 1, 2] }, [1, 2, 2])).toEqual({ path: '[2]', expected: '1', got: '2' });
  });

  test('too few, too many, several others', () => {
    expect(check({ $unordered: [1, 2] }, [2])).toEqual({ path: '[1]', expected: '1', got: 'nothing' });
    expect(check({ $unordered: [2] }, [1, 2])).toEqual({ path: '[0]', expected: 'nothing here', got: '1' });
    expect(check({ $unordered: [1, 2, 3] }, [3, 4, 5])).toEqual({
      path: '',
      expected: 'in any order: 1',
      got: '[4,5]',
    });
    expect(check({ $unordered: [{ $absent: true }] }, [])).toMatchObject({ path: '[0]', got: 'nothing' });
    expect(check({ $unordered: [1] }, 1)).toEqual({ path: '', expected: 'in any order: 1', got: '1' });
  });

  test('bindings of ways that failed are gone', () => {
    const bindings: Bindings = new Map();
    const wanted = {
      $unordered: [
        { k: { $ref: 'k' }, end: true },
        { k: { $bind: 'k' }, v: { $bind: 'v' } },
        { $present: true },
      ],
    };
    const value = [
      { k: 1, v: 'one' },
      { k: 2, v: 'two' },
      { k: 2, end: true },
    ];
    expect(match(wanted, value, bindings)).toBeUndefined();
    expect([...bindings]).toEqual([
      ['k', 2],
      ['v', 'two'],
    ]);
    bindings.clear();
    expect(match(wanted, value.with(2, { k: 3, end: true }), bindings)).toEqual({
      path: '[2].k',
      expected: '1',
      got: '3',
    });
    expect(bindings.size).toBe(0);
  });

  test('each alone fits, but not with the same bound values', () => {
    const wanted = {
      $unordered: [
        { a: 1, id: { $bind: 'id' } },
        { b: 1, id: { $bind: 'id' } },
      ],
    };
    expect(
      check(wanted, [
        { a: 1, id: 1 },
        { b: 1, id: 1 },
      ]),
    ).toBeUndefined();
    expect(
      check(wanted, [
        { a: 1, id: 1 },
        { b: 1, id: 2 },
      ]),
    ).toEqual({
      path: '',
      expected:
        'in any order: {"a":1,"id":a value (id)}, {"b":1,"id":a value (id)}, with the same bound values',
      got: '[{"a":1,"id":1},{"b":1,"id":2}]',
    });
  });

  test('a flood does not stop the grader', () => {
    const flood = Array.from({ length: 2000 }, (_, index) => ({ id: index }));
    const wanted = {
      $contains: [{ id: { $bind: 'a' } }, { id: { $bind: 'b' } }, { id: { $ref: 'a' }, end: { $ref: 'b' } }],
    };
    const started = performance.now();
    const difference = check(wanted, flood);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(difference?.path).toBe('');
  });

  test('a thousand in reverse', () => {
    const items = Array.from({ length: 1000 }, (_, index) => index);
    expect(check({ $unordered: items }, items.toReversed())).toBeUndefined();
  });
});
