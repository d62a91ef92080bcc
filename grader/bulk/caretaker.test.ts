/** The caretaker outlives its grader: tried on one that is killed, and on one that ends in good order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { isDead, statOf } from '../subject/proc.ts';
import { openCaretaker, watchGroups } from './caretaker.ts';
import { bundled } from './golden/bundled.ts';

/** Opens all that there is to leave behind, and prints what it is. */
const grader = `
  import { spawn } from 'node:child_process';
  import { mkdirSync, writeFileSync } from 'node:fs';
  import { join } from 'node:path';
  import { openCaretaker, watchGroups } from './caretaker.ts';
  const caretaker = await openCaretaker();
  const work = join(caretaker.folder, 'a program', 'work');
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'file'), '');
  const program = spawn('sleep', ['600'], { cwd: work, detached: true, stdio: 'ignore' });
  const watch = watchGroups([join(process.argv[2], 'wiremark-1')]);
  await watch.begun;
  process.stdout.write(JSON.stringify({ folder: caretaker.folder, program: program.pid }) + '\\n');
  setInterval(() => {}, 1000);
`;

let script: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  script = await bundled(grader);
});
afterAll(() => script.remove());

let base: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-caretaker-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(base, { recursive: true, force: true });
});

/** Polls: the caretaker acts in its own time. */
async function until(true_: () => boolean): Promise<void> {
  while (!true_()) await delay(20);
}

const isRunning = (pid: number): boolean => {
  const stat = statOf(pid);
  return stat !== undefined && !isDead(stat);
};

it.each(['SIGKILL', 'SIGTERM'] as const)('clears away after %s', async signal => {
  for (const group of ['wiremark-1-1', 'wiremark-1-2', 'wiremark-11-1', 'other'])
    mkdirSync(join(base, group, 'place-1'), { recursive: true });
  child = spawn(process.execPath, [script.file, base], { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = await new Promise<string>(resolve =>
    child?.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString())),
  );
  const { folder, program } = JSON.parse(text) as { folder: string; program: number };
  expect(existsSync(folder)).toBe(true);
  expect(isRunning(program)).toBe(true);
  child.kill(signal);
  await until(() => !existsSync(folder));
  await until(() => !isRunning(program));
  await until(() => readdirSync(base).length === 2);
  expect(readdirSync(base).sort()).toEqual(['other', 'wiremark-11-1']);
});

it('gives a folder for this user alone, and removes it at the end, whatever is in it', async () => {
  const caretaker = await openCaretaker();
  const closed = join(caretaker.folder, 'closed');
  mkdirSync(join(closed, 'inner'), { recursive: true });
  chmodSync(closed, 0);
  await caretaker.close();
  expect(existsSync(caretaker.folder)).toBe(false);
});

it('removes groups that are left when it is told to end', async () => {
  mkdirSync(join(base, 'wiremark-2-1', 'place-1'), { recursive: true });
  const watch = watchGroups([join(base, 'wiremark-2')]);
  await watch.end();
  expect(readdirSync(base)).toEqual([]);
});
