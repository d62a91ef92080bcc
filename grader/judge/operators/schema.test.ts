import { beforeEach, describe, expect, test, vi } from 'vitest';

/** A fresh copy: whether Ajv has been loaded is the module's memory. */
async function fresh() {
  vi.resetModules();
  return import('../match.ts');
}

const order = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://example.org/order',
  type: 'object',
  required: ['id', 'items'],
  properties: {
    id: { type: 'integer', format: 'int32' },
    kind: { enum: ['a', 'b'] },
    version: { const: 1 },
    items: {
      type: 'array',
      prefixItems: [{ type: 'string' }],
      items: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    },
  },
  additionalProperties: false,
};
const good = { id: 1, items: ['a', 1, null] };

describe('not prepared', () => {
  test('throws in clear words', async () => {
    const { match } = await fresh();
    expect(() => match({ $schema: order }, good, new Map())).toThrow('before prepareSchemas()');
  });

  test('expectations without $schema load nothing', async () => {
    const { match, prepareSchemas } = await fresh();
    await prepareSchemas({ a: [{ $any: [1] }], $schema: '../schema/checks.schema.json' });
    expect(() => match({ $schema: order }, good, new Map())).toThrow('before prepareSchemas()');
  });
});

describe('prepared', () => {
  let check: (value: unknown) => unknown;
  beforeEach(async () => {
    const { match, prepareSchemas } = await fresh();
    const expectation = { body: { $schema: order } };
    await prepareSchemas([{ expect: expectation }]);
    check = value => match(expectation, { body: value as never }, new Map());
  });

  test('fits', () => expect(check(good)).toBeUndefined());

  test('differences lead to the value', () => {
    expect(check({ ...good, id: 'x' })).toEqual({ path: 'body.id', expected: 'must be integer', got: 'x' });
    expect(check({ id: 1 })).toEqual({ path: 'body.items', expected: 'something here', got: 'nothing' });
    expect(check({ ...good, 'a.b': 5 })).toEqual({ path: 'body["a.b"]', expected: 'nothing here', got: '5' });
    expect(check({ ...good, kind: 'c' })).toEqual({
      path: 'body.kind',
      expected: 'one of "a", "b"',
      got: 'c',
    });
    expect(check({ ...good, version: 2 })).toEqual({ path: 'body.version', expected: '1', got: '2' });
    expect(check({ id: 1, items: ['a', 'b'] })).toEqual({
      path: 'body.items[1]',
      expected: 'must match a schema in anyOf',
      got: 'b',
    });
    expect(check(undefined)).toEqual({ path: 'body', expected: 'JSON that fits the schema', got: 'nothing' });
  });
});

describe('bad schemas', () => {
  test('are listed once prepared, and throw', async () => {
    const { BadExpectation, match, prepareSchemas, problems } = await fresh();
    const typo = { $schema: { typ: 'object' } };
    await prepareSchemas(typo);
    expect(problems(typo)).toEqual([
      { path: '$schema', says: expect.stringContaining('unknown keyword: "typ"') },
    ]);
    expect(() => match(typo, {}, new Map())).toThrow(BadExpectation);
    expect(problems({ $schema: 5 })).toEqual([{ path: '$schema', says: '$schema wants a JSON Schema' }]);
    expect(problems({ $schema: { $async: true } })[0]?.says).toContain('$async');
  });

  test('that allow everything are listed', async () => {
    const { problems } = await fresh();
    expect(problems({ $schema: {} })[0]?.says).toContain("can't fail");
    expect(problems({ $schema: true })[0]?.says).toContain("can't fail");
  });

  test('the same $id twice is no clash', async () => {
    const { match, prepareSchemas, problems } = await fresh();
    const two = [{ $schema: { $id: 'x:y', type: 'string' } }, { $schema: { $id: 'x:y', type: 'number' } }];
    await prepareSchemas(two);
    expect(problems(two)).toEqual([]);
    expect(match(two, ['a', 1], new Map())).toBeUndefined();
    expect(match(two, [1, 'a'], new Map())).toEqual({ path: '[0]', expected: 'must be string', got: '1' });
  });

  test('a schema that was not there when preparing is compiled when met', async () => {
    const { match, prepareSchemas } = await fresh();
    await prepareSchemas({ $schema: order });
    expect(match({ $schema: { const: 'maple' } }, 'birch', new Map())).toEqual({
      path: '',
      expected: '"maple"',
      got: 'birch',
    });
  });
});
