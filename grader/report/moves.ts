/** Which marks move when a class is graded again, and why: what two results of one student differ in. */
import { points } from './layout.ts';
import type { CheckResult, Result } from './result.ts';
import { isToRunAgain, marksOf, noMarksBecause, statusOf } from './standing.ts';

/** What one check did to the marks. */
export interface CheckMove {
  id: string;
  /** Points that it gave: "5", "void"; undefined where the check was not there. */
  from: string | undefined;
  to: string | undefined;
  /** Hundredths of a point, so that sums are exact; 0 to or from void. */
  change: number;
  says: string;
}

export interface Move {
  student: string;
  /** Why they may have moved, the most likely first; at least one. */
  causes: string[];
  /** Marks, or why there were none. */
  from: string;
  to: string;
  /** `found`, `lost`: no marks before, or none now; `level`: checks moved, their sum did not. */
  direction: 'up' | 'down' | 'level' | 'found' | 'lost';
  /** Hundredths of a point, bonus included; 0 where there are no marks on either side. */
  change: number;
  /** The greatest change first; empty where only one side was played. */
  checks: CheckMove[];
  /** Why there are no marks now. */
  says?: string;
}

/** Undefined where the student's row in the grade book stays, or has marks neither before nor now. */
export function moveOf(before: Result, after: Result): Move | undefined {
  const [had, has] = [hasMarks(before), hasMarks(after)];
  if (!had && !has) return undefined;
  const checks = isPlayed(before) && isPlayed(after) ? checkMoves(before.checks, after.checks) : [];
  const [from, to] = standings(before, after);
  if (from === to && checks.every(({ change }) => change === 0)) return undefined;
  const change = had && has ? sumOf(after) - sumOf(before) : 0;
  const says = noMarksBecause(after);
  return {
    student: after.submission?.student ?? '',
    causes: causesOf(before, after),
    from,
    to,
    direction: !had ? 'found' : !has ? 'lost' : change > 0 ? 'up' : change < 0 ? 'down' : 'level',
    change,
    checks,
    ...(says === undefined ? {} : { says }),
  };
}

const hasMarks = (result: Result): boolean => statusOf(result) === 'graded';
const isPlayed = (result: Result): boolean => ['graded', 'void'].includes(statusOf(result));
const hundredths = (value: number): number => Math.round(value * 100);
const sumOf = ({ score }: Result): number => hundredths(score.earned) + hundredths(score.bonus);

/** What can be earned is only told where it moves too. */
function standings(before: Result, after: Result): [string, string] {
  const isOther = hasMarks(before) && hasMarks(after) && before.score.of !== after.score.of;
  const told = (result: Result): string =>
    marksOf(result) + (isOther ? ` of ${points(result.score.of)}` : '');
  return [told(before), told(after)];
}

const short = (hash: string): string => hash.slice(0, 8);

function causesOf(before: Result, after: Result): string[] {
  const causes: string[] = [];
  if (before.submission?.content !== after.submission?.content) causes.push('the submission changed');
  if (before.grader.fixtures !== after.grader.fixtures)
    causes.push(
      `the checks or the contract changed (${short(before.grader.fixtures)} → ${short(after.grader.fixtures)})`,
    );
  if (before.grader.version !== after.grader.version)
    causes.push(`wiremark changed (${before.grader.version} → ${after.grader.version})`);
  causes.push(...optionsThatDiffer(before, after));
  if (isToRunAgain(statusOf(before))) causes.push("the machine's trouble of the last run is over");
  // Said in so many words: the same program on the same checks should have had the same marks.
  return causes.length > 0 ? causes : ['graded again, though nothing else changed: look at these twice'];
}

function optionsThatDiffer(before: Result, after: Result): string[] {
  const options: readonly [string, (result: Result) => string][] = [
    ['the seed', ({ seed }) => seed],
    ['the room', ({ room }) => room],
    ['--slow', ({ slow }) => String(slow)],
    ['--only', ({ selection }) => selection?.join(',') ?? 'all checks'],
  ];
  return options.flatMap(([name, of]) => {
    const [was, is] = [of(before), of(after)];
    // Every student has a seed, a selection may be long: what they are helps nobody.
    if (was === is) return [];
    return [
      name === '--slow' || name === 'the room' ? `${name} changed (${was} → ${is})` : `${name} changed`,
    ];
  });
}

function checkMoves(before: readonly CheckResult[], after: readonly CheckResult[]): CheckMove[] {
  const old = new Map(before.map(check => [check.id, check]));
  const now = new Set(after.map(({ id }) => id));
  const moves = [
    ...after.flatMap(check => {
      const was = old.get(check.id);
      return was === undefined ? [added(check)] : (moved(was, check) ?? []);
    }),
    ...before.filter(({ id }) => !now.has(id)).map(removed),
  ];
  return moves.sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
}

const given = (check: CheckResult): string => (check.verdict === 'void' ? 'void' : points(check.earned));
const worth = (check: CheckResult): string =>
  `${check.level === 'bonus' ? '+' : ''}${points(check.points)}${check.level === 'bonus' ? ' bonus' : ''}`;

const added = (check: CheckResult): CheckMove => ({
  id: check.id,
  from: undefined,
  to: given(check),
  change: hundredths(check.earned),
  says: `new, worth ${worth(check)}: ${check.verdict === 'met' ? 'met' : because(check)}`,
});

const removed = (check: CheckResult): CheckMove => ({
  id: check.id,
  from: given(check),
  to: undefined,
  change: -hundredths(check.earned),
  says: `no check any more, was worth ${worth(check)}`,
});

/** Undefined where the check gives the same points: another reason for the same loss moves no marks. */
function moved(was: CheckResult, is: CheckResult): CheckMove | undefined {
  const judged = was.verdict !== 'void' && is.verdict !== 'void';
  const isSame = was.earned === is.earned && (was.level === is.level || is.earned === 0);
  if (judged ? isSame : was.verdict === is.verdict) return undefined;
  return {
    id: is.id,
    from: given(was),
    to: given(is),
    change: judged ? hundredths(is.earned) - hundredths(was.earned) : 0,
    says: [...changeOfWorth(was, is), ...changeOfVerdict(was, is)].join('; '),
  };
}

const changeOfWorth = (was: CheckResult, is: CheckResult): string[] =>
  was.points === is.points && was.level === is.level ? [] : [`worth ${worth(is)}, was ${worth(was)}`];

function changeOfVerdict(was: CheckResult, is: CheckResult): string[] {
  if (was.verdict === is.verdict) {
    const { credit } = is;
    const isOtherShare = credit?.k !== was.credit?.k || credit?.n !== was.credit?.n;
    return credit !== undefined && isOtherShare ? [`${credit.k} of ${credit.n}`] : [];
  }
  if (is.verdict === 'met') return ['met now'];
  return [was.verdict === 'met' && is.verdict === 'unmet' ? `no longer met${failureOf(is)}` : because(is)];
}

const failureOf = ({ failure }: CheckResult): string =>
  failure === undefined ? '' : `: ${failure.says.split('\n')[0]}`;

/** Why a check is not met. */
function because(check: CheckResult): string {
  if (check.verdict === 'void') return `could not be judged${failureOf(check)}`;
  if (check.verdict === 'unmet') return `not met${failureOf(check)}`;
  return `not reached${check.waitsFor === undefined ? '' : `: it needs ${check.waitsFor}`}`;
}
