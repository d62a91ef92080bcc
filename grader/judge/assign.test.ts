import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { assign } from './assign.ts';

/** The greatest number of partners, by trying everything. */
function most(lefts: number, edges: readonly (readonly boolean[])[], used = 0, left = 0): number {
  if (left === lefts) return 0;
  let best = most(lefts, edges, used, left + 1);
  edges[left]?.forEach((edge, right) => {
    if (edge && !(used & (1 << right)))
      best = Math.max(best, 1 + most(lefts, edges, used | (1 << right), left + 1));
  });
  return best;
}

describe('assign', () => {
  test('moves an earlier one along where the later has no other choice', () => {
    const edges = [[true, true], [true]];
    expect(assign(2, 2, (left, right) => edges[left]?.[right] ?? false)).toEqual([1, 0]);
  });

  test.prop([fc.array(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), { maxLength: 5 })])(
    'is the greatest, fits, and gives nothing twice',
    edges => {
      const given = assign(edges.length, 5, (left, right) => edges[left]?.[right] ?? false);
      const pairs = [...given.entries()].filter(([, right]) => right !== undefined);
      expect(pairs.every(([left, right]) => edges[left]?.[right ?? -1])).toBe(true);
      expect(new Set(pairs.map(([, right]) => right)).size).toBe(pairs.length);
      expect(pairs.length).toBe(most(edges.length, edges));
    },
  );

  test('asks at most once a pair', () => {
    const asked: string[] = [];
    assign(4, 4, (left, right) => {
      asked.push(`${left}-${right}`);
      return right <= 1;
    });
    expect(new Set(asked).size).toBe(asked.length);
  });
});
