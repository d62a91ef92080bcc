import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { earned, type Scored, total, type Verdict } from './score.ts';

const check = (points: number, verdict: Verdict, more: Partial<Scored> = {}): Scored => ({
  level: 'must',
  points,
  verdict,
  ...more,
});

describe('earned', () => {
  test.each([
    ['met', 5],
    ['unmet', 0],
    ['unreached', 0],
    ['void', 0],
  ] as const)('a check that is %s earns %d of 5', (verdict, points) => {
    expect(earned(check(5, verdict))).toBe(points);
  });

  test('partly met: k of n, to hundredths', () => {
    expect(earned(check(5, 'unmet', { credit: { k: 1, n: 3 } }))).toBe(1.67);
    expect(earned(check(1, 'unmet', { credit: { k: 1, n: 8 } }))).toBe(0.13);
    expect(earned(check(2.5, 'unmet', { credit: { k: 9, n: 10 } }))).toBe(2.25);
  });

  test('credit counts only for an unmet check with some but not all of it', () => {
    expect(earned(check(5, 'met', { credit: { k: 3, n: 3 } }))).toBe(5);
    expect(earned(check(5, 'unmet', { credit: { k: 0, n: 3 } }))).toBe(0);
    expect(earned(check(5, 'unmet', { credit: { k: 3, n: 3 } }))).toBe(0);
    expect(earned(check(5, 'unmet', { credit: { k: 0, n: 0 } }))).toBe(0);
    expect(earned(check(5, 'unreached', { credit: { k: 1, n: 3 } }))).toBe(0);
    expect(earned(check(5, 'void', { credit: { k: 1, n: 3 } }))).toBe(0);
  });
});

describe('total', () => {
  test('must and should count together, bonus apart', () => {
    const checks = [
      check(60, 'met'),
      check(40, 'unmet', { level: 'should', credit: { k: 1, n: 4 } }),
      check(2, 'met', { level: 'bonus' }),
      check(1, 'unmet', { level: 'bonus' }),
    ];
    expect(total(checks)).toEqual({ earned: 70, of: 100, bonus: 2, bonusOf: 3 });
  });

  test('bonus is capped at 5', () => {
    const bonus = check(3, 'met', { level: 'bonus' });
    expect(total([bonus, bonus, bonus])).toEqual({ earned: 0, of: 0, bonus: 5, bonusOf: 5 });
  });

  test('a void check takes nothing away', () => {
    expect(total([check(10, 'met'), check(5, 'void'), check(5, 'unreached')])).toMatchObject({
      earned: 10,
      of: 15,
    });
  });

  test('sums are exact to hundredths', () => {
    expect(total(Array.from({ length: 1000 }, () => check(0.1, 'met')))).toMatchObject({
      earned: 100,
      of: 100,
    });
    expect(total([check(0.1, 'met'), check(0.2, 'met')]).earned).toBe(0.3);
  });

  test.prop([
    fc.array(
      fc.record({
        points: fc.integer({ min: 0, max: 2000 }),
        k: fc.nat(9),
        n: fc.integer({ min: 1, max: 9 }),
      }),
    ),
  ])('earned is never more than what there was', rows => {
    const sum = total(rows.map(({ points, k, n }) => check(points / 100, 'unmet', { credit: { k, n } })));
    expect(sum.earned).toBeGreaterThanOrEqual(0);
    expect(sum.earned).toBeLessThanOrEqual(sum.of);
  });
});
