/**
 * Which checks can be played now: those whose needs are met. A check whose need is not met is not
 * reached, and names the root cause; one that needs a void check is void itself, so that the grader's
 * trouble costs nobody marks. Pure bookkeeping.
 */

import type { PlannedCheck } from '../fixture/plan.ts';
import type { Verdict } from '../judge/score.ts';
import { scriptedWait } from './estimate.ts';

export interface Closed {
  check: PlannedCheck;
  verdict: 'unreached' | 'void';
  /** The check at the root of it. */
  waitsFor: string;
}

export class Agenda {
  readonly #checks: Map<string, PlannedCheck>;
  readonly #decided = new Map<string, { verdict: Verdict; root: string; opens: boolean }>();
  readonly #taken = new Set<string>();

  constructor(checks: readonly PlannedCheck[]) {
    const needed = new Set(checks.flatMap(check => check.needs ?? []));
    const rank = (check: PlannedCheck): number =>
      needed.has(check.id) ? Number.NEGATIVE_INFINITY : -scriptedWait(check.steps);
    // Needed ones first, then those that wait longest, so that the rest runs beside them.
    this.#checks = new Map(
      [...checks].sort((a, b) => compare(rank(a), rank(b))).map(check => [check.id, check]),
    );
  }

  /** Takes the next check that can be played and that `wanted` accepts. */
  take(wanted: (check: PlannedCheck) => boolean): PlannedCheck | undefined {
    for (const check of this.#checks.values()) {
      if (this.#taken.has(check.id) || !wanted(check)) continue;
      if (!this.#needs(check).every(id => this.#decided.get(id)?.opens)) continue;
      this.#taken.add(check.id);
      return check;
    }
    return undefined;
  }

  /** Whether `take` would give one, now. */
  has(wanted: (check: PlannedCheck) => boolean): boolean {
    const check = this.take(wanted);
    if (check !== undefined) this.#taken.delete(check.id);
    return check !== undefined;
  }

  /**
   * Records a verdict; the answer lists the checks that this closes without being played. `failedStep`:
   * index of the step that was not met; beyond the check's gate it does not bar those that need it.
   */
  decide(id: string, verdict: Verdict, failedStep = 0): Closed[] {
    const gate = this.#checks.get(id)?.gate ?? Number.POSITIVE_INFINITY;
    const opens = verdict === 'met' || (verdict === 'unmet' && failedStep >= gate);
    this.#decided.set(id, { verdict, root: this.#decided.get(id)?.root ?? id, opens });
    if (opens) return [];
    const closed: Closed[] = [];
    for (const check of this.#checks.values()) {
      if (this.#decided.has(check.id) || this.#taken.has(check.id)) continue;
      const blocker = this.#needs(check)
        .map(need => this.#decided.get(need))
        .find(it => it !== undefined && !it.opens);
      if (blocker === undefined) continue;
      const outcome = blocker.verdict === 'void' ? 'void' : 'unreached';
      this.#decided.set(check.id, { verdict: outcome, root: blocker.root, opens: false });
      closed.push({ check, verdict: outcome, waitsFor: blocker.root }, ...this.decide(check.id, outcome));
    }
    return closed;
  }

  get done(): boolean {
    return this.#decided.size === this.#checks.size;
  }

  #needs(check: PlannedCheck): string[] {
    return (check.needs ?? []).filter(id => this.#checks.has(id));
  }
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** The selected checks with all that they need, in the order of the plan. */
export function withNeeds(all: readonly PlannedCheck[], ids: readonly string[]): PlannedCheck[] {
  const wanted = new Set<string>();
  const add = (id: string): void => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const need of all.find(check => check.id === id)?.needs ?? []) add(need);
  };
  for (const id of ids) add(id);
  return all.filter(check => wanted.has(check.id));
}
