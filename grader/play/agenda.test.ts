import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { PlannedCheck } from '../fixture/plan.ts';
import type { Verdict } from '../judge/score.ts';
import { Agenda, withNeeds } from './agenda.ts';

function check(id: string, needs: string[] = [], more: Partial<PlannedCheck> = {}): PlannedCheck {
  const words = { topic: 't', title: id, source: ['s'], rule: 'r', catches: 'c', hint: 'h' };
  return { id, needs, level: 'must', points: 1, ...words, steps: [{ open: 'c' }], ...more };
}
const any = () => true;
const ids = (agenda: Agenda): string[] => {
  const taken: string[] = [];
  for (let one = agenda.take(any); one !== undefined; one = agenda.take(any)) taken.push(one.id);
  return taken;
};
const told = (closed: ReturnType<Agenda['decide']>) =>
  closed.map(({ check: { id }, verdict, waitsFor }) => `${id} ${verdict} ${waitsFor}`);

describe('the order of checks', () => {
  it('puts the needed first, then those that wait longest', () => {
    const agenda = new Agenda([
      check('plain'),
      check('short', [], { steps: [{ pause: 10 }] }),
      check('long', [], { steps: [{ pause: 900 }] }),
      check('behind', ['base']),
      check('base'),
      check('plain-too'),
    ]);
    expect(ids(agenda)).toEqual(['base', 'long', 'short', 'plain', 'plain-too']);
    agenda.decide('base', 'met');
    expect(ids(agenda)).toEqual(['behind']);
  });

  it('gives each check once, and only to whom it suits', () => {
    const agenda = new Agenda([check('a'), check('b', [], { subject: 'own' })]);
    const own = (one: PlannedCheck) => one.subject === 'own';
    expect(agenda.take(own)?.id).toBe('b');
    expect(agenda.take(own)).toBeUndefined();
    expect(agenda.has(own)).toBe(false);
    expect([agenda.has(any), agenda.has(any)]).toEqual([true, true]);
    expect(ids(agenda)).toEqual(['a']);
    expect(agenda.has(any)).toBe(false);
  });
});

describe('needs', () => {
  it('keep a check back until all are met', () => {
    const agenda = new Agenda([check('c', ['a', 'b']), check('a'), check('b')]);
    expect(ids(agenda)).toEqual(['a', 'b']);
    expect(agenda.decide('a', 'met')).toEqual([]);
    expect(ids(agenda)).toEqual([]);
    expect(agenda.decide('b', 'met')).toEqual([]);
    expect(ids(agenda)).toEqual(['c']);
    expect(agenda.done).toBe(false);
    agenda.decide('c', 'met');
    expect(agenda.done).toBe(true);
  });

  it('that are not met close all behind them, and name the root', () => {
    const agenda = new Agenda([
      check('a'),
      check('b', ['a']),
      check('c', ['b']),
      check('d', ['c', 'a']),
      check('e'),
    ]);
    ids(agenda);
    const closed = told(agenda.decide('a', 'unmet'));
    expect(closed.sort()).toEqual(['b unreached a', 'c unreached a', 'd unreached a']);
    expect(agenda.take(any)).toBeUndefined();
    agenda.decide('e', 'met');
    expect(agenda.done).toBe(true);
  });

  it('of which one is void make a check void', () => {
    const agenda = new Agenda([check('a'), check('b', ['a']), check('c', ['b'])]);
    ids(agenda);
    expect(told(agenda.decide('a', 'void')).sort()).toEqual(['b void a', 'c void a']);
  });

  it('do not close a check a second time, nor one that is played', () => {
    const agenda = new Agenda([check('a'), check('b'), check('c', ['a', 'b'])]);
    ids(agenda);
    expect(told(agenda.decide('a', 'unmet'))).toEqual(['c unreached a']);
    expect(agenda.decide('b', 'void')).toEqual([]);
  });

  it('that are not among the checks are no needs', () => {
    expect(ids(new Agenda([check('b', ['elsewhere'])]))).toEqual(['b']);
  });
});

describe('a gate', () => {
  const gated = () => new Agenda([check('a', [], { gate: 2 }), check('b', ['a'])]);

  it('is passed by failing behind it', () => {
    const agenda = gated();
    ids(agenda);
    expect(agenda.decide('a', 'unmet', 2)).toEqual([]);
    expect(ids(agenda)).toEqual(['b']);
  });

  it('is closed by failing before it, and by anything but a failure', () => {
    for (const [verdict, step] of [
      ['unmet', 1],
      ['unmet', undefined],
      ['void', 2],
    ] as [Verdict, number | undefined][]) {
      const agenda = gated();
      ids(agenda);
      expect(agenda.decide('a', verdict, step)).toHaveLength(1);
      expect(ids(agenda)).toEqual([]);
    }
  });
});

/** Checks that need earlier ones, in any order, and a verdict for each. */
const plans = fc
  .array(
    fc.tuple(
      fc.array(fc.nat(20), { maxLength: 3 }),
      fc.constantFrom<Verdict>('met', 'unmet', 'void'),
      fc.nat(),
    ),
    {
      maxLength: 12,
    },
  )
  .map(rows => {
    const checks = rows.map(([needs], i) =>
      check(`c${i}`, i === 0 ? [] : [...new Set(needs.map(need => `c${need % i}`))]),
    );
    const verdicts = new Map(rows.map(([, verdict], i) => [`c${i}`, verdict]));
    const order = rows.map(([, , key], i) => ({ i, key })).sort((a, b) => a.key - b.key);
    return { checks: order.flatMap(({ i }) => checks[i] ?? []), verdicts };
  });

property.prop([plans])(
  'every check is played or closed, once, whatever the verdicts',
  ({ checks, verdicts }) => {
    const agenda = new Agenda(checks);
    const ends = new Map<string, Verdict>();
    const put = (id: string, verdict: Verdict): void => {
      expect(ends.has(id)).toBe(false);
      ends.set(id, verdict);
    };
    for (let one = agenda.take(any); one !== undefined; one = agenda.take(any)) {
      expect(one.needs?.every(id => ends.get(id) === 'met')).toBe(true);
      const verdict = verdicts.get(one.id) ?? 'met';
      put(one.id, verdict);
      for (const closed of agenda.decide(one.id, verdict)) {
        put(closed.check.id, closed.verdict);
        expect(['unmet', 'void']).toContain(verdicts.get(closed.waitsFor));
      }
    }
    expect(agenda.done).toBe(true);
    expect(ends.size).toBe(checks.length);
  },
);

describe('the selected checks', () => {
  const all = [check('d', ['b']), check('a'), check('b', ['a']), check('c')];

  it('come with all that they need, in the order of the plan', () => {
    const chosen = (...wanted: string[]) => withNeeds(all, wanted).map(({ id }) => id);
    expect(chosen('d')).toEqual(['d', 'a', 'b']);
    expect(chosen('c')).toEqual(['c']);
    expect(chosen('b', 'c', 'b')).toEqual(['a', 'b', 'c']);
    expect(chosen()).toEqual([]);
  });
});
