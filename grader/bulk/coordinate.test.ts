/** Submissions that change or vanish while they are graded, and what stops a class or does not. */
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { loadPlan } from '../fixture/plan.ts';
import { statusOf } from '../report/standing.ts';
import { gradeClass, type Outcome } from './coordinate.ts';
import { LaneDied } from './crew.ts';
import { DiskTrouble } from './durable.ts';
import type { Submission } from './find.ts';
import { pretendedHands, resultFor } from './golden/pretended.ts';
import type { Hands } from './hands.ts';
import { Journal } from './journal.ts';

const assignment = 'udp-uppercase-server';
let base: string;
let journal: Journal;
beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-coordinate-'));
  journal = await Journal.open(join(base, 'report'), { assignment, secret: 'x', fresh: false });
});
afterEach(() => {
  journal.close();
  rmSync(base, { recursive: true, force: true });
});

const fileOf = (student: string): string => join(base, student, 'server.py');

function submission(student: string): Submission {
  mkdirSync(join(base, student));
  writeFileSync(fileOf(student), 'pass\n');
  return { student, origin: student, content: { kind: 'folder', path: join(base, student) } };
}

async function graded(submissions: readonly Submission[], hands: Hands): Promise<Outcome> {
  return gradeClass({
    plan: await loadPlan(assignment),
    submissions,
    others: [],
    journal,
    hands,
    room: 'open',
    job: { command: [], slow: 1 },
    feedback: () => 'feedback\n',
    progress: () => undefined,
  });
}

it('grades again what was written to meanwhile, so that marks belong to what they were given for', async () => {
  const ana = submission('ana');
  let times = 0;
  const writing = pretendedHands(job => {
    times += 1;
    if (times === 1) appendFileSync(fileOf('ana'), '# one more line\n');
    return resultFor(job);
  });
  await graded([ana], writing);
  expect(writing.jobs).toEqual(['ana', 'ana']);
  const after = pretendedHands();
  await graded([ana], after);
  expect(after.jobs).toEqual([]);
});

it('gives up one that never rests', async () => {
  const ana = submission('ana');
  const restless = pretendedHands(job => {
    appendFileSync(fileOf('ana'), '# one more line\n');
    return resultFor(job);
  });
  const { summary } = await graded([ana, submission('ben')], restless);
  expect(restless.jobs).toEqual(['ana', 'ana', 'ana', 'ben']);
  expect(summary.students).toMatchObject([
    {
      status: 'unreadable',
      says: 'The submission could not be taken in: it changes while it is graded.',
    },
    { status: 'graded' },
  ]);
  // It rests now.
  const after = pretendedHands();
  await graded([ana], after);
  expect(after.jobs).toEqual(['ana']);
});

it('keeps nothing of one that vanishes, and grades it when it is back', async () => {
  const ana = submission('ana');
  const { summary } = await graded(
    [ana],
    pretendedHands(job => {
      renameSync(join(base, 'ana'), join(base, 'away'));
      return resultFor(job);
    }),
  );
  expect(summary.students).toMatchObject([{ status: 'unreadable' }]);
  expect(summary.students[0]?.says).toMatch(/gone/);
  renameSync(join(base, 'away'), join(base, 'ana'));
  const after = pretendedHands();
  const again = await graded([ana], after);
  expect(after.jobs).toEqual(['ana']);
  expect(again.moves).toEqual([]);
});

it.each([
  ['its lane dies', new LaneDied('core dumped'), 'was ended again and again'],
  ['the grader fails', new TypeError('x is not a function'), 'The grader itself failed'],
])('goes on with the others when %s', async (_, error, says) => {
  const { summary } = await graded(
    [submission('ana'), submission('ben')],
    pretendedHands(job => (job.submission.student === 'ana' ? Promise.reject(error) : resultFor(job))),
  );
  expect(summary.students).toMatchObject([{ status: 'not-graded' }, { status: 'graded' }]);
  expect(summary.students[0]?.says).toContain(says);
  const known = journal.published('ana');
  expect(known && statusOf(known)).toBe('not-graded');
  expect(known?.problem?.output).toContain(error.message);
});

it('begins no more when nothing can be written down', async () => {
  const hands = pretendedHands(job => {
    if (job.submission.student === 'ben')
      rmSync(join(base, 'report', '.wiremark', 'half'), { recursive: true });
    return resultFor(job);
  });
  const all = ['ana', 'ben', 'cem', 'dag'].map(submission);
  await expect(graded(all, hands)).rejects.toThrow(DiskTrouble);
  expect(hands.jobs).toEqual(['ana', 'ben']);
  expect(journal.published('ana')).toBeDefined();
});

it('stops when the checks change under it', async () => {
  const edited = pretendedHands(async job => {
    const result = await resultFor(job);
    return { ...result, grader: { ...result.grader, fixtures: 'others' } };
  });
  const running = graded([submission('ana'), submission('ben')], edited);
  await expect(running).rejects.toThrow(UsageError);
  await expect(running).rejects.toThrow(
    /^The checks of udp-uppercase-server were changed while they were graded with\./,
  );
  expect(edited.jobs).toEqual(['ana']);
});

it('holds everything back that replaces something, as long as some mark would move', async () => {
  const all = ['ana', 'ben'].map(submission);
  await graded(all, pretendedHands());
  const published = journal.published('ben');
  appendFileSync(fileOf('ben'), '# handed in anew\n');
  // Nothing of it explains why ana loses marks.
  journal.sweep(new Set());
  const worse = pretendedHands(job => resultFor(job, { 'server-loops': 'unmet' }));
  const outcome = await graded(all, worse);
  expect(outcome.moves).toMatchObject([{ student: 'ana', direction: 'down' }]);
  expect(outcome.unchanged).toBe(1);
  expect(journal.published('ben')).toEqual(published);
  await outcome.publish();
  for (const student of ['ana', 'ben']) expect(journal.published(student)?.score.earned).toBe(90);
});
