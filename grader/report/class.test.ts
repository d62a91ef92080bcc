/** What a tutor reads and opens after a class was graded: grade book, needs-you.txt, the last lines. */
import { describe, expect, it } from 'vitest';
import { ClassTally } from './class-tally.ts';
import { type ClassTextOptions, classText } from './class-text.ts';
import * as made from './golden/class.ts';
import { expectGolden } from './golden/golden.ts';
import { gradesCsv } from './grades-csv.ts';
import { needsYou } from './needs-you.ts';
import type { Result } from './result.ts';
import type { Style } from './style.ts';
import type { ClassSummary } from './summary.ts';

const plain: Style = { color: false, unicode: true, width: 80 };
const styles: Readonly<Record<string, Style>> = {
  '80': plain,
  ascii: { ...plain, unicode: false },
  color: { ...plain, color: true },
};

function summaryOf(results: readonly Result[]): ClassSummary {
  const { assignment, grader, room } = made.full;
  const tally = new ClassTally({ assignment, grader, room });
  for (const result of results) tally.add(result);
  return tally.summary();
}

describe('gradesCsv', () => {
  it('has a row for everyone, and a score for those with marks', () => {
    expectGolden(gradesCsv(summaryOf(made.everyone)), 'class-grades');
  });

  it.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx', '＝1', 'a"b', 'a,b', 'a\nb', "'", 'é'])(
    'keeps %j one cell that no spreadsheet computes',
    student => {
      const csv = gradesCsv(summaryOf([made.submitted(student, [made.met('helo', 100)])]));
      const cell = cells(csv)[9];
      expect(cell).toBe(/^[=+\-@\t\r＝]/.test(student) ? `'${student}` : student);
      expect(cells(csv)).toHaveLength(18);
    },
  );

  it('keeps what a program says on one line, without control characters', () => {
    const says = '=HYPERLINK("x")\n\u001b[2J, gone';
    const problem = { kind: 'never' as const, says, advice: [], output: '' };
    const row = made.submitted('eve', [], { outcome: 'not-started', problem });
    expect(cells(gradesCsv(summaryOf([row])))[17]).toBe('\'=HYPERLINK("x") ␛[2J, gone');
  });
});

/** Cells of RFC 4180, row after row. */
const cells = (csv: string): string[] =>
  [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(?:,|\n)/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'),
  );

describe('needsYou', () => {
  it.each(Object.keys(styles))('tells what was found, by kind (%s)', style => {
    expectGolden(needsYou(made.everyone, styles[style] ?? plain) ?? '', `class-needs-you.${style}`);
  });

  it('has nothing to say of a class with marks', () => {
    expect(needsYou([made.full, made.most], plain)).toBeUndefined();
  });

  it('lets nothing of the programs reach the terminal', () => {
    for (const style of [styles.ascii, plain])
      expect(needsYou(made.everyone, style ?? plain)?.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(needsYou(made.everyone, { ...plain, unicode: false })).toMatch(/^[\n -~]*$/);
  });
});

describe('classText', () => {
  const options: ClassTextOptions = {
    ms: 17_200,
    before: 0,
    out: 'report/',
    again: 'wiremark grade smtp-server submissions.zip --out report',
    files: ['index.html', 'grades.csv'],
  };

  it.each(Object.keys(styles))('ends a run (%s)', style => {
    expectGolden(classText(summaryOf(made.everyone), options, styles[style] ?? plain), `class-text.${style}`);
  });

  it('is short where all is well', () => {
    expect(classText(summaryOf([made.full, made.most]), { ...options, files: [] }, plain)).toBe(
      '2 graded in 17.2 s · median 80 · 1 with full marks\n',
    );
  });

  it('says what was kept, and does not speak of marks that are not there', () => {
    const of = (results: Result[], before: number) =>
      classText(summaryOf(results), { ...options, before, files: [] }, plain).split('\n')[0];
    expect(of([made.full, made.most], 1)).toBe(
      '2 graded in 17.2 s · 1 kept from an earlier run · median 80 · 1 with full marks',
    );
    expect(of([made.full], 1)).toContain('all kept from an earlier run');
    expect(of([made.ended], 0)).toBe('0 of 1 graded in 17.2 s');
  });

  it('takes the folder / as it is', () => {
    expect(classText(summaryOf([made.full]), { ...options, out: '/' }, plain)).toContain('/grades.csv');
  });
});
