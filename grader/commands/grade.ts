/** wiremark grade: grade a class of submissions, keep what is finished, write marks and feedback. */
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { gradeClass, type Outcome } from '../bulk/coordinate.ts';
import { DiskTrouble } from '../bulk/durable.ts';
import { findSubmissions, type Submission } from '../bulk/find.ts';
import { type Hands, openHands } from '../bulk/hands.ts';
import { Journal } from '../bulk/journal.ts';
import { defaultLanes, machineCrew } from '../bulk/lanes-of-machine.ts';
import { UsageError } from '../errors.ts';
import { loadPlan } from '../fixture/plan.ts';
import { nearest } from '../nearest.ts';
import { classText } from '../report/class-text.ts';
import { gradesCsv } from '../report/grades-csv.ts';
import { movesText } from '../report/moves-text.ts';
import { needsYou } from '../report/needs-you.ts';
import { isToRunAgain, needsPerson, statusOf } from '../report/standing.ts';
import { textReport } from '../report/text.ts';
import { makeFolder, removeFolder } from '../room/folder.ts';
import { quoteCommand } from '../subject/command.ts';
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

/** 0 every submission has marks, 1 some need a person (or moves were not agreed to), 3 some are void. */
export async function gradeCommand(
  assignment: string,
  inputs: readonly string[],
  options: GradeOptions,
  io: Io,
): Promise<number> {
  const plan = await loadPlan(assignment);
  const out = resolve(io.cwd, options.out);
  const paths = inputs.map(input => resolve(io.cwd, input));
  for (const path of paths) refuseInside(out, path, options.out);
  if (options.room === 'isolated') await requireIsolation(io);
  const scratch = makeFolder();
  try {
    const found = await findSubmissions(paths, scratch);
    const { chosen, others } = choose(found.submissions, options.only);
    const journal = await Journal.open(out, {
      assignment,
      secret: options.seed,
      fresh: options.fresh,
      shown: options.out,
    });
    try {
      const many = Math.min(options.jobs ?? defaultLanes(), Math.max(1, chosen.length));
      const hands = options.room === 'isolated' ? machineCrew(plan.contract, many) : openHands(many);
      io.err(`${opening(chosen, found, options, many)}\n`);
      return await run({ plan, chosen, others, journal, hands, options, io, inputs });
    } catch (error) {
      if (error instanceof DiskTrouble)
        throw new UsageError(`${error.message}\nWhat is finished is kept: the same command goes on.`);
      throw error;
    } finally {
      journal.close();
    }
  } finally {
    await removeFolder(scratch);
  }
}

interface Run {
  plan: Awaited<ReturnType<typeof loadPlan>>;
  chosen: readonly Submission[];
  others: readonly Submission[];
  journal: Journal;
  hands: Hands;
  options: GradeOptions;
  io: Io;
  inputs: readonly string[];
}

async function run({ plan, chosen, others, journal, hands, options, io, inputs }: Run): Promise<number> {
  const begun = performance.now();
  const progress = classProgress(chosen.length, io);
  let kept = 0;
  let outcome: Outcome;
  const { command, build, slow, port } = options;
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
      progress: done => {
        if (done.kept) kept += 1;
        progress.step({ kept: done.kept, needsYou: needsPerson(statusOf(done.result)) });
      },
    });
  } finally {
    progress.done();
    await hands.close();
  }
  for (const name of journal.damaged) io.err(`${name} could not be read; it was made again.\n`);
  const agreed = await agree(outcome, options, io);
  if (!agreed) return 1;
  await outcome.publish();
  const again = ['wiremark', 'grade', plan.contract.id, ...inputs, '--out', options.out];
  const { summary } = outcome;
  const list = needsYou(outcome.results(), plain);
  await journal.put('needs-you.txt', list);
  await journal.put('grades.csv', gradesCsv(summary));
  await journal.put('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  journal.sweep(new Set(summary.students.map(({ key }) => key)));
  const ms = performance.now() - begun;
  const files = ['grades.csv', 'summary.json'];
  const text = { ms, before: kept, out: options.out, again: quoteCommand(again), files };
  io.out(classText(summary, text, io));
  if (summary.students.some(({ status }) => isToRunAgain(status))) return 3;
  return summary.students.some(({ status }) => needsPerson(status)) ? 1 : 0;
}

/** Shows which published marks would move, and asks; without a terminal, only `--yes` agrees. */
async function agree({ moves, unchanged }: Outcome, options: GradeOptions, io: Io): Promise<boolean> {
  if (moves.length === 0) return true;
  io.out(movesText(moves, unchanged, io));
  if (options.yes) return true;
  if (!io.outIsTerminal || process.stdin.isTTY !== true) {
    io.err(
      'Nothing was replaced. To replace them, run the same again with --yes: nothing is graded twice.\n',
    );
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Replace them? [y/N] ');
    if (/^y(es)?$/i.test(answer.trim())) return true;
  } finally {
    terminal.close();
  }
  io.err('Nothing was replaced.\n');
  return false;
}

/** "312 submissions · moodle · isolated, 4 lanes" */
function opening(
  chosen: readonly Submission[],
  { layout, ignored }: { layout: string; ignored: readonly { name: string; why: string }[] },
  { room }: GradeOptions,
  many: number,
): string {
  const how = room === 'isolated' ? `isolated, ${many} lanes` : `open room, ${many} at once`;
  const passed = ignored
    .slice(0, 5)
    .map(({ name, why }) => `  passed over: ${JSON.stringify(name)} (${why})`);
  const more = ignored.length > 5 ? [`  and ${ignored.length - 5} more`] : [];
  return [`${chosen.length} submissions · ${layout} · ${how}`, ...passed, ...more].join('\n');
}

/** The results must not be taken for submissions at the next run. */
function refuseInside(out: string, input: string, shown: string): void {
  const real = (path: string): string => {
    // What is not there yet will be made in the nearest folder that is.
    for (let folder = path; ; folder = dirname(folder))
      if (existsSync(folder)) return join(realpathSync(folder), path.slice(folder.length));
  };
  if (!existsSync(input) || !lstatSync(input).isDirectory()) return;
  if (`${real(out)}${sep}`.startsWith(`${real(input)}${sep}`))
    throw new UsageError(
      `The output folder ${shown} lies inside the submissions ${input}: the next run would take it for one. Choose a folder beside it.`,
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
    const near = nearest(name, students);
    throw new UsageError(
      `There is no submission of "${name}".${near.length > 0 ? ` Nearest: ${near.join(', ')}.` : ''}`,
    );
  }
  return {
    chosen: all.filter(({ student }) => only.includes(student)),
    others: all.filter(({ student }) => !only.includes(student)),
  };
}
