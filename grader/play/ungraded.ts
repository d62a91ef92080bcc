/** The result of a submission whose program never ran: what stands in the way, and no marks. */
import type { Plan } from '../fixture/plan.ts';
import { total } from '../judge/score.ts';
import type { Result, ResultProblem } from '../report/result.ts';
import { version } from '../version.ts';
import { checkResultOf } from './record.ts';
import { isMachines } from './start.ts';

export interface Ungraded {
  plan: Plan;
  room: Result['room'];
  seed: string;
  slow: number;
  problem: ResultProblem;
  command: readonly string[];
}

export function ungraded({ plan, room, seed, slow, problem, command }: Ungraded): Result {
  const machines = isMachines(problem);
  const { id, title, role } = plan.contract;
  const verdict = machines ? 'void' : 'unreached';
  const checks = plan.checks.map(check =>
    checkResultOf({ check, verdict, outcome: undefined, unsteady: false, waitsFor: undefined }, false),
  );
  return {
    format: 'wiremark/result/1',
    grader: { version, fixtures: plan.hash },
    assignment: { id, title, role },
    command: [...command],
    room,
    seed,
    slow,
    startedAt: new Date().toISOString(),
    ms: 0,
    outcome: machines ? 'not-graded' : problem.kind === 'build' ? 'not-built' : 'not-started',
    problem,
    notes: [],
    score: total(checks),
    checks,
  };
}
