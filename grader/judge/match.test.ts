import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { BadExpectation, type Bindings, bindingNames, type Json, match } from './match.ts';

const check = (expectation: Json, value: Json | undefined) => match(expectation, value, new Map());

describe('examples', () => {
  test('a literal is equal', () => {
    expect(check(250, 250)).toBeUndefined();
    expect(check(null, null)).toBeUndefined();
    expect(check(250, 550)).toEqual({ path: '', expected: '250', got: '550' });
    expect(check('ok', 'no')).toEqual({ path: '', expected: 'ok', got: 'no', offset: 0, caret: 0 });
    expect(check(0, null)).toEqual({ path: '', expected: '0', got: 'null' });
    expect(check(null, undefined)).toEqual({ path: '', expected: 'null', got: 'nothing' });
    expect(check(0, false)).toEqual({ path: '', expected: '0', got: 'false' });
  });

  test('an object: these keys match, others are free', () => {
    expect(check({ code: 250 }, { code: 250, text: 'ok' })).toBeUndefined();
    expect(check({ code: 250, text: 'ok' }, { text: 'no', code: 251 })).toEqual({
      path: 'code',
      expected: '250',
      got: '251',
    });
    expect(check({ code: 250 }, {})).toEqual({ path: 'code', expected: '250', got: 'nothing' });
    expect(check({ a: { b: 1 } }, { a: 2 })).toEqual({ path: 'a', expected: '{"b":1}', got: '2' });
    expect(check({ a: { b: 1 } }, {})).toEqual({ path: 'a', expected: '{"b":1}', got: 'nothing' });
    expect(check({ length: 0 }, [])).toEqual({ path: '', expected: '{"length":0}', got: '[]' });
  });

  test('inherited members are not there', () => {
    expect(check({ toString: { $absent: true } }, {})).toBeUndefined();
    expect(check({ constructor: { $present: true } }, {})).toEqual({
      path: 'constructor',
      expected: 'something here',
      got: 'nothing',
    });
    expect(check(JSON.parse('{"__proto__": 1}') as Json, {})).toEqual({
      path: '__proto__',
      expected: '1',
      got: 'nothing',
    });
  });

  test('a list: same length and order', () => {
    expect(check([1, 2], [1, 2])).toBeUndefined();
    expect(check({ lines: ['a', 'b', 'c'] }, { lines: ['a', 'b'] })).toEqual({
      path: 'lines[2]',
      expected: 'c',
      got: 'nothing',
    });
    expect(check(['a'], ['a', 'b'])).toEqual({ path: '[1]', expected: 'nothing here', got: 'b' });
    expect(check([1, 2], [2, 1])).toEqual({ path: '[0]', expected: '1', got: '2' });
    expect(check([{ text: 'x' }], [{ text: 'y' }])).toMatchObject({ path: '[0].text', offset: 0 });
    expect(check([1], { 0: 1 })).toEqual({ path: '', expected: '[1]', got: '{"0":1}' });
    expect(check([], [])).toBeUndefined();
  });

  test('an element that may be absent still counts', () => {
    expect(check([1, { $absent: true }], [1])).toMatchObject({ path: '[1]', got: 'nothing' });
    expect(check([1, { $not: 2 }], [1])).toEqual({ path: '[1]', expected: 'anything but 2', got: 'nothing' });
  });

  test('all operators of an object apply, then its plain keys', () => {
    const both = { $range: [100, 300], $not: 200 };
    expect(check(both, 250)).toBeUndefined();
    expect(check(both, 200)).toEqual({ path: '', expected: 'anything but 200', got: '200' });
    expect(check(both, 400)).toEqual({ path: '', expected: 'between 100 and 300', got: '400' });
    const mixed = { $bind: 'whole', code: 250 };
    const bindings: Bindings = new Map();
    expect(match(mixed, { code: 250, x: 1 }, bindings)).toBeUndefined();
    expect(bindings.get('whole')).toEqual({ code: 250, x: 1 });
    expect(check(mixed, { code: 1 })).toEqual({ path: 'code', expected: '250', got: '1' });
  });

  test('expected says operators inside values in words', () => {
    expect(check({ code: { $any: [250, 251] }, text: { $ends: 'HELLO' } }, 'x')).toEqual({
      path: '',
      expected: '{"code":one of 250, 251,"text":text ending in "HELLO"}',
      got: 'x',
    });
    expect(check([{ $range: [1, null], $not: 3 }], 0)).toMatchObject({
      expected: '[at least 1 and anything but 3]',
    });
  });

  test.each([
    [{ $any: [1, 'a'] }, 'one of 1, "a"'],
    [{ $not: 'a' }, 'anything but "a"'],
    [{ $range: [null, 5] }, 'at most 5'],
    [{ $match: '(?i)a' }, 'text matching /a/i'],
    [{ $absent: true }, 'nothing here'],
    [{ $present: true }, 'something here'],
    [{ $contains: ['a', { b: 1 }] }, 'containing "a", {"b":1}'],
    [{ $unordered: [1, 2] }, 'in any order: 1, 2'],
    [{ $head: [1] }, 'a list starting with 1'],
    [{ $tail: [1] }, 'a list ending in 1'],
    [{ $starts: 'a' }, 'text starting with "a"'],
    [{ $ends: 'a' }, 'text ending in "a"'],
    [{ $count: { $range: [1, 2] } }, 'count between 1 and 2'],
    [{ $each: { a: 1 } }, 'each element {"a":1}'],
    [{ $distinct: true }, 'distinct elements'],
    [{ $bind: 'id' }, 'a value (id)'],
    [{ $ref: 'id' }, 'the value of id'],
    [{ $schema: { type: 'null' } }, 'JSON that fits the schema'],
    [{ $present: true, a: 1 }, 'something here and {"a":1}'],
  ])('%j in words', (expectation, words) => {
    expect(check([expectation], 0)).toEqual({ path: '', expected: `[${words}]`, got: '0' });
  });

  test('a bad expectation throws, and undoes', () => {
    const bindings: Bindings = new Map();
    const bad = { id: { $bind: 'id' }, x: { $rnage: [1, 2] } };
    expect(() => match(bad, { id: 1, x: 1 }, bindings)).toThrow(BadExpectation);
    expect(() => match(bad, { id: 1, x: 1 }, bindings)).toThrow('x: $rnage is no operator');
    expect(bindings.size).toBe(0);
    expect(() => check({ $match: '(' }, 'a')).toThrow('$match has a bad pattern');
  });
});

describe('bindings', () => {
  test('are kept over expectations when it matches, and as before when not', () => {
    const bindings: Bindings = new Map<string, Json>([['old', 1]]);
    expect(match({ id: { $bind: 'id' }, code: 0 }, { id: 7, code: 1 }, bindings)).toBeDefined();
    expect([...bindings]).toEqual([['old', 1]]);
    expect(match({ id: { $bind: 'id' }, code: 0 }, { id: 7, code: 0 }, bindings)).toBeUndefined();
    expect([...bindings]).toEqual([
      ['old', 1],
      ['id', 7],
    ]);
    expect(match({ id: { $ref: 'id' } }, { id: 8 }, bindings)).toEqual({
      path: 'id',
      expected: '7',
      got: '8',
    });
  });

  test('names of an expectation', () => {
    const expectation = {
      id: { $bind: 'id', $not: { $ref: 'last' } },
      lines: { $tail: [{ $any: [{ $ref: 'id' }, { $bind: 'line' }] }], $count: { $bind: 'n' } },
      body: { $schema: { properties: { $bind: { const: 1 } } } },
      bad: { $any: 3, $nope: { $bind: 'x' } },
    };
    expect(bindingNames(expectation)).toEqual({ binds: ['id', 'line', 'n'], refs: ['last', 'id'] });
    expect(bindingNames('text')).toEqual({ binds: [], refs: [] });
  });
});

/** JSON without `$` keys. */
const plainJson = fc
  .jsonValue({ maxDepth: 4 })
  .filter(value => !/"\$/u.test(JSON.stringify(value))) as fc.Arbitrary<Json>;

interface Leaf {
  path: string;
  changed: Json;
}

/** Each leaf's path, and the whole with that leaf changed. */
function leaves(value: Json): Leaf[] {
  if (Array.isArray(value) && value.length > 0) {
    return (value as Json[]).flatMap((item, index) =>
      leaves(item).map(({ path, changed }) => ({
        path: `[${index}]${path}`,
        changed: (value as Json[]).with(index, changed),
      })),
    );
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return Object.entries(value as { [key: string]: Json }).flatMap(([key, item]) =>
      leaves(item).map(({ path, changed }) => ({
        path: `.${key}${path}`,
        changed: { ...(value as { [key: string]: Json }), [key]: changed },
      })),
    );
  }
  return [{ path: '', changed: 'changed by the test' }];
}

const word = fc.string({ unit: fc.constantFrom(...'abcd'), minLength: 1, maxLength: 3 });
const tree = fc.letrec<{ node: Json }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.string(),
    fc.constantFrom(null, true, {}, []),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(word, tie('node'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).node;

describe('properties', () => {
  test.prop([plainJson])('JSON matches itself', value => {
    expect(check(value, structuredClone(value) as Json)).toBeUndefined();
  });

  test.prop([tree, fc.nat()])('a changed leaf gives a difference whose path leads to it', (value, choice) => {
    const all = leaves(value);
    const leaf = all[choice % all.length];
    expect(check(value, leaf?.changed)?.path).toBe(leaf?.path.replace(/^\./u, ''));
  });

  test.prop([fc.array(tree), fc.infiniteStream(fc.nat())])('$unordered fits a shuffle', (items, randoms) => {
    const shuffled = items
      .map(item => ({ item, order: randoms.next().value ?? 0 }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);
    expect(check({ $unordered: items }, shuffled)).toBeUndefined();
  });

  test.prop([fc.array(tree, { minLength: 1 }), fc.nat()])(
    '$unordered misses when one is changed',
    (items, choice) => {
      const index = choice % items.length;
      expect(check({ $unordered: items }, items.with(index, 'changed by the test'))).toBeDefined();
    },
  );

  test.prop([tree, tree])('no comparison throws, and a difference differs', (expectation, value) => {
    const difference = check(expectation, value);
    if (difference) expect(difference.expected).not.toBe(difference.got);
  });
});
