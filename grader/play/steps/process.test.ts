/** Steps about the program as a process, and about what it leaves behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../assignment/contract.ts';
import type { PlannedCheck } from '../../fixture/plan.ts';
import type { Step } from '../../fixture/schema.ts';
import type { CheckResult } from '../../report/result.ts';
import { openRoom } from '../../room/open.ts';
import { type GradeOptions, grade } from '../grade.ts';

const base = mkdtempSync(join(tmpdir(), 'wiremark-process-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const script = (name: string, source: string): string => {
  writeFileSync(join(base, name), source);
  return join(base, name);
};
/** Each argument is a piece of JavaScript; without arguments of its own the client gets the contract's. */
const client = script(
  'client.mjs',
  `
import * as fs from 'node:fs';
const { env } = process;
const stdin = () => fs.readFileSync(0, 'utf8');
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const run = Object.getPrototypeOf(async () => {}).constructor;
for (const code of process.argv.slice(2)) await run('fs', 'env', 'stdin', 'sleep', code)(fs, env, stdin, sleep);
`,
);

const contractOf = (role: 'server' | 'client'): Contract => ({
  id: 'program',
  title: 'Program',
  says: 'Does as it is told.',
  role,
  program: 'program',
  arguments: ['{port}'],
  ports: {
    port: {
      transport: 'tcp',
      protocol: 'lines',
      opener: role === 'server' ? 'subject' : 'grader',
      textbook: 12000,
    },
  },
  folders: { box: { 'bob/': '', 'carol/note.txt': 'hi\n' } },
  limits: { readyMs: 300_000, idleMs: 300_000 },
  topics: ['t'],
});
const words = { topic: 't', title: 't', source: ['s'], rule: 'r', catches: 'c', hint: 'h', points: 1 };

async function play(
  role: 'server' | 'client',
  program: string,
  scripts: Record<string, Step[]>,
  options: Partial<GradeOptions> = {},
): Promise<Record<string, CheckResult>> {
  const checks = Object.entries(scripts).map(
    ([id, steps]): PlannedCheck => ({ id, level: 'must', ...words, steps }),
  );
  const plan = { hash: '', contract: contractOf(role), checks };
  const command = [process.execPath, program];
  const result = await grade({ plan, room: openRoom(), command, ...options });
  expect(result.outcome).toBe('graded');
  return Object.fromEntries(result.checks.map(check => [check.id, check]));
}
const told = (checks: Record<string, CheckResult>) =>
  Object.fromEntries(Object.values(checks).map(({ id, verdict, failure }) => [id, failure?.says ?? verdict]));
function allMet(checks: Record<string, CheckResult>): void {
  const ids = Object.keys(checks);
  expect(told(checks)).toEqual(Object.fromEntries(ids.map(id => [id, 'met'])));
}

const run = (...args: string[]): Step => ({ run: { args } });
const patient = 20_000;

describe('running a client', () => {
  it('gives it what the check says, and looks at how it ends and what it prints', async () => {
    const listing = `${'console.log("a  \\r"); console.log("b"); console.log(" ")'}`;
    allMet(
      await play('client', client, {
        status: [run('process.exit(7)'), { exit: 7 }],
        'any-failure': [run('process.exit(1)'), { exit: { $not: 0 } }],
        signalled: [
          run('console.log("up"); await sleep(60000)'),
          { stdout: 'up', within: patient },
          { signal: 'SIGTERM' },
          { exit: { status: 143, signal: 'SIGTERM' } },
        ],
        stdin: [
          { run: { args: ['process.stdout.write(stdin())'], stdin: '{{word}}\n' } },
          { stdout: { text: '{{word}}', raw: '{{word}}\n' } },
          { exit: 0 },
        ],
        'no-stdin': [run('console.log(stdin().length)'), { stdout: '0' }],
        'open-stdin': [
          {
            run: {
              args: [
                'process.stdin.on("data", b => console.log(String(b))).on("end", () => console.log("end"))',
              ],
              stdin: 'x\n',
              stdinStaysOpen: true,
            },
          },
          { stdout: { lines: ['x', '', ''].slice(0, 1) }, within: patient },
          { signal: 'SIGKILL' },
          { exit: 137 },
        ],
        environment: [
          { run: { args: ['console.log(env.TIMEOUT_MS)'], env: { TIMEOUT_MS: '{{number 5 5}}0' } } },
          { stdout: '50' },
        ],
        'arguments-filled': [run('console.log("{port}", "{{word}}")'), { stdout: '{port} {{word}}' }],
        'clean-lines': [run(listing), { stdout: { lines: ['a  ', 'b'], raw: { $ends: ' \n' } } }],
        stderr: [run('console.error("oh")'), { stderr: { $contains: 'oh' } }, { stdout: '' }],
        'while-it-runs': [
          run('console.log("now"); await sleep(60000)'),
          { stdout: 'now', within: patient },
          { signal: 'SIGKILL' },
        ],
        twice: [run('console.log(1)'), { exit: 0 }, run('console.log(2)'), { stdout: '2' }, { exit: 0 }],
        bound: [
          run('console.log("id " + 42)'),
          { stdout: { text: { $match: '^id .*', $bind: 'line' } } },
          { exit: 0 },
          run('console.log("{{$line}}")'),
          { stdout: 'id 42' },
        ],
      }),
    );
  });

  it('tells how it ends or prints otherwise', async () => {
    const checks = await play(
      'client',
      client,
      {
        status: [run('console.error("because"); process.exit(2)'), { exit: 0, within: 60_000 }],
        signalled: [
          run('process.kill(process.pid, "SIGSEGV"); await sleep(60000)'),
          { exit: 0, within: 60_000 },
        ],
        endless: [run('await sleep(60000)'), { exit: 0 }],
        printed: [run('console.log("b")'), { stdout: 'a', within: 60_000 }],
        'not-printed': [run('await sleep(60000)'), { stdout: 'a' }],
        'on-stderr': [run('console.log("a")'), { stderr: 'a', within: 60_000 }],
        'never-run': [{ exit: 0 }],
        'no-restart': [run(''), { restart: { signal: 'SIGTERM', within: 100 } }],
      },
      { slow: 0.1 },
    );
    expect(told(checks)).toEqual({
      status: 'the program ended with exit status 2',
      signalled: 'the program was ended by SIGSEGV',
      endless: 'the program did not end within 500 ms',
      printed: 'the program printed something else on standard output',
      'not-printed':
        'the expected text was not on standard output within 300 ms, and the program did not end',
      'on-stderr': 'the program printed something else on standard error',
      'never-run': 'the check speaks of a program that was never run',
      'no-restart': 'only a server can be started again',
    });
    expect(checks.status?.failure).toMatchObject({
      step: 1,
      difference: { path: 'status', expected: '0', got: '2' },
      program: { ending: 'ended with exit status 2', stderr: 'because' },
    });
    expect(checks.printed?.failure?.difference).toMatchObject({ expected: 'a', got: 'b' });
    expect(['never-run', 'no-restart'].map(id => checks[id]?.verdict)).toEqual(['void', 'void']);
  });
});

describe('what a program leaves behind', () => {
  const write = (...pairs: [string, string][]): Step[] => [
    run(
      ...pairs.map(
        ([path, text]) => `fs.writeFileSync(env.BOX + ${JSON.stringify(path)}, ${JSON.stringify(text)})`,
      ),
    ),
  ];
  const inBox = (steps: Step[]): Step[] =>
    steps.map(step => ('run' in step ? { run: { ...step.run, env: { BOX: '{box}' } } } : step));
  const done: Step = { exit: 0 };

  it('is files and folders', async () => {
    allMet(
      await play('client', client, {
        file: inBox([
          ...write(['/bob/1.eml', 'a\r\n\r\nb\r\n']),
          done,
          {
            file: '{box}/bob/*.eml',
            expect: { lines: ['a', '', 'b'], size: 8, name: '1.eml', text: { $ends: '\r\n' } },
          },
        ]),
        given: [{ file: '{box}/carol/note.txt', expect: 'hi\n' }],
        'hidden-files': inBox([
          ...write(['/bob/.tmp', 'x'], ['/bob/a.txt', 'y']),
          done,
          { file: '{box}/bob/*', expect: 'y' },
          { folder: '{box}/bob', expect: ['.tmp', 'a.txt'] },
        ]),
        folder: inBox([
          ...write(['/b', ''], ['/a', '']),
          done,
          { folder: '{box}', expect: { count: 4, names: { $head: ['a', 'b'] } } },
        ]),
        'fresh-each-time': [{ folder: '{box}/bob', expect: [] }],
        // Looked at twice: it comes a moment after the program's word.
        'a-moment-later': inBox([
          run('console.log("stored"); await sleep(100); fs.writeFileSync(env.BOX + "/bob/a", "x")'),
          { stdout: 'stored', within: patient },
          { file: '{box}/bob/a', expect: 'x' },
        ]),
        'relative-to-work': inBox([
          run('fs.writeFileSync("here.txt", "x")'),
          done,
          { file: '{work}/here.txt', expect: 'x' },
        ]),
        'special-names': inBox([
          ...write(['/bob/a+b(1).txt', 'x'], ['/bob/aab1.txt', 'y']),
          done,
          { file: '{box}/bob/a+b(1).*', expect: 'x' },
        ]),
      }),
    );
  });

  it('is told where it is something else', async () => {
    const checks = await play('client', client, {
      missing: [{ file: '{box}/bob/*.eml', expect: 'x' }],
      'no-folder': [{ file: '{box}/eve/*.eml', expect: 'x' }],
      several: inBox([...write(['/bob/1', ''], ['/bob/2', '']), done, { file: '{box}/bob/*', expect: '' }]),
      other: inBox([
        ...write(['/bob/1', 'a\n..\n']),
        done,
        { file: '{box}/bob/1', expect: { lines: ['a', '.'] } },
      ]),
      folder: [{ folder: '{box}/bob', expect: { count: 1 } }],
    });
    expect(told(checks)).toEqual({
      missing: 'there is no file box/bob/*.eml',
      'no-folder': 'there is no file box/eve/*.eml',
      several: 'there are 2 files box/bob/*, not one',
      other: 'the file 1 is not as it should be',
      folder: 'the folder box/bob is not as it should be',
    });
    expect(checks.other?.failure?.difference).toMatchObject({ path: 'lines[1]', expected: '.', got: '..' });
  });
});

describe('a server', () => {
  const server = script(
    'server.mjs',
    `
import { createServer } from 'node:net';
import { existsSync, writeFileSync, readFileSync } from 'node:fs';
const before = existsSync('starts') ? Number(readFileSync('starts')) : 0;
writeFileSync('starts', String(before + 1));
if (existsSync('refuse')) { console.error('will not'); process.exit(4); }
if (existsSync('stubborn')) process.on('SIGTERM', () => {});
else process.on('SIGTERM', () => { writeFileSync('farewell', 'x'); process.exit(0); });
createServer(socket => {
  socket.on('error', () => {});
  socket.on('data', bytes => {
    const word = String(bytes).trim();
    if (word === 'refuse' || word === 'stubborn') writeFileSync(word, '');
    if (word === 'crash') { console.error('it broke'); process.exit(3); }
    socket.write('start ' + (before + 1) + '\\n');
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
`,
  );
  const say = (name: string, word: string, answer: string): Step[] => [
    { open: name },
    { send: word, expect: answer },
  ];

  it('is started again on the same port, and in the same folder', async () => {
    const checks = await play('server', server, {
      terminated: [
        ...say('a', 'x', 'start 1'),
        { restart: { signal: 'SIGTERM', within: patient } },
        { 'expect-close': 'a' },
        ...say('b', 'x', 'start 2'),
        { file: '{work}/farewell', expect: 'x' },
      ],
      killed: [
        { restart: { signal: 'SIGKILL', within: patient } },
        { restart: { signal: 'SIGKILL', within: patient } },
        ...say('b', 'x', 'start 3'),
        { folder: '{work}', expect: ['starts'] },
      ],
      stubborn: [
        ...say('a', 'stubborn', 'start 1'),
        // Ignored only when the program is started once more.
        { restart: { signal: 'SIGTERM', within: patient } },
        { restart: { signal: 'SIGTERM', within: patient } },
        ...say('b', 'x', 'start 3'),
      ],
      // Neither is disturbed by the others' programs.
      undisturbed: say('a', 'x', 'start 1'),
    });
    allMet(checks);
    expect(Object.values(checks).some(({ unsteady }) => unsteady)).toBe(false);
  });

  it('that does not come back fails the check, and no other', async () => {
    const checks = await play('server', server, {
      refuses: [...say('a', 'refuse', 'start 1'), { restart: { signal: 'SIGTERM', within: patient } }],
      fine: say('a', 'x', 'start 1'),
    });
    expect(checks.refuses?.verdict).toBe('unmet');
    expect(checks.refuses?.failure?.says).toMatch(
      /^started again on the same port, the program .*ended with exit status 4 after .*before it listened/,
    );
    expect(checks.fine).toMatchObject({ verdict: 'met' });
  });

  it('can be signalled, and seen to end', async () => {
    allMet(
      await play('server', server, {
        ends: [...say('a', 'x', 'start 1'), { signal: 'SIGTERM' }, { exit: 0 }, { 'expect-close': 'a' }],
        crashes: [{ open: 'a' }, { send: 'crash' }, { exit: 3 }, { stderr: 'it broke' }],
      }),
    );
  });
});
