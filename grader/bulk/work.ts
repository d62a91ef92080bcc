/**
 * Grades one submission in a workshop: takes it in, finds out how it is built and started, builds it, grades
 * it, and leaves the workshop as it was. In the isolated room all this happens inside a lane: what a submission
 * holds is opened where it can do no harm.
 */
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { buildLimits } from '../assignment/limits.ts';
import { loadPlan, type Plan } from '../fixture/plan.ts';
import { grade } from '../play/grade.ts';
import { endingInWords, lastLines, notesOn, Program } from '../play/program.ts';
import { ungraded } from '../play/ungraded.ts';
import type { Result, ResultProblem } from '../report/result.ts';
import { anchorCommand, fillCommand, quoteCommand } from '../subject/command.ts';
import { discover } from '../subject/discover.ts';
import { Unreadable } from './archive.ts';
import type { Job, Word } from './job.ts';
import { takeIn } from './take.ts';
import type { Workshop } from './workshop.ts';

type Build = NonNullable<Result['build']>;
const plans = new Map<string, Promise<Plan>>();

/**
 * Settles with the result, whatever the submission holds; rejects only for the grader's own trouble.
 * @param open gives a workshop for programs of this plan
 */
export async function workOn(
  job: Job,
  open: (plan: Plan) => Workshop,
  tell: (word: Word) => void,
): Promise<Result> {
  const loading = plans.get(job.assignment) ?? loadPlan(job.assignment);
  plans.set(job.assignment, loading);
  const plan = await loading;
  const workshop = open(plan);
  try {
    return await gradeSubmission(job, plan, workshop, tell);
  } finally {
    await workshop.clear();
  }
}

async function gradeSubmission(
  job: Job,
  plan: Plan,
  workshop: Workshop,
  tell: (word: Word) => void,
): Promise<Result> {
  const { seed, slow } = job;
  const { room } = workshop;
  const about = { plan, room: room.kind, seed, slow };
  const failed = (problem: ResultProblem, more: Partial<Result> = {}): Result => ({
    ...ungraded({ ...about, problem, command: more.build?.command ?? [] }),
    ...more,
  });
  let notes: string[];
  try {
    notes = await takeInto(job, workshop);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return failed({
      kind: 'unreadable',
      says: `The submission could not be taken in: ${error.message}.`,
      advice: [],
      output: '',
    });
  }
  const found = howToStart(job, plan, workshop);
  if ('kind' in found) return failed(found, { notes });
  if (job.command.length === 0) tell({ kind: 'found', how: found.how, command: found.run });
  let build: Build | undefined;
  if (found.build !== undefined) {
    build = await buildIt(found.build, workshop, notes);
    if (!build.ok) return failed(notBuilt(build), { build, notes, outcome: 'not-built' });
  }
  const result = await grade({
    plan,
    room,
    command: found.run,
    extra: workshop.inside,
    seed,
    slow,
    cpus: job.cpus ?? 1,
    ...(workshop.pool === undefined ? {} : { pool: workshop.pool }),
    fixedPort: job.fixedPort,
    everything: job.everything === true,
    ...(job.only === undefined ? {} : { only: job.only }),
    progress: (decided, of) => tell({ kind: 'progress', decided, of }),
  });
  return { ...result, notes: [...notes, ...result.notes], ...(build === undefined ? {} : { build }) };
}

/** Puts the submission where programs of the workshop find it. */
async function takeInto({ submission }: Job, { source, built, arriving }: Workshop): Promise<string[]> {
  if (submission.refused !== undefined) throw new Unreadable(submission.refused);
  mkdirSync(arriving);
  const { root, notes } = await takeIn(submission, arriving);
  renameSync(root, source);
  mkdirSync(built);
  return notes;
}

interface HowToStart {
  how: string;
  build?: readonly string[] | undefined;
  run: string[];
}

function howToStart(job: Job, { contract }: Plan, { source, inside }: Workshop): HowToStart | ResultProblem {
  const line = job.build === undefined ? undefined : ['sh', '-c', job.build];
  if (job.command.length > 0) {
    const run = anchorCommand(job.command, source, inside.source);
    return { how: 'the command given', run, build: line };
  }
  const found = discover(source, contract.program);
  if (found.kind === 'found') return { how: found.how, run: found.run, build: line ?? found.build };
  const names = readdirSync(source).slice(0, 20);
  return {
    kind: 'missing',
    says: found.says,
    advice: [
      `A submission says how it is built and started in a file wiremark.json. See: wiremark explain ${contract.id}`,
    ],
    output: names.length === 0 ? 'It is empty.' : `It holds: ${names.join(', ')}`,
  };
}

async function buildIt(command: readonly string[], workshop: Workshop, notes: string[]): Promise<Build> {
  const { command: filled } = fillCommand([...command], workshop.inside, []);
  const begun = performance.now();
  const program = new Program(workshop.build(filled, buildLimits));
  const ending = await program.subject.ended;
  await program.subject.stop();
  const refused = program.subject.unstartable;
  const how =
    refused === undefined ? `It ${endingInWords(ending)}.` : `It could not be started: ${refused.reason}.`;
  for (const note of notesOn(program)) notes.push(note.replace(/\b([Tt])he program\b/, '$1he build'));
  const ok = refused === undefined && ending.status === 0 && ending.stopped === undefined;
  return {
    command: filled,
    ok,
    seconds: Math.round((performance.now() - begun) / 10) / 100,
    output: [program.output('stdout').text.trimEnd(), ...(ok ? [] : [how])].filter(Boolean).join('\n'),
  };
}

function notBuilt({ command, output }: Build): ResultProblem {
  return {
    kind: 'build',
    says: `The build failed: ${quoteCommand(command)}`,
    advice: [],
    output: lastLines(output),
  };
}
