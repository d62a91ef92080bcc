/** Verdicts to points. All sums are made in whole hundredths of a point, so that 0.1 + 0.2 is 0.3. */

/** `void` is the grader's or the machine's fault; `unreached`: a check that it needs failed. */
export type Verdict = 'met' | 'unmet' | 'unreached' | 'void';
export type Level = 'must' | 'should' | 'bonus';

export interface Scored {
  level: Level;
  points: number;
  verdict: Verdict;
  /** k of n, for partial credit. */
  credit?: { k: number; n: number } | undefined;
}

/** Most bonus points that count. */
const BONUS_CAP = 5;

/** Points of one check, rounded to hundredths: full when met, k/n when partially met (0 < k < n), else 0. */
export function earned(check: Scored): number {
  return hundredthsEarned(check) / 100;
}

/**
 * `earned` of `of`: must and should. `bonus` of `bonusOf`: each at most 5. A void check is in none of the four: it
 * could not be judged, so it takes nothing from what was (DESIGN.md §3).
 */
export function total(checks: readonly Scored[]): {
  earned: number;
  of: number;
  bonus: number;
  bonusOf: number;
} {
  const sum = { earned: 0, of: 0, bonus: 0, bonusOf: 0 };
  for (const check of checks) {
    if (check.verdict === 'void') continue;
    const isBonus = check.level === 'bonus';
    sum[isBonus ? 'bonus' : 'earned'] += hundredthsEarned(check);
    sum[isBonus ? 'bonusOf' : 'of'] += hundredths(check.points);
  }
  return {
    earned: sum.earned / 100,
    of: sum.of / 100,
    bonus: Math.min(sum.bonus / 100, BONUS_CAP),
    bonusOf: Math.min(sum.bonusOf / 100, BONUS_CAP),
  };
}

const hundredths = (points: number): number => Math.round(points * 100);

function hundredthsEarned({ points, verdict, credit }: Scored): number {
  if (verdict === 'met') return hundredths(points);
  if (verdict !== 'unmet' || !credit || credit.k <= 0 || credit.k >= credit.n) return 0;
  return Math.round((hundredths(points) * credit.k) / credit.n);
}
