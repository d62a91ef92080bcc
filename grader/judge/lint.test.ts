import { describe, expect, test } from 'vitest';
import { type Json, match, problems } from './match.ts';
import { operators } from './table.ts';

describe('problems', () => {
  test('none in sound expectations', () => {
    const sound: Json[] = [
      { code: 250 },
      { code: { $any: [250, 251] }, lines: { $tail: ['', { $match: '(?i)^a+$' }] } },
      { $present: true },
      { soa: {}, answers: [{}, {}] },
      { $contains: [''] },
      [],
      { t: { $match: 'a*b' }, u: { $match: '^$' }, v: { $match: '\\b' }, w: { $match: 'x|y$' } },
      { id: { $not: { $ref: 'id' } } },
    ];
    for (const expectation of sound) expect(problems(expectation)).toEqual([]);
  });

  const bad: [Json, string, string][] = [
    [{ a: [{ $rnage: [1, 2] }] }, 'a[0].$rnage', '$rnage is no operator; there are $any,'],
    [{ a: { $match: '(' } }, 'a.$match', 'bad pattern'],
    [{ $match: { pattern: 'a', flags: 'g' } }, '$match', 'knows the flags i, m and s, not "g"'],
    [{ $match: 5 }, '$match', 'wants a regular expression'],
    [{ $any: [] }, '$any', 'at least one alternative'],
    [{ $any: 1 }, '$any', 'wants a list'],
    [{ $any: [1, { $range: [2, 1] }] }, '$any[1].$range', '2 is more than 1'],
    [{ $range: [1] }, '$range', 'wants [least, most]'],
    [{ $range: ['1', 2] }, '$range', 'wants [least, most]'],
    [{ $absent: false }, '$absent', 'wants true'],
    [{ $present: 1 }, '$present', 'wants true'],
    [{ $unordered: 1 }, '$unordered', 'wants a list'],
    [{ $head: 1 }, '$head', 'wants a list'],
    [{ $tail: 1 }, '$tail', 'wants a list'],
    [{ $starts: 1 }, '$starts', 'wants a text'],
    [{ $ends: 1 }, '$ends', 'wants a text'],
    [{ $distinct: false }, '$distinct', 'wants true or a path'],
    [{ $bind: '' }, '$bind', 'wants a name'],
    [{ $ref: 1 }, '$ref', 'wants a name'],
    [{ x: { $absent: true, $ref: 'a' } }, 'x.$absent', "can't fit"],
    [[{ $absent: true }], '[0]', "can't fit: an element"],
    [{ $not: { $bind: 'id' } }, '$not', 'never keeps what it binds (id)'],
    [{ a: { $count: { $each: { $starts: 1 } } } }, 'a.$count.$each.$starts', 'wants a text'],
  ];
  test.each(bad)('%j', (expectation, path, says) => {
    expect(problems(expectation)).toEqual([{ path, says: expect.stringContaining(says) }]);
  });

  const idle: [Json, Json][] = [
    [{}, {}],
    [{ $match: '' }, 'x'],
    [{ $match: '.*' }, 'x'],
    [{ $match: '^a*' }, 'x'],
    [{ $match: '(?i)a?$' }, 'x'],
    [{ $range: [null, null] }, 1],
    [{ $starts: '' }, 'x'],
    [{ $ends: '' }, 'x'],
    [{ $contains: '' }, 'x'],
    [{ $contains: [] }, []],
    [{ $head: [] }, []],
    [{ $tail: [] }, []],
    [{ $each: {} }, [{}]],
    [{ $count: { $range: [0, null] } }, []],
    [{ $any: [1, { $present: true }] }, 2],
  ];
  test.each(idle)("%j can't fail", (expectation, value) => {
    expect(match(expectation, value, new Map())).toBeUndefined();
    expect(problems(expectation)).toEqual([
      { path: expect.any(String), says: expect.stringContaining("can't fail") },
    ]);
  });

  test('every operator is tried above or beside its own code', () => {
    const tried = new Set(
      [...bad, ...idle].flatMap(([expectation]) => JSON.stringify(expectation).match(/\$\w+/gu) ?? []),
    );
    expect([...operators.keys()].filter(name => !tried.has(name))).toEqual(['$schema']);
  });
});
