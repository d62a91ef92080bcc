import { describe, expect, test } from 'vitest';
import { type Bindings, type Json, match } from '../match.ts';

const check = (expectation: Json, value: Json | undefined, ...bound: [string, Json][]) =>
  match(expectation, value, new Map(bound));

describe('$bind', () => {
  test('binds on first sight, then must be equal', () => {
    const bindings: Bindings = new Map();
    expect(match([{ $bind: 'id' }, { $bind: 'id' }], [7, 7], bindings)).toBeUndefined();
    expect(bindings.get('id')).toBe(7);
    expect(check([{ $bind: 'id' }, { $bind: 'id' }], [7, 8])).toEqual({
      path: '[1]',
      expected: '7',
      got: '8',
    });
  });

  test('stands next to other operators', () => {
    const bindings: Bindings = new Map();
    expect(match({ $bind: 'id', $range: [1, 5] }, 9, bindings)).toMatchObject({
      expected: 'between 1 and 5',
    });
    expect(bindings.size).toBe(0);
    expect(match({ $bind: 'id', $range: [1, 5] }, 3, bindings)).toBeUndefined();
    expect(bindings.get('id')).toBe(3);
  });

  test('nothing is no value', () => {
    expect(check({ id: { $bind: 'id' } }, {})).toEqual({
      path: 'id',
      expected: 'a value (id)',
      got: 'nothing',
    });
    expect(check({ id: { $bind: 'id' } }, {}, ['id', 'x'])).toEqual({
      path: 'id',
      expected: 'x',
      got: 'nothing',
    });
  });
});

describe('$ref', () => {
  test('equals what was bound', () => {
    expect(check({ $ref: 'id' }, { a: [1] }, ['id', { a: [1] }])).toBeUndefined();
    expect(check({ $ref: 'id' }, null, ['id', null])).toBeUndefined();
  });

  test('differences: whole and exact, with no free keys and no operators', () => {
    expect(check({ $ref: 'm' }, 'abx', ['m', 'abc'])).toEqual({
      path: '',
      expected: 'abc',
      got: 'abx',
      offset: 2,
      caret: 2,
    });
    expect(check({ $ref: 'm' }, { a: 1, b: 2 }, ['m', { a: 1 }])).toEqual({
      path: 'b',
      expected: 'nothing here',
      got: '2',
    });
    expect(check({ $ref: 'm' }, { a: 1 }, ['m', { a: 1, b: 2 }])).toEqual({
      path: 'b',
      expected: '2',
      got: 'nothing',
    });
    expect(check({ $ref: 'm' }, { x: 1 }, ['m', [1]])).toEqual({ path: '', expected: '[1]', got: '{"x":1}' });
    expect(check({ x: { $ref: 'm' } }, { x: [1, 2] }, ['m', [1]])).toEqual({
      path: 'x[1]',
      expected: 'nothing here',
      got: '2',
    });
    expect(check({ $ref: 'm' }, 5, ['m', { $present: true }])).toEqual({
      path: '',
      expected: '{"$present":true}',
      got: '5',
    });
  });

  test('an unbound name says so', () => {
    expect(check({ id: { $ref: 'id' } }, { id: 1 })).toEqual({
      path: 'id',
      expected: 'the value of id, which nothing has bound yet',
      got: '1',
    });
  });
});
