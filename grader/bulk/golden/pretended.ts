/** Hands that play nothing: for tests of everything around them, results are made up in a moment. */
import { loadPlan } from '../../fixture/plan.ts';
import { total } from '../../judge/score.ts';
import { checkResultOf } from '../../play/record.ts';
import { ungraded } from '../../play/ungraded.ts';
import type { Result } from '../../report/result.ts';
import type { Hands } from '../hands.ts';
import type { Job } from '../job.ts';

type Verdict = 'met' | 'unmet' | 'void';

/** The result of somebody who met all checks, but for some. */
export async function resultFor(
  { assignment, seed, slow }: Job,
  but: Readonly<Record<string, Verdict>> = {},
): Promise<Result> {
  const plan = await loadPlan(assignment);
  const problem = { kind: 'never' as const, says: '', advice: [], output: '' };
  const { problem: _, ...base } = ungraded({ plan, room: 'open', seed, slow, problem, command: [] });
  const checks = plan.checks.map(check => {
    const verdict = but[check.id] ?? 'met';
    return checkResultOf({ check, verdict, outcome: undefined, unsteady: false, waitsFor: undefined }, false);
  });
  return { ...base, outcome: 'graded', score: total(checks), checks };
}

/** One at a time; `jobs` are those that they were given. */
export function pretendedHands(run: (job: Job) => Promise<Result> = resultFor): Hands & { jobs: string[] } {
  const jobs: string[] = [];
  return {
    many: 1,
    jobs,
    run: job => {
      jobs.push(job.submission.student);
      return run(job);
    },
    close: () => Promise.resolve(),
  };
}
