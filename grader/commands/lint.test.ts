import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UsageError } from '../errors.ts';
import { assignmentOf, clientContract, makeCheck, serverSteps, serverWith } from '../fixture/lint/sample.ts';
import type { AssignmentSources } from '../fixture/plan.ts';
import { lintCommand } from './lint.ts';

let root = '';
vi.mock('../assignment/root.ts', () => ({ packageRoot: () => root }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wiremark-lint-'));
  mkdirSync(join(root, 'assignments'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), text);
}
function place({ contract, topics, handout }: AssignmentSources): void {
  for (const { file, text } of [contract, ...topics]) write(file, text);
  if (handout !== undefined) write('assignments/echo/handout.md', handout);
}
async function run(...files: string[]): Promise<{ status: number; printed: string }> {
  let printed = '';
  const status = await lintCommand(files, {
    out: text => (printed += text),
    err: () => undefined,
    cwd: root,
  });
  return { status, printed };
}

const topic = 'fixtures/checks/echo/basics.json';

test('all assignments, none wrong', async () => {
  place(serverWith({}));
  expect(await run()).toEqual({ status: 0, printed: 'no errors in 2 files\n' });
});

test('all assignments, some wrong', async () => {
  place({ ...serverWith({ needs: ['work'] }) });
  rmSync(join(root, 'assignments/echo/handout.md'));
  const { status, printed } = await run();
  expect(status).toBe(2);
  expect(printed).toMatch(
    /^assignments\/echo\/handout\.md:1:1 {2}the handout is missing\nfixtures\/checks\/echo\/basics\.json:\d+:9 {2}needs "work": no such check\. Nearest: works\n2 errors in 2 files\n$/,
  );
});

test('a bad $schema is found, though its validator is loaded on demand', async () => {
  place(serverWith({ steps: [{ open: 'c', expect: { $schema: { type: 'strng' } } }] }));
  expect((await run()).printed).toContain('$schema has a bad schema');
});

test('only what concerns the files that were asked for', async () => {
  place(serverWith({ points: 40, needs: ['work'] }));
  expect((await run(topic)).printed).toMatch(/needs "work".*\n1 error in 1 file\n$/);
  expect((await run('./assignments/echo/assignment.json')).printed).toMatch(
    /add up to 90.*\n1 error in 1 file\n$/,
  );
  expect((await run(topic, join(root, topic), 'assignments/echo')).printed).toMatch(/2 errors in 2 files\n$/);
  symlinkSync(join(root, 'fixtures'), join(root, 'link'));
  expect((await run('link/checks/echo/basics.json')).printed).toMatch(/needs "work".*\n1 error in 1 file\n$/);
});

test("a tutor's own files are held against their schema", async () => {
  const own = assignmentOf(clientContract, {
    basics: { topic: 'x', checks: [makeCheck({ id: 'a', needs: ['elsewhere'], steps: serverSteps })] },
    wrong: { topic: 'x', checks: [makeCheck({ id: 'a', steps: [{ snd: 'x' }] })] },
  });
  write('own/basics.json', own.topics[0]?.text ?? '');
  write('own/assignment.json', own.contract.text);
  expect(await run('own')).toEqual({ status: 0, printed: 'no errors in 2 files\n' });
  write('own/wrong.json', own.topics[1]?.text ?? '');
  write('own/other.json', '{ "name": "x" }');
  write('own/broken.json', '{');
  expect((await run('own')).printed.split('\n')).toEqual([
    'own/broken.json:1:2  expected "}"',
    'own/other.json:1:1  is neither a topic (it has no "checks") nor a contract (it has no "ports")',
    expect.stringMatching(
      /^own\/wrong\.json:\d+:9 {2}a step needs a verb; this one has only "snd"; nearest: send$/,
    ),
    '3 errors in 5 files',
    '',
  ]);
});

test('files that are not there', async () => {
  await expect(run('nothing.json')).rejects.toThrow(new UsageError('There is no file "nothing.json".'));
  mkdirSync(join(root, 'empty'));
  await expect(run('empty')).rejects.toThrow(UsageError);
});

test('a file that is the copy of a known one is not it', async () => {
  place(serverWith({ needs: ['work'] }));
  cpSync(join(root, topic), join(root, 'copy.json'));
  expect(await run('copy.json')).toEqual({ status: 0, printed: 'no errors in 1 file\n' });
});
