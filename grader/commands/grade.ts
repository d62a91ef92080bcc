/** wiremark grade: grade a class of submissions, keep what is finished, write marks and feedback. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { openCaretaker } from '../bulk/caretaker.ts';
import { gradeClass, type Outcome } from '../bulk/coordinate.ts';
import { DiskTrouble } from '../bulk/durable.ts';
import { type FoundClass, findSubmissions, type Submission } from '../bulk/find.ts';
import { type Hands, openHands } from '../bulk/hands.ts';
import { Journal } from '../bulk/journal.ts';
import { defaultLanes, machineCrew } from '../bulk/lanes-of-machine.ts';
import { UsageError } from '../errors.ts';
import { loadPlan, type Plan } from '../fixture/plan.ts';
import { nearest } from '../nearest.ts';
import { classText } from '../report/class-text.ts';
import { gradesCsv } from '../report/grades-csv.ts';
import { needsYou } from '../report/needs-you.ts';
import { isToRunAgain, needsPerson, statusOf } from '../report/standing.ts';
import { textReport } from '../report/text.ts';
import { closeInherited } from '../subject/inherited.ts';
import { agree } from './agree.ts';
import { againCommand, opening, stopped } from './class-words.ts';
import type { Io } from './io.ts';
import { classProgress } from './progress-bar.ts';
import { requireIsolation } from './require-isolation.ts';

export interface GradeOptions {
  out: string;
  jobs?: number | undefined;
  fresh: boolean;
  only?: readonly string[] | undefined;
  seed?: string | undefined;
  room: 'isolated' | 'open';
  build?: string | undefined;
  port?: number | undefined;
  slow: number;
  yes: boolean;
  /** What stood after "--"; empty: found in each submission. */
  command: readonly string[];
}

/** Feedback is read in editors and on platforms. */
const plain = { color: false, unicode: true, width: 100 };

/** Finds those who grade, so many at the same time. */
export type Hire = (plan: Plan, many: number) => Hands;
const hireFor = (room: GradeOptions['room'], hidden: readonly string[]): Hire =>
  room === 'isolated'
    ? ({ contract }, many) => machineCrew(contract, many, hidden)
    : (_, many) => openHands(many);

/**
 * 0 every submission has marks, 1 some need a person (or moves were not agreed to), 3 some are to be run again:
 * for void checks, or as the disk was full. Throws a UsageError.
 */
export async function gradeCommand(
  assignment: string,
  inputs: readonly string[],
  options: GradeOptions,
  io: Io,
  hire: Hire = hireFor(
    options.room,
    [...inputs, options.out].map(path => resolve(io.cwd, path)),
  ),
): Promise<number> {
  closeInherited();
  const plan = await loadPlan(assignment);
  for (const input of inputs) refuseInside(options.out, input, io);
  if (options.room === 'isolated') await requireIsolation(io);
  const caretaker = await openCaretaker();
  const { TMPDIR } = process.env;
  // What programs of the open room leave is there, too.
  process.env.TMPDIR = caretaker.folder;
  try {
    const found = await find(inputs, caretaker.folder, TMPDIR);
    return await gradeFound({ plan, found, options, io, inputs, hire });
  } catch (error) {
    if (!(error instanceof DiskTrouble || error instanceof NoRoom)) throw error;
    io.err(`${error.message}\n`);
    return 3;
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    await caretaker.close();
  }
}

/** The disk for temporary files is full. */
class NoRoom extends Error {}

async function find(
  inputs: readonly string[],
  scratch: string,
  given: string | undefined,
): Promise<FoundClass> {
  try {
    return await findSubmissions(inputs, join(scratch, 'class'));
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new NoRoom(
      `There is no room to unpack the submissions in ${given ?? dirname(scratch)}. Make some, or name another folder in the environment variable TMPDIR.`,
    );
  }
}

interface Task {
  plan: Plan;
  found: FoundClass;
  options: GradeOptions;
  io: Io;
  inputs: readonly string[];
  hire: Hire;
}

async function gradeFound(task: Task): Promise<number> {
  const { plan, found, options, io, hire } = task;
  const { only, seed, fresh, out } = options;
  const { chosen, others } = choose(found.submissions, only);
  const journal = await Journal.open(resolve(io.cwd, out), {
    assignment: plan.contract.id,
    secret: seed,
    fresh: fresh && only === undefined,
    shown: out,
  });
  try {
    // Those who are not graded anew keep what they have.
    const kept = others.flatMap(({ student }) => journal.published(student)?.submission?.key ?? []);
    if (fresh) journal.sweep(new Set(kept));
    const many = Math.min(options.jobs ?? defaultLanes(), Math.max(1, chosen.length));
    io.err(opening(found, chosen, options, many, io));
    return await run(task, chosen, others, journal, hire(plan, many));
  } finally {
    journal.close();
  }
}

async function run(
  { plan, options, io, inputs }: Task,
  chosen: readonly Submission[],
  others: readonly Submission[],
  journal: Journal,
  hands: Hands,
): Promise<number> {
  const begun = performance.now();
  const again = againCommand(plan.contract.id, inputs, options);
  const progress = classProgress(chosen.length, io);
  let done = 0;
  let before = 0;
  const { command, build, slow, port } = options;
  const stopListening = beforeSignalsEnd(() => {
    progress.done();
    journal.close();
    io.err(stopped(done, chosen.length, again));
  });
  let outcome: Outcome;
  try {
    outcome = await gradeClass({
      plan,
      submissions: chosen,
      others,
      journal,
      hands,
      room: options.room,
      job: { command, build, slow, fixedPort: port },
      feedback: result => textReport(result, plain, { verbose: false, command: '' }),
      progress: ({ kept, result }) => {
        done += 1;
        if (kept) before += 1;
        progress.step({ kept, needsYou: needsPerson(statusOf(result)) });
      },
    });
    progress.done();
    await hands.close();
    // Not how long somebody thinks about moves.
    const ms = performance.now() - begun;
    const { students } = outcome.summary;
    const isVoid = students.some(({ status }) => isToRunAgain(status));
    if (!(await agree(outcome, options.yes, io))) return isVoid ? 3 : 1;
    await publish(outcome, journal);
    for (const name of journal.damaged) io.err(`${name} could not be read; it was made again.\n`);
    const files = ['grades.csv', 'summary.json'];
    io.out(classText(outcome.summary, { ms, before, out: options.out, again, files }, io));
    return isVoid ? 3 : students.some(({ status }) => needsPerson(status)) ? 1 : 0;
  } finally {
    progress.done();
    await hands.close();
    stopListening();
  }
}

async function publish(outcome: Outcome, journal: Journal): Promise<void> {
  const { summary } = outcome;
  await outcome.publish();
  await journal.put('needs-you.txt', needsYou(outcome.results(), plain));
  await journal.put('grades.csv', gradesCsv(summary));
  await journal.put('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  journal.sweep(new Set(summary.students.map(({ key }) => key)));
}

/** Says a last word when a signal ends this process. The answer takes that back. */
function beforeSignalsEnd(say: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
  for (const name of signals) process.prependListener(name, say);
  return () => {
    for (const name of signals) process.off(name, say);
  };
}

/** The results must not be taken for submissions at the next run. */
function refuseInside(out: string, input: string, { cwd }: Io): void {
  const real = (path: string): string => {
    // What is not there yet will be made in the nearest folder that is.
    for (let folder = path; ; folder = dirname(folder))
      if (existsSync(folder)) return join(realpathSync(folder), path.slice(folder.length));
  };
  const folder = resolve(cwd, input);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (`${real(resolve(cwd, out))}${sep}`.startsWith(`${real(folder)}${sep}`))
    throw new UsageError(
      `The output folder ${out} lies inside the submissions ${input}: the next run would take it for one. Choose a folder beside it.`,
    );
}

function choose(
  all: readonly Submission[],
  only: readonly string[] | undefined,
): { chosen: Submission[]; others: Submission[] } {
  if (only === undefined) return { chosen: [...all], others: [] };
  const students = all.map(({ student }) => student);
  for (const name of only) {
    if (students.includes(name)) continue;
    const part = students.filter(student =>
      student.toLowerCase().includes(name.toLowerCase().replace(/\s+/g, '_')),
    );
    const near = part.length > 0 ? part.slice(0, 5) : nearest(name, students);
    throw new UsageError(
      `There is no submission of "${name}".${near.length > 0 ? ` Nearest: ${near.join(', ')}.` : ` There are: ${students.slice(0, 5).join(', ')}${students.length > 5 ? ' …' : ''}`}`,
    );
  }
  return {
    chosen: all.filter(({ student }) => only.includes(student)),
    others: all.filter(({ student }) => !only.includes(student)),
  };
}
