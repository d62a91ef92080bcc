import { describe, expect, it } from 'vitest';
import { ClassTally } from './class-tally.ts';
import {
  ended,
  everyone,
  full,
  hostile,
  met,
  most,
  submitted,
  taken,
  uncertain,
  unmet,
} from './golden/class.ts';
import { expectGolden } from './golden/golden.ts';
import { fullMarks } from './golden/results.ts';
import type { Result } from './result.ts';
import { type ClassSummary, summary as schema } from './summary.ts';

const { assignment, grader, room } = full;

function summaryOf(results: readonly Result[]): ClassSummary {
  const tally = new ClassTally({ assignment, grader, room });
  for (const result of results) tally.add(result);
  return tally.summary();
}

const withMarks = (marks: readonly number[]): Result[] =>
  marks.map((mark, i) => submitted(`s${i}`, [met('helo', mark), unmet('data', 100 - mark)]));

describe('ClassTally', () => {
  it('sums up a class of every kind, as its schema says', () => {
    const summary = summaryOf(everyone);
    expectGolden(`${JSON.stringify(summary, null, 2)}\n`, 'class-summary');
    expect(schema.parse(JSON.parse(JSON.stringify(summary)))).toEqual(summary);
  });

  it('does not depend on who was finished first', () => {
    expect(JSON.stringify(summaryOf([...everyone].reverse()).students)).toBe(
      JSON.stringify(summaryOf(everyone).students),
    );
  });

  it.each([uncertain, ended, taken])('keeps no marks of a submission that has none', result => {
    const [row] = summaryOf([result]).students;
    for (const name of ['earned', 'of', 'bonus', 'met', 'checks']) expect(row).not.toHaveProperty(name);
    expect(row?.says).toBeTruthy();
    expect(summaryOf([result])).not.toHaveProperty('marks');
  });

  it.each([
    [[70], { median: 70, mean: 70, quartiles: [70, 70], least: 70, most: 70, full: 0 }],
    [[100, 50], { median: 75, mean: 75, quartiles: [62.5, 87.5], least: 50, most: 100, full: 1 }],
    [[10, 40, 20, 30], { median: 25, mean: 25, quartiles: [17.5, 32.5], least: 10, most: 40, full: 0 }],
    [[0, 0, 100, 100, 99.99], { median: 99.99, mean: 60, quartiles: [0, 100], least: 0, most: 100, full: 2 }],
  ])('has the ranks of %j', (marks, expected) => {
    expect(summaryOf(withMarks(marks)).marks).toEqual(expected);
  });

  it('counts checks of those only that were played', () => {
    const { checks } = summaryOf([full, most, hostile, uncertain, taken]);
    expect(checks.find(({ id }) => id === 'helo')).toMatchObject({
      met: 3,
      unmet: 1,
      unreached: 0,
      void: 0,
      unsteady: 1,
    });
    expect(checks.find(({ id }) => id === 'data')).toMatchObject({ met: 1, unmet: 1, unreached: 1, void: 1 });
  });

  it('refuses a student twice, and a result that is nobody’s', () => {
    expect(() => summaryOf([full, full])).toThrow('ana');
    expect(() => summaryOf([fullMarks])).toThrow('submission');
  });

  it('sums up nobody', () => {
    expect(schema.parse(summaryOf([]))).toMatchObject({
      counts: { submissions: 0 },
      checks: [],
      students: [],
    });
  });

  it('says what was selected', () => {
    expect(new ClassTally({ assignment, grader, room, selection: ['helo'] }).summary().selection).toEqual([
      'helo',
    ]);
  });
});
