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
import { openDecoys } from './decoy.ts';
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
  const startedAt = new Date();
  const begun = performance.now();
  const run = await playOut(options, checks, seed, slow);
  const { decisions, lanes, problem } = run;
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
    notes: [...run.notes, ...lanes.notes],
    score: total(listed),
    checks: shown,
  };
}

interface Run {
  decisions: Map<string, Decision>;
  lanes: Lanes;
  problem: StartProblem | undefined;
  notes: string[];
}

/**
 * Plays all checks. In the isolated room a program may insist on the lecture's port; as soon as that shows, the
 * run begins again on that port, with one program at a time.
 */
async function playOut(
  options: GradeOptions,
  checks: readonly PlannedCheck[],
  seed: string,
  slow: number,
): Promise<Run> {
  const { contract } = options.plan;
  const [textbook] = Object.values(contract.ports).map(port => port.textbook);
  const isolated = options.room.kind === 'isolated' && options.fixedPort === undefined;
  const play = async (fixedPort: number | undefined, oneAtATime: boolean): Promise<Run> => {
    const decisions = new Map<string, Decision>();
    const lanes: Lanes = new Lanes({
      room: options.room,
      contract,
      command: options.command,
      extra: options.extra ?? {},
      fixedPort,
      slow,
      seed,
      cpus: options.cpus ?? availableParallelism(),
      pool: options.pool,
      ahead: options.ahead,
      oneAtATime,
      checks,
      decided: decision => {
        if (lanes.abandoned) return;
        decisions.set(decision.check.id, decision);
        options.progress?.(decisions.size, checks.length, decision.check.id);
      },
    });
    const calls: number[] = [];
    const decoy = oneAtATime
      ? openDecoys(contract, port => {
          calls.push(port);
          lanes.abandon();
        })
      : undefined;
    const problem = await lanes.run();
    decoy?.close();
    for (const note of problem?.notes ?? []) lanes.notes.add(note);
    const notes = calls
      .slice(0, 1)
      .map(port => `The program called port ${port}, whatever port it was given.`);
    return { decisions, lanes, problem, notes };
  };
  const first = await play(options.fixedPort, isolated);
  if (!first.lanes.abandoned) return first;
  const again = await play(textbook, false);
  const why = `Two of it could not run beside each other: all was played on port ${textbook}, one after the other.`;
  return { ...again, notes: [...(first.notes.length > 0 ? first.notes : [why]), ...again.notes] };
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
