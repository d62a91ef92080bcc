/**
 * Inside a lane: takes a submission in, finds out how it is built and started, builds it, grades it, and leaves
 * the lane as it was. All that a submission holds is opened here, where it can do no harm.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { buildLimits, programLimits } from '../assignment/limits.ts';
import { loadPlan, type Plan } from '../fixture/plan.ts';
import { grade } from '../play/grade.ts';
import { endingInWords, lastLines, notesOn, Program } from '../play/program.ts';
import { ungraded } from '../play/ungraded.ts';
import type { Result, ResultProblem } from '../report/result.ts';
import { builtFolder, isolatedRoom, sourceFolder } from '../room/isolated.ts';
import { jobFolder } from '../room/lane.ts';
import { builtPath, submissionPath } from '../room/sandbox.ts';
import { anchorCommand, fillCommand, quoteCommand } from '../subject/command.ts';
import { discover } from '../subject/discover.ts';
import { allPids } from '../subject/proc.ts';
import { Unreadable } from './archive.ts';
import type { Job, Word } from './job.ts';
import { takeIn } from './take.ts';

type Room = ReturnType<typeof isolatedRoom>;
type Build = NonNullable<Result['build']>;
const inside = { source: submissionPath, out: builtPath };
const rooms = new Map<string, { plan: Plan; room: Room }>();

/** Settles with the result, whatever the submission holds; rejects only for the grader's own trouble. */
export async function workOn(job: Job, tell: (word: Word) => void): Promise<Result> {
  const { plan, room } = await roomFor(job.assignment);
  clearJob();
  try {
    return await gradeSubmission(job, plan, room, tell);
  } finally {
    clearJob();
    await endStragglers();
  }
}

async function roomFor(assignment: string): Promise<{ plan: Plan; room: Room }> {
  const known = rooms.get(assignment);
  if (known !== undefined) return known;
  const plan = await loadPlan(assignment);
  const made = { plan, room: isolatedRoom(programLimits(plan.contract)) };
  rooms.set(assignment, made);
  return made;
}

async function gradeSubmission(
  job: Job,
  plan: Plan,
  room: Room,
  tell: (word: Word) => void,
): Promise<Result> {
  const { seed, slow } = job;
  const about = { plan, room: 'isolated' as const, seed, slow };
  const failed = (problem: ResultProblem, more: Partial<Result> = {}): Result => ({
    ...ungraded({ ...about, problem, command: more.build?.command ?? [] }),
    ...more,
  });
  let notes: string[];
  try {
    notes = await takeInto(job);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return failed({
      kind: 'unreadable',
      says: `The submission could not be taken in: ${error.message}.`,
      advice: [],
      output: '',
    });
  }
  const found = howToStart(job, plan);
  if ('kind' in found) return failed(found, { notes });
  if (job.command.length === 0) tell({ kind: 'found', how: found.how, command: found.run });
  let build: Build | undefined;
  if (found.build !== undefined) {
    build = await buildIt(found.build, room, notes);
    if (!build.ok) return failed(notBuilt(build), { build, notes, outcome: 'not-built' });
  }
  const result = await grade({
    plan,
    room,
    command: found.run,
    extra: inside,
    seed,
    slow,
    cpus: 1,
    fixedPort: job.fixedPort,
    everything: job.everything === true,
    ...(job.only === undefined ? {} : { only: job.only }),
    progress: (decided, of) => tell({ kind: 'progress', decided, of }),
  });
  return { ...result, notes: [...notes, ...result.notes], ...(build === undefined ? {} : { build }) };
}

/** Puts the submission into `sourceFolder`. The disk of the lane bounds what it may be. */
async function takeInto({ submission }: Job): Promise<string[]> {
  if (submission.refused !== undefined) throw new Unreadable(submission.refused);
  const arriving = join(jobFolder, 'arriving');
  mkdirSync(arriving);
  const { root, notes } = await takeIn(submission, arriving);
  renameSync(root, sourceFolder);
  mkdirSync(builtFolder);
  return notes;
}

interface HowToStart {
  how: string;
  build?: readonly string[] | undefined;
  run: string[];
}

function howToStart(job: Job, { contract }: Plan): HowToStart | ResultProblem {
  const line = job.build === undefined ? undefined : ['sh', '-c', job.build];
  if (job.command.length > 0) {
    const run = anchorCommand(job.command, sourceFolder, submissionPath);
    return { how: 'the command given', run, build: line };
  }
  const found = discover(sourceFolder, contract.program);
  if (found.kind === 'found') return { how: found.how, run: found.run, build: line ?? found.build };
  const names = readdirSync(sourceFolder).slice(0, 20);
  return {
    kind: 'missing',
    says: found.says,
    advice: [
      `A submission says how it is built and started in a file wiremark.json. See: wiremark explain ${contract.id}`,
    ],
    output: names.length === 0 ? 'It is empty.' : `It holds: ${names.join(', ')}`,
  };
}

async function buildIt(command: readonly string[], room: Room, notes: string[]): Promise<Build> {
  const { command: filled } = fillCommand([...command], inside, []);
  const begun = performance.now();
  const program = new Program(room.build(filled, buildLimits));
  const ending = await program.subject.ended;
  await program.subject.stop();
  const refused = program.subject.unstartable;
  const how =
    refused === undefined ? `It ${endingInWords(ending)}.` : `It could not be started: ${refused.reason}.`;
  for (const note of notesOn(program)) notes.push(note.replace('the program', 'the build'));
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

/** More entries than these are sooner thrown away with their disk, which the lane's end does. */
const mostEntries = 150_000;

function clearJob(): void {
  for (const name of readdirSync(jobFolder)) rmSync(join(jobFolder, name), { recursive: true, force: true });
  const { files, ffree } = statfsSync(jobFolder);
  if (files - ffree > mostEntries) throw new Error('the disk of the lane could not be cleared');
}

/** The lane's first process is bubblewrap; this one is the grader's. Nothing else may live between two jobs. */
async function endStragglers(): Promise<void> {
  for (let trial = 0; trial < 200; trial += 1) {
    const others = allPids().filter(pid => pid !== 1 && pid !== process.pid && pid !== process.ppid);
    if (others.length === 0) return;
    for (const pid of others) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone.
      }
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  throw new Error('processes of a submission could not be ended');
}
