/**
 * The grade book of a class as CSV. A name or a note that a spreadsheet would take for a formula begins
 * with an apostrophe, because both come from submissions.
 */
import { stringify } from 'csv-stringify/sync';
import { points } from './layout.ts';
import { isToRunAgain } from './standing.ts';
import type { ClassSummary, StudentRow } from './summary.ts';
import { prose } from './visible.ts';

const columns = ['student', 'score', 'of', 'bonus', 'status', 'checks met', 'checks', 'seed', 'note'];

/** UTF-8, one row a student below the head; the score is empty wherever there are no marks. */
export const gradesCsv = ({ students }: ClassSummary): string =>
  stringify(students.map(rowOf), { header: true, columns, escape_formulas: true });

const number = (value: number | undefined): string => (value === undefined ? '' : points(value));

const rowOf = ({ student, earned, of, bonus, status, met, checks, seed, says }: StudentRow): string[] => [
  student,
  number(earned),
  number(of),
  number(bonus),
  status,
  number(met),
  number(checks),
  seed,
  prose(isToRunAgain(status) ? `run again: ${says ?? ''}` : (says ?? ''), { unicode: true }),
];
