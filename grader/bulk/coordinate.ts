/**
 * Grades a class: for each submission looks into the journal, hands out what is missing, keeps what comes back,
 * and publishes it. Marks that would move because the checks have changed, and not the submission, are held
 * back until somebody has agreed. Of each submission only a row of the summary stays in memory.
 */
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
  /** Held back: `publish` puts them in place of what is published. */
  moves: Move[];
  unchanged: number;
  /** Reads the results that are summed up, one by one. */
  results(): Iterable<Result>;
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
    const move = before && moveOf(before, result);
    const handedInAnew = before?.submission?.content !== result.submission?.content;
    if (move === undefined || handedInAnew) {
      unchanged += 1;
      await journal.publish(key);
    } else {
      moves.push(move);
      held.push(key);
    }
  };

  const queue = [...options.submissions];
  const begin = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const done = await gradeOne(next, options);
      await settle(done.result, done.result.submission?.key ?? '');
      options.progress(done);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: hands.many }, begin));
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

async function gradeOne(submission: Submission, options: ClassOptions): Promise<Done> {
  const { plan, journal, hands, room, job } = options;
  const { student, origin } = submission;
  const seed = seedOf(journal.secret, student);
  const { content, unreadable } = await contentOf(submission);
  const key = keyOf({ content, student, seed, fixtures: plan.hash, version, options: { room, ...job } });
  const known = journal.find(key);
  // The machine's trouble is no result to keep.
  if (known !== undefined && !isToRunAgain(statusOf(known))) return { result: known, kept: true };
  const base = { plan, room, seed, slow: job.slow, command: [] };
  let result: Result;
  if (unreadable !== undefined) {
    const says = `The submission could not be taken in: ${unreadable}.`;
    result = ungraded({ ...base, problem: { kind: 'unreadable', says, advice: [], output: '' } });
  } else {
    try {
      result = await hands.run({ ...job, assignment: plan.contract.id, submission, seed });
    } catch (error) {
      if (!(error instanceof LaneDied)) throw error;
      const says = 'The process that graded it was ended again and again; it was given up.';
      const problem = { kind: 'machine' as const, says, advice: [], output: error.message };
      result = ungraded({ ...base, problem });
    }
  }
  const whole: Result = { ...result, submission: { student, origin, key, content } };
  await journal.write(key, whole, options.feedback(whole));
  return { result: whole, kept: false };
}

/** Its hash, or why it has none; then what can be said of it stands for its content. */
async function contentOf(submission: Submission): Promise<{ content: string; unreadable?: string }> {
  if (submission.refused !== undefined) return { content: '', unreadable: submission.refused };
  try {
    return { content: await contentHash(submission) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { content: '', unreadable: error.message };
  }
}
