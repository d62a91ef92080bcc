/**
 * Grades a class: for each submission looks into the journal, hands out what is missing, keeps what comes back,
 * and publishes it. Marks that would move because the checks have changed, and not the submission, are held
 * back until somebody has agreed. Of each submission only a row of the summary stays in memory.
 */
import { UsageError } from '../errors.ts';
import type { Plan } from '../fixture/plan.ts';
import { ungraded } from '../play/ungraded.ts';
import { ClassTally } from '../report/class-tally.ts';
import { type Move, moveOf } from '../report/moves.ts';
import type { Result } from '../report/result.ts';
import { isToRunAgain, statusOf } from '../report/standing.ts';
import type { ClassSummary } from '../report/summary.ts';
import { version } from '../version.ts';
import { Unreadable } from './archive.ts';
import { LaneDied } from './crew.ts';
import type { Submission } from './find.ts';
import type { Hands } from './hands.ts';
import type { Job } from './job.ts';
import type { Journal } from './journal.ts';
import { keyOf, seedOf } from './seed.ts';
import { contentHash } from './take.ts';

export interface ClassOptions {
  plan: Plan;
  submissions: readonly Submission[];
  /** Submissions that only count, as they were graded before. */
  others: readonly Submission[];
  journal: Journal;
  hands: Hands;
  room: Result['room'];
  job: Pick<Job, 'command' | 'build' | 'slow' | 'fixedPort'>;
  /** The report that the student gets. */
  feedback(result: Result): string;
  /** Each submission, as soon as it is done. */
  progress(done: Done): void;
}

export interface Done {
  result: Result;
  /** Found in the journal. */
  kept: boolean;
}

export interface Outcome {
  summary: ClassSummary;
  /** Marks that `publish` would move. */
  moves: Move[];
  unchanged: number;
  /** Reads the results that are summed up, one by one. */
  results(): Iterable<Result>;
  /** Puts what was held back in place of what is published. */
  publish(): Promise<void>;
}

/** Rejects when the output can't be written; what has been finished is in the journal. */
export async function gradeClass(options: ClassOptions): Promise<Outcome> {
  const { plan, journal, hands } = options;
  const { id, title, role } = plan.contract;
  const grader = { version, fixtures: plan.hash };
  const tally = new ClassTally({ assignment: { id, title, role }, grader, room: options.room });
  const held: string[] = [];
  const moves: Move[] = [];
  const keys: string[] = [];
  let unchanged = 0;

  const settle = async (result: Result, key: string): Promise<void> => {
    keys.push(key);
    tally.add(result);
    const before = journal.published(result.submission?.student ?? '');
    // Nothing, or the machine's trouble, takes nobody's marks away.
    if (before === undefined || isToRunAgain(statusOf(before))) return journal.publish(key);
    const handedInAnew = before.submission?.content !== result.submission?.content;
    const move = handedInAnew ? undefined : moveOf(before, result);
    if (move === undefined) unchanged += 1;
    else moves.push(move);
    // All of it or nothing: what is published stays of one piece until somebody has agreed.
    if (move === undefined && before.submission?.key === key) await journal.publish(key);
    else held.push(key);
  };

  const queue = [...options.submissions];
  const begin = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const done = await gradeOne(next, options);
      await settle(done.result, done.result.submission?.key ?? '');
      options.progress(done);
    }
  };
  const lane = (): Promise<void> =>
    begin().catch((error: unknown) => {
      // What one can't write down, the others can't either: no more is begun.
      queue.length = 0;
      throw error;
    });
  const ends = await Promise.allSettled(Array.from({ length: hands.many }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;

  for (const { student } of options.others) {
    const known = journal.published(student);
    const key = known?.submission?.key;
    if (known === undefined || key === undefined) continue;
    keys.push(key);
    tally.add(known);
  }
  return {
    summary: tally.summary(),
    moves,
    unchanged,
    *results() {
      for (const key of keys) {
        const result = journal.find(key);
        if (result !== undefined) yield result;
      }
    },
    publish: async () => {
      for (const key of held) await journal.publish(key);
    },
  };
}

/** So often a submission may change under the grader's hands. */
const mostLooks = 3;

/** What is graded: its hash, or why it has none. */
interface Seen {
  content: string;
  unreadable?: string;
}

async function gradeOne(submission: Submission, options: ClassOptions): Promise<Done> {
  const { plan, journal, room, job } = options;
  const { student, origin } = submission;
  const seed = seedOf(journal.secret, student);
  let seen = await look(submission);
  for (let looks = 1; ; looks += 1) {
    const { content, unreadable } = seen;
    const said = { room, ...job, unreadable };
    const key = keyOf({ content, student, seed, fixtures: plan.hash, version, options: said });
    const known = journal.find(key);
    // The machine's trouble is no result to keep.
    if (known !== undefined && !isToRunAgain(statusOf(known))) return { result: known, kept: true };
    const result = await resultOf(submission, unreadable, seed, options);
    // A folder may vanish meanwhile, or be written to: then nobody knows what these marks are for.
    const now = unreadable === undefined ? await look(submission) : seen;
    if (now.content === content) {
      const whole: Result = { ...result, submission: { student, origin, key, content } };
      await journal.write(key, whole, options.feedback(whole));
      return { result: whole, kept: false };
    }
    seen = looks < mostLooks ? now : { content: '', unreadable: 'it changes while it is graded' };
  }
}

async function look(submission: Submission): Promise<Seen> {
  if (submission.refused !== undefined) return { content: '', unreadable: submission.refused };
  try {
    return { content: await contentHash(submission) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { content: '', unreadable: error.message };
  }
}

/** Whatever befalls one submission, the class goes on. */
async function resultOf(
  submission: Submission,
  unreadable: string | undefined,
  seed: string,
  { plan, hands, room, job }: ClassOptions,
): Promise<Result> {
  const without = (kind: 'unreadable' | 'machine', says: string, output = ''): Result =>
    ungraded({ plan, room, seed, slow: job.slow, command: [], problem: { kind, says, advice: [], output } });
  if (unreadable !== undefined)
    return without('unreadable', `The submission could not be taken in: ${unreadable}.`);
  let result: Result;
  try {
    result = await hands.run({ ...job, assignment: plan.contract.id, submission, seed });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return error instanceof LaneDied
      ? without('machine', 'The process that graded it was ended again and again.', error.message)
      : without('machine', 'The grader itself failed.', said);
  }
  if (result.grader.fixtures !== plan.hash) throw checksChanged(plan.contract.id);
  return result;
}

const checksChanged = (id: string): UsageError =>
  new UsageError(
    `The checks of ${id} were changed while they were graded with. What was finished before is kept; run the same again to grade the rest, and what has changed.`,
  );
