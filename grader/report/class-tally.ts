/** A class summed up, one result after the other; of each a short row is kept, not the result. */
import type { CheckResult, Result } from './result.ts';
import { isToRunAgain, needsPerson, noMarksBecause, statusOf } from './standing.ts';
import type { CheckRow, ClassSummary, StudentRow } from './summary.ts';

/** What all submissions have in common. */
export type ClassRun = Pick<ClassSummary, 'assignment' | 'grader' | 'room' | 'selection'>;

export class ClassTally {
  readonly #run: ClassRun;
  readonly #students = new Map<string, StudentRow>();
  readonly #checks = new Map<string, CheckRow>();

  constructor(run: ClassRun) {
    this.#run = run;
  }

  /** Throws an Error for a result without a submission, and for a second one of the same student. */
  add(result: Result): void {
    const row = rowOf(result);
    if (this.#students.has(row.student)) throw new Error(`${row.student} has been added before`);
    this.#students.set(row.student, row);
    const isPlayed = row.status === 'graded' || row.status === 'void';
    for (const check of result.checks) {
      const counted = this.#checks.get(check.id) ?? nobodyYet(check);
      this.#checks.set(check.id, counted);
      if (!isPlayed) continue;
      counted[check.verdict] += 1;
      if (check.unsteady) counted.unsteady += 1;
    }
  }

  summary(): ClassSummary {
    const { selection, ...run } = this.#run;
    const students = [...this.#students.values()].sort((a, b) => (a.student < b.student ? -1 : 1));
    const graded = students.filter(({ status }) => status === 'graded');
    const marks = marksOf(graded);
    return {
      format: 'wiremark/summary/1',
      ...run,
      ...(selection === undefined ? {} : { selection }),
      counts: {
        submissions: students.length,
        graded: graded.length,
        needsYou: students.filter(({ status }) => needsPerson(status)).length,
        void: students.filter(({ status }) => isToRunAgain(status)).length,
      },
      ...(marks === undefined ? {} : { marks }),
      checks: [...this.#checks.values()],
      students,
    };
  }
}

function rowOf(result: Result): StudentRow {
  const { submission, seed, ms, score, checks } = result;
  if (submission === undefined) throw new Error('A result of a class names its submission');
  const status = statusOf(result);
  const says = noMarksBecause(result);
  const { student, origin, key } = submission;
  return {
    student,
    origin,
    status,
    // Marks that may still change, or that nobody has earned, do not stand here to be copied by mistake.
    ...(status !== 'graded'
      ? {}
      : {
          earned: score.earned,
          of: score.of,
          bonus: score.bonus,
          met: checks.filter(({ verdict }) => verdict === 'met').length,
          checks: checks.length,
        }),
    seed,
    key,
    ms,
    ...(says === undefined ? {} : { says }),
  };
}

const nobodyYet = ({ id, title, topic, level, points }: CheckResult): CheckRow => ({
  id,
  title,
  topic,
  level,
  points,
  met: 0,
  unmet: 0,
  unreached: 0,
  void: 0,
  unsteady: 0,
});

function marksOf(graded: readonly StudentRow[]): ClassSummary['marks'] {
  if (graded.length === 0) return undefined;
  const marks = graded.map(({ earned = 0 }) => earned).sort((a, b) => a - b);
  const mean = marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
  return {
    median: quantile(marks, 0.5),
    mean: hundredths(mean),
    quartiles: [quantile(marks, 0.25), quantile(marks, 0.75)],
    least: marks[0] ?? 0,
    most: marks.at(-1) ?? 0,
    full: graded.filter(({ earned = 0, of = 0 }) => of > 0 && earned >= of).length,
  };
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** Between two ranks in proportion, as spreadsheets do (QUARTILE.INC). */
function quantile(sorted: readonly number[], share: number): number {
  const rank = (sorted.length - 1) * share;
  const [low = 0, high = low] = sorted.slice(Math.floor(rank), Math.floor(rank) + 2);
  return hundredths(low + (high - low) * (rank - Math.floor(rank)));
}
