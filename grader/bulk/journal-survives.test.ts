/** The journal in a process that is killed, and on a disk that is full or read-only. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { bundled } from './golden/bundled.ts';
import { Journal } from './journal.ts';

/** What the scripts below have in common: results of many sizes, each recognisable. */
const preamble = `
  import { createHash } from 'node:crypto';
  import { readdirSync, writeSync } from 'node:fs';
  import { join } from 'node:path';
  import { submitted } from '../report/golden/class.ts';
  import { Journal } from './journal.ts';
  const dir = process.argv[2];
  const options = { assignment: 'smtp-server', fresh: false, shown: 'report' };
  const keyOf = i => createHash('sha256').update(String(i)).digest('hex');
  const feedbackOf = i => ('feedback of ' + i + '\\n').repeat(1 + (i * 7919) % 4000);
  const resultOf = i => submitted('s' + i, [], {
    submission: { student: 's' + i, origin: '', key: keyOf(i), content: '' },
    notes: [feedbackOf(i)],
  });
`;

/** Grades without end, four at a time; prints "=key" for what it found, "+key" when what it graded is safe. */
const grading = `${preamble}
  const journal = await Journal.open(dir, options);
  let next = 0;
  const lane = async () => {
    for (;;) {
      const i = next++;
      const found = journal.find(keyOf(i)) !== undefined;
      if (!found) await journal.write(keyOf(i), resultOf(i), feedbackOf(i));
      writeSync(1, (found ? '=' : '+') + keyOf(i) + '\\n');
      await journal.publish(keyOf(i));
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
`;

/** Writes until the disk is full, makes room, goes on; prints what it saw. */
const filling = `${preamble}
  const { DiskTrouble } = await import('./durable.ts');
  const journal = await Journal.open(dir, options);
  await journal.put('ballast', 'x'.repeat(250_000));
  const kept = [];
  const trouble = [];
  for (let i = 0; trouble.length < 3; i += 1)
    await journal.write(keyOf(i), resultOf(i), feedbackOf(i)).then(
      () => kept.push(keyOf(i)),
      error => trouble.push({ i, code: error.code, ours: error instanceof DiskTrouble, says: error.message }),
    );
  const files = name => readdirSync(join(dir, '.wiremark', name)).sort();
  const journalOnFull = files('journal');
  const whole = kept.every(key => journal.find(key)?.submission.key === key);
  const halves = files('half');
  const csv = await journal.put('grades.csv', 'x'.repeat(300_000)).then(() => 'put', error => error.message);
  await journal.put('ballast', undefined);
  const [{ i }] = trouble;
  await journal.write(keyOf(i), resultOf(i), feedbackOf(i));
  const after = journal.find(keyOf(i)) !== undefined;
  journal.close();
  writeSync(1, JSON.stringify({ kept, trouble, journalOnFull, whole, halves, csv, after, damaged: journal.damaged }));
`;

const opening = `${preamble}
  await Journal.open(dir, options).catch(error => writeSync(1, error.constructor.name + ': ' + error.message));
`;

const scripts: Record<string, Awaited<ReturnType<typeof bundled>>> = {};
beforeAll(async () => {
  for (const [name, text] of Object.entries({ grading, filling, opening }))
    scripts[name] = await bundled(text);
});
afterAll(() => {
  for (const script of Object.values(scripts)) script.remove();
});

let above: string;
let dir: string;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'wiremark-journal-'));
  dir = join(above, 'report');
});
afterEach(() => rmSync(above, { recursive: true, force: true }));

/** Lines that it printed until it was killed, so many milliseconds after it had begun to write. */
async function killed(ms: number): Promise<string[]> {
  const child = spawn(process.execPath, [scripts.grading?.file ?? '', dir]);
  let text = '';
  let errors = '';
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  child.stdout.on('data', (data: Buffer) => {
    const isFirst = !text.includes('+');
    text += data.toString();
    if (isFirst && text.includes('+')) setTimeout(() => child.kill('SIGKILL'), ms);
  });
  await new Promise(resolve => child.once('close', resolve));
  expect(errors).toBe('');
  return text.split('\n').slice(0, -1);
}

it('a kill at any moment loses at most what was in flight', async () => {
  const safe = new Set<string>();
  for (let round = 0; round < 20; round += 1) {
    const lines = await killed(Math.random() * 40);
    // Only what is missing was graded, once.
    for (const line of lines) if (line.startsWith('+')) expect(safe).not.toContain(line.slice(1));
    for (const line of lines) safe.add(line.slice(1));

    const journal = await Journal.open(dir, { assignment: 'smtp-server', fresh: false });
    for (const key of safe) expect(journal.find(key)?.submission?.key).toBe(key);
    // Neither half files nor a second file of the same submission; each lane may have kept one unsaid.
    const kept = readdirSync(join(dir, '.wiremark', 'journal'));
    for (const name of kept) expect(journal.find(name.replace(/\.json$/, ''))).toBeDefined();
    expect(kept.length).toBeLessThanOrEqual(safe.size + 4);
    for (const name of readdirSync(dir).filter(student => student.startsWith('s'))) {
      const published = journal.published(name);
      if (published === undefined) continue;
      expect(readFileSync(join(dir, name, 'feedback.txt'), 'utf8')).toBe(published.notes[0]);
    }
    expect(journal.damaged).toEqual([]);
    expect(readdirSync(join(dir, '.wiremark', 'half'))).toEqual([]);
    journal.close();
  }
  expect(safe.size).toBeGreaterThan(20);
});

/** Runs a script where the output folder is mounted in its own way; undefined where that is not possible. */
async function mounted(script: string, mount: readonly string[]): Promise<string | undefined> {
  const everything = ['--dev-bind', '/', '/'];
  if (spawnSync('bwrap', [...everything, 'true']).status !== 0) return undefined;
  mkdirSync(dir);
  const command = [process.execPath, scripts[script]?.file ?? '', dir];
  const { stdout } = await promisify(execFile)('bwrap', [...everything, ...mount, dir, '--', ...command]);
  return stdout;
}

const noMount = 'bubblewrap can not mount anything here';

it('a full disk loses nothing and doubles nothing', async context => {
  const said = await mounted('filling', ['--size', '1200000', '--tmpfs']);
  if (said === undefined) return context.skip(noMount);
  const { kept, trouble, journalOnFull, whole, halves, csv, after, damaged } = JSON.parse(said);
  expect(kept.length).toBeGreaterThan(2);
  expect(journalOnFull).toEqual(kept.map((key: string) => `${key}.json`).sort());
  expect([whole, after, halves, damaged]).toEqual([true, true, [], []]);
  expect(trouble[0]).toMatchObject({ code: 'ENOSPC', ours: true });
  expect(trouble[0].says).toMatch(
    /^Can not write report\/\.wiremark\/journal\/[0-9a-f]{64}\.json: the disk is full\. What was finished before is kept: /,
  );
  expect(csv).toContain('Can not write report/grades.csv: the disk is full.');
});

it('a read-only disk is refused in words', async context => {
  const said = await mounted('opening', ['--ro-bind', dir]);
  if (said === undefined) return context.skip(noMount);
  expect(said).toBe(
    'UsageError: Can not write in report: the disk is read-only. Name another folder with --out.',
  );
});
