/** From a submission to a result: taken in, built, graded, cleared away. In the open room, where it is quick. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Pool } from '../play/pool.ts';
import { makeFolder, removeFolder } from '../room/folder.ts';
import type { Submission } from './find.ts';
import type { Job, Word } from './job.ts';
import { workOn } from './work.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const base = makeFolder();
afterAll(() => removeFolder(base));
const good = fileURLToPath(new URL('../../fixtures/proof/programs/good/udp_server.py', import.meta.url));
const server = readFileSync(good, 'utf8');
let serial = 0;

function folderWith(files: Record<string, string>): string {
  serial += 1;
  const folder = join(base, String(serial));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const submitted = (path: string): Submission => ({
  student: 'ada',
  origin: path,
  content: { kind: 'folder', path },
});

/** Puts itself on the list when it has been cleared. */
const watched = (workshop: Workshop, cleared: Workshop[]): Workshop => ({
  ...workshop,
  clear: async () => {
    await workshop.clear();
    cleared.push(workshop);
  },
});

/** Grades two quick checks, and looks at what became of the workshop. */
async function worked(submission: Submission, more: Partial<Job> = {}) {
  const job: Job = {
    assignment: 'udp-uppercase-server',
    submission,
    command: [],
    seed: '1a2b',
    slow: 1,
    only: ['server-uppercases', 'server-loops'],
    ...more,
  };
  const words: Word[] = [];
  let workshop: Workshop | undefined;
  const cleared: Workshop[] = [];
  const open = (): Workshop => {
    workshop = watched(openWorkshop(new Pool(2, 8)), cleared);
    return workshop;
  };
  const result = await workOn(job, open, word => words.push(word));
  expect(cleared).toHaveLength(1);
  expect(existsSync(dirname(workshop?.source ?? ''))).toBe(false);
  return { result, words };
}

const python = (requires: string): Record<string, string> => ({
  'udp_server.py': server,
  'README.md': requires,
});

describe('a submission', () => {
  it('is graded as it is found, and the coordinator hears how', async () => {
    const { result, words } = await worked(submitted(folderWith(python('My server'))));
    expect(result).toMatchObject({
      outcome: 'graded',
      room: 'open',
      seed: '1a2b',
      score: { earned: 26, of: 26 },
    });
    expect(result.build).toBeUndefined();
    expect(words[0]).toMatchObject({ kind: 'found', how: 'the Python program udp_server.py' });
    const progress = words.filter(word => word.kind === 'progress');
    expect(progress.at(-1)).toMatchObject({ decided: progress.length, of: progress.length });
  });

  it('is started by the command that the tutor gives, wherever its files lie', async () => {
    const folder = folderWith({ 'src/mine.py': server });
    const { result, words } = await worked(submitted(folder), {
      command: ['python3', './mine.py', '{port}'],
    });
    expect(result.outcome).toBe('graded');
    expect(result.score.earned).toBe(26);
    expect(words.filter(({ kind }) => kind === 'found')).toEqual([]);
  });

  it('is built by the line that the tutor gives, and what was built is started', async () => {
    const folder = folderWith({ 'server.txt': server });
    const build = 'echo building; cp server.txt {out}/built.py; echo to errors >&2';
    const { result } = await worked(submitted(folder), { build, command: ['python3', '{out}/built.py'] });
    expect(result).toMatchObject({ outcome: 'graded', score: { earned: 26 } });
    expect(result.build).toMatchObject({ ok: true, output: 'building\nto errors' });
    expect(result.build?.seconds).toBeGreaterThanOrEqual(0);
    expect(existsSync(join(folder, 'built.py'))).toBe(false);
  });

  it('is not started when its build fails', async () => {
    const mark = join(base, 'started');
    const { result, words } = await worked(submitted(folderWith(python(''))), {
      build: 'echo what the compiler says; exit 3',
      command: ['touch', mark],
    });
    expect(result.outcome).toBe('not-built');
    expect(result.build?.ok).toBe(false);
    expect(result.problem).toMatchObject({
      kind: 'build',
      says: "The build failed: sh -c 'echo what the compiler says; exit 3'",
      output: 'what the compiler says\nIt ended with exit status 3.',
    });
    expect(result.score.earned).toBe(0);
    expect(existsSync(mark)).toBe(false);
    expect(words.filter(({ kind }) => kind === 'progress')).toEqual([]);
  });

  it('is not started when its build can not be started', async () => {
    const manifest = { build: ['no-such-compiler', '-o', '{out}/server'], run: ['{out}/server'] };
    const { result } = await worked(submitted(folderWith({ 'wiremark.json': JSON.stringify(manifest) })));
    expect(result.outcome).toBe('not-built');
    expect(result.problem?.output).toMatch(
      /^It could not be started: there is no program called no-such-compiler/,
    );
  });

  it('with a build that prints without end, or leaves processes, is graded all the same', async () => {
    const build = 'yes | head -c 3000000; sleep 1000 & cp udp_server.py {out}/built.py';
    const { result } = await worked(submitted(folderWith(python(''))), {
      build,
      command: ['python3', '{out}/built.py'],
    });
    expect(result).toMatchObject({ outcome: 'graded', score: { earned: 26 } });
    expect(result.notes).toContain(
      'The build printed so much that only the beginning and the end were kept.',
    );
    expect(result.build?.output.length).toBeLessThan(100_000);
  });

  it.each([
    ['that was refused when it was found', { refused: 'it is a link' }, 'it is a link'],
    ['that is no archive, whatever its name says', { content: { kind: 'archive', path: 'BROKEN' } }, /./],
  ])('%s is not graded, and says why', async (_, change, why) => {
    const path = join(folderWith({ 'broken.zip': 'this is not a zip' }), 'broken.zip');
    const submission = JSON.parse(
      JSON.stringify({ ...submitted(dirname(path)), ...change }).replace('BROKEN', path),
    );
    const { result } = await worked(submission as Submission);
    expect(result.outcome).toBe('not-started');
    expect(result.problem).toMatchObject({ kind: 'unreadable' });
    const says = /^The submission could not be taken in: (.*)\.$/s.exec(result.problem?.says ?? '')?.[1];
    expect(says).toMatch(why);
  });

  it('without a program says what it holds, and how to say more', async () => {
    const { result } = await worked(submitted(folderWith({ 'README.txt': 'to do', 'notes.txt': '' })));
    expect(result.problem).toMatchObject({ kind: 'missing', output: 'It holds: README.txt, notes.txt' });
    expect(result.problem?.advice.join()).toMatch(/wiremark\.json/);
  });

  it('whose program can not be started is told so', async () => {
    const { result } = await worked(submitted(folderWith(python(''))), { command: ['./nowhere'] });
    expect(result).toMatchObject({ outcome: 'not-started', problem: { kind: 'unstartable' } });
  });
});

describe('trouble of the grader', () => {
  const job: Job = {
    assignment: 'udp-uppercase-server',
    submission: submitted(folderWith(python(''))),
    command: ['python3', './udp_server.py'],
    build: 'true',
    seed: '1a2b',
    slow: 1,
  };

  it('is no result: the promise rejects, and the workshop is cleared', async () => {
    const cleared: Workshop[] = [];
    const build = (): never => {
      throw new Error('the disk is gone');
    };
    const open = (): Workshop => watched({ ...openWorkshop(new Pool(1, 4)), build }, cleared);
    await expect(workOn(job, open, () => {})).rejects.toThrow('the disk is gone');
    expect(cleared).toHaveLength(1);
  });

  it('is an assignment that is not there', async () => {
    const open = (): Workshop => openWorkshop(new Pool(1, 4));
    await expect(workOn({ ...job, assignment: 'no-such' }, open, () => {})).rejects.toThrow(/no-such/);
  });
});
