/** Grades one program against one assignment: a plan, a command and a room in, a result out. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { noSuchCheck } from '../errors.ts';
import type { Plan, PlannedCheck } from '../fixture/plan.ts';
import type { Json } from '../judge/json.ts';
import { prepareSchemas } from '../judge/match.ts';
import { total } from '../judge/score.ts';
import type { CheckResult, Result } from '../report/result.ts';
import type { Room } from '../room/room.ts';
import { version } from '../version.ts';
import { withNeeds } from './agenda.ts';
import { type Decision, Lanes } from './lanes.ts';
import type { Pool } from './pool.ts';
import { checkResultOf } from './record.ts';
import { isMachines, type Started, type StartProblem } from './start.ts';

export interface GradeOptions {
  plan: Plan;
  room: Room;
  command: readonly string[];
  /** Values of placeholders beyond the room's. */
  extra?: Readonly<Record<string, string>>;
  /** Checks to grade; what they need is played too. All when left out. */
  only?: readonly string[];
  seed?: string | undefined;
  slow?: number;
  fixedPort?: number | undefined;
  /** Processors to use; all when left out. */
  cpus?: number;
  /** Shared with other runs, so that together they use no more processors. */
  pool?: Pool;
  /** A server that is already being started, with the room, command and port of these options. */
  ahead?: Promise<Started | StartProblem> | undefined;
  /** Keep the transcripts of met checks too. */
  everything?: boolean;
  progress?(decided: number, of: number, id: string): void;
}

/** Eight hexadecimal digits; drawn fresh, so that answers can not be prepared. */
export const newSeed = (): string => randomBytes(4).toString('hex');

/** Throws a UsageError for an unknown check; everything else is in the result. */
export async function grade(options: GradeOptions): Promise<Result> {
  const { plan, only, slow = 1, seed = newSeed() } = options;
  const ids = plan.checks.map(check => check.id);
  for (const id of only ?? []) if (!ids.includes(id)) throw noSuchCheck(id, plan.contract.id, ids);
  const checks = only === undefined ? plan.checks : withNeeds(plan.checks, only);
  await prepareSchemas(checks as unknown as Json);
  const decisions = new Map<string, Decision>();
  const startedAt = new Date();
  const begun = performance.now();
  const lanes = new Lanes({
    room: options.room,
    contract: plan.contract,
    command: options.command,
    extra: options.extra ?? {},
    fixedPort: options.fixedPort,
    slow,
    seed,
    cpus: options.cpus ?? availableParallelism(),
    pool: options.pool,
    ahead: options.ahead,
    checks,
    decided: decision => {
      decisions.set(decision.check.id, decision);
      options.progress?.(decisions.size, checks.length, decision.check.id);
    },
  });
  const problem = await lanes.run();
  const selected = only === undefined ? checks : checks.filter(check => only.includes(check.id));
  const result = (check: PlannedCheck): CheckResult =>
    resultOf(check, decisions.get(check.id), problem, options.everything ?? false);
  const listed = selected.map(result);
  // A need that was not asked for is shown where it is the reason that something was not reached.
  const reasons = new Set(listed.map(({ waitsFor }) => waitsFor));
  const shown = checks.filter(check => selected.includes(check) || reasons.has(check.id)).map(result);
  const { id, title, role } = plan.contract;
  return {
    format: 'wiremark/result/1',
    grader: { version, fixtures: plan.hash },
    assignment: { id, title, role },
    command: problem?.command ?? lanes.command ?? [...options.command],
    room: options.room.kind,
    seed,
    slow,
    startedAt: startedAt.toISOString(),
    ms: Math.round(performance.now() - begun),
    ...(only === undefined ? {} : { selection: [...only] }),
    outcome: problem === undefined ? 'graded' : isMachines(problem.problem) ? 'not-graded' : 'not-started',
    ...(problem === undefined ? {} : { problem: problem.problem }),
    notes: [...lanes.notes],
    score: total(listed),
    checks: shown,
  };
}

function resultOf(
  check: PlannedCheck,
  decision: Decision | undefined,
  problem: StartProblem | undefined,
  everything: boolean,
): CheckResult {
  // Undecided checks remain only where the program never got to its first check.
  const verdict = problem !== undefined && isMachines(problem.problem) ? 'void' : 'unreached';
  const missing: Decision = { check, verdict, outcome: undefined, unsteady: false, waitsFor: undefined };
  return checkResultOf(decision ?? missing, everything);
}
