/** Where a submission stands in the grade book: with marks, or without them and why. */
import { plural, points } from './layout.ts';
import type { CheckResult, Result } from './result.ts';
import type { StudentRow } from './summary.ts';

export type Status = StudentRow['status'];

export function statusOf({ outcome, problem, checks }: Result): Status {
  if (outcome === 'graded') return checks.some(({ verdict }) => verdict === 'void') ? 'void' : 'graded';
  if (outcome === 'not-graded') return 'not-graded';
  return problem?.kind === 'missing' || problem?.kind === 'unreadable' ? problem.kind : outcome;
}

/** The machine's trouble: nobody is at fault, and another run may well give marks. */
export const isToRunAgain = (status: Status): boolean => status === 'void' || status === 'not-graded';
export const needsPerson = (status: Status): boolean => status !== 'graded' && !isToRunAgain(status);

/** As it is said behind a number or a name: "3 could not be started". */
export const statusWords: Readonly<Record<Status, string>> = {
  graded: 'graded',
  void: 'void',
  'not-graded': 'not graded',
  'not-built': 'could not be built',
  'not-started': 'could not be started',
  missing: 'held nothing to start',
  unreadable: 'could not be read',
};

/** Void checks themselves, without those that only wait for them. */
export const voidRoots = (checks: readonly CheckResult[]): CheckResult[] =>
  checks.filter(({ verdict, waitsFor }) => verdict === 'void' && waitsFor === undefined);

/** Why there are no marks, in one sentence; undefined where there are. */
export function noMarksBecause(result: Result): string | undefined {
  const status = statusOf(result);
  if (status === 'graded') return undefined;
  if (status !== 'void') return result.problem?.says ?? statusWords[status];
  const roots = voidRoots(result.checks);
  const [first] = roots;
  if (first === undefined) return statusWords.void;
  const says = first.failure === undefined ? '' : `: ${first.failure.says}`;
  return `${first.id}${says}${roots.length === 1 ? '' : ` (and ${plural(roots.length - 1, 'check')} more)`}`;
}

/** "88", "88 (+3)" with bonus; the words of its status where there are no marks. */
export function marksOf(result: Result): string {
  const status = statusOf(result);
  if (status !== 'graded') return statusWords[status];
  const { earned, bonus } = result.score;
  return `${points(earned)}${bonus > 0 ? ` (+${points(bonus)})` : ''}`;
}
