/** `check --room isolated`, as it is typed: programs that insist on their port, builds, and what can not be started. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../report/result.ts';
import { makeFolder, removeFolder } from '../room/folder.ts';
import { skipped } from '../room/golden/real-lane.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const command = join(root, '.build/bin/wiremark.js');
const good = join(root, 'fixtures/proof/programs/good');
const base = makeFolder();
afterAll(() => removeFolder(base));
let serial = 0;

/** A folder as a student has it. */
function folderWith(files: Record<string, string>): string {
  serial += 1;
  const folder = join(base, String(serial));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** @param args what is typed after the assignment */
function check(
  cwd: string,
  assignment: string,
  ...args: string[]
): Promise<{ status: number; result: Result; stderr: string }> {
  const words = ['check', assignment, '--room', 'isolated', '--format', 'json', '--seed', '1a2b', ...args];
  return new Promise((resolve, reject) => {
    const options = { cwd, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [command, ...words], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : Number(error.code);
      try {
        resolve({ status, result: JSON.parse(stdout) as Result, stderr });
      } catch {
        reject(new Error(`exit status ${status}: ${stdout}${stderr}`));
      }
    });
  });
}

const verdicts = ({ checks }: Result): Record<string, string> =>
  Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
const lost = (result: Result): string[] =>
  result.checks.filter(({ verdict }) => verdict !== 'met').map(({ id }) => id);

describe.skipIf(skipped)('check --room isolated', () => {
  beforeAll(() => {
    if (!existsSync(command)) execFileSync('npm', ['run', '-s', 'build'], { cwd: root });
  });

  it.each([
    ['udp-uppercase-server', 'udp_server.py', []],
    ['tcp-uppercase-server', 'tcp_server.py', []],
    // The address is its argument's, the port its own.
    ['udp-uppercase-client', 'udp_client.py', ['client-uses-args']],
    ['tcp-uppercase-client', 'tcp_client.py', ['client-uses-args']],
  ])(
    'gives a program of %s with a port of its own what it gives one with an argument',
    async (assignment, file, loses) => {
      const text = readFileSync(join(good, file), 'utf8');
      const fixed = text.replace(/int\(sys\.argv\[[12]\]\)/, '12000');
      expect(fixed).not.toBe(text);
      const folder = folderWith({ 'free.py': text, 'fixed.py': fixed });
      const free = await check(folder, assignment, '--', 'python3', 'free.py');
      expect([free.result.room, free.result.outcome, lost(free.result)]).toEqual(['isolated', 'graded', []]);
      expect(free.result.notes).toEqual([]);

      const { result, status } = await check(folder, assignment, '--', 'python3', 'fixed.py');
      expect(result.outcome).toBe('graded');
      const changed = Object.fromEntries(loses.map(id => [id, 'unmet']));
      expect(verdicts(result)).toEqual({ ...verdicts(free.result), ...changed });
      expect(result.checks.filter(({ unsteady }) => unsteady)).toEqual([]);
      expect(status).toBe(loses.length > 0 ? 1 : 0);
      expect(result.notes).toEqual([
        assignment.endsWith('client')
          ? 'The program called port 12000, whatever port it was given.'
          : 'Two of it could not run beside each other: all was played on port 12000, one after the other.',
      ]);
    },
    180_000,
  );

  it('calls a fault a fault on a port of its own, too', async () => {
    const text = readFileSync(join(good, 'udp_server.py'), 'utf8')
      .replace('int(sys.argv[1])', '12000')
      .replace('data.upper()', 'data.upper().strip()');
    const only = ['--only', 'server-uppercases,server-newline-kept'];
    const folder = folderWith({ 'server.py': text });
    const { result } = await check(folder, 'udp-uppercase-server', ...only, '--', 'python3', 'server.py');
    expect(verdicts(result)).toEqual({ 'server-uppercases': 'met', 'server-newline-kept': 'unmet' });
  });

  const few = ['--only', 'server-uppercases,server-loops'];
  const met = { 'server-uppercases': 'met', 'server-loops': 'met' };

  it.each([
    ['C', 'udp_server.c', 'cc -O1 -o {out}/server udp_server.c', ['{out}/server']],
    ['Java', 'UdpServer.java', 'javac -d {out} UdpServer.java', ['java', '-cp', '{out}', 'UdpServer']],
  ])('builds a program in %s inside, and starts it', async (_, file, build, run) => {
    const folder = folderWith({});
    copyFileSync(join(good, file), join(folder, file));
    const { result, status } = await check(
      folder,
      'udp-uppercase-server',
      ...few,
      '--build',
      build,
      '--',
      ...run,
    );
    expect(verdicts(result)).toEqual(met);
    expect(result.build).toMatchObject({ ok: true });
    expect(status).toBe(0);
    // Nothing is written where the student works.
    expect(existsSync(join(folder, 'server'))).toBe(false);
  });

  it('finds and builds a program without being told how', async () => {
    const folder = folderWith({});
    copyFileSync(join(good, 'udp_server.c'), join(folder, 'udp_server.c'));
    const { result, stderr } = await check(folder, 'udp-uppercase-server', ...few);
    expect(verdicts(result)).toEqual(met);
    expect(result.build?.command[0]).toBe('cc');
    expect(stderr).toMatch(/^No command given; found /);
  });

  it.each([
    [
      'has faults in it',
      'cc -o {out}/server broken.c',
      /broken\.c:1.*error/s,
      'It ended with exit status 1.',
    ],
    [
      'is by a compiler that is not there',
      'no-such-compiler',
      /no-such-compiler.*not found/s,
      'It ended with exit status 127.',
    ],
    ['ends itself', 'echo last words; kill -9 $$', /last words/, 'It was ended by SIGKILL.'],
  ])('says why a build failed that %s', async (_, build, output, how) => {
    const folder = folderWith({ 'broken.c': 'int main( { }\n' });
    const { result, status } = await check(
      folder,
      'udp-uppercase-server',
      '--build',
      build,
      '--',
      '{out}/server',
    );
    expect(status).toBe(2);
    expect(result.outcome).toBe('not-built');
    expect(result.problem?.kind).toBe('build');
    expect(result.problem?.output).toMatch(output);
    expect(result.problem?.output.split('\n').at(-1)).toBe(how);
    expect(result.build).toMatchObject({ ok: false });
    expect(result.score.earned).toBe(0);
  });

  it('lets a build change nothing outside, and see nothing there', async () => {
    const folder = folderWith({ 'data.txt': 'as it was' });
    const build = `echo changed > data.txt; echo x > ${join(folder, 'new.txt')}; echo x > /tmp/here; cat ${join(folder, 'data.txt')}`;
    const { result } = await check(folder, 'udp-uppercase-server', '--build', build, '--', 'python3', 'x.py');
    expect(readFileSync(join(folder, 'data.txt'), 'utf8')).toBe('as it was');
    expect(existsSync(join(folder, 'new.txt'))).toBe(false);
    expect(result.build?.ok).toBe(false);
    expect(result.build?.output).not.toMatch(/as it was/);
  });

  it.each([
    ['a file that is not there', ['./nowhere'], /there is no file \/submission\/nowhere/],
    ['a program that nobody has', ['no-such-program'], /there is no program called no-such-program on PATH/],
    ['a file of the machine that it may not see', ['/root/server'], /there is no file \/root\/server/],
  ])('says that %s can not be started', async (_, run, says) => {
    const folder = folderWith({ 'readme.txt': '' });
    const { result, status } = await check(folder, 'udp-uppercase-server', '--', ...run);
    expect(status).toBe(2);
    expect(result.outcome).toBe('not-started');
    expect(result.problem).toMatchObject({ kind: 'unstartable', says: expect.stringMatching(says) });
  });

  it('says what a folder holds in which it finds no program', async () => {
    const folder = folderWith({ 'notes.txt': 'to do' });
    const { result, status } = await check(folder, 'udp-uppercase-server');
    expect(status).toBe(2);
    expect(result.problem).toMatchObject({ kind: 'missing', output: 'It holds: notes.txt' });
  });

  it('leaves it to the student to give a port, and plays all on that one', async () => {
    const text = readFileSync(join(good, 'udp_server.py'), 'utf8').replace('int(sys.argv[1])', '53');
    const folder = folderWith({ 'server.py': text });
    const args = [...few, '--port', '53', '--', 'python3', 'server.py'];
    const { result } = await check(folder, 'udp-uppercase-server', ...args);
    expect(verdicts(result)).toEqual(met);
    expect(result.notes).toEqual([]);
  });

  it('names the limit that a program has hit', async () => {
    const text = 'held = []\nwhile True: held.append(bytearray(1024 * 1024))\n';
    const folder = folderWith({ 'server.py': text });
    const { result } = await check(folder, 'udp-uppercase-server', '--', 'python3', 'server.py');
    expect(result.problem?.says).toMatch(
      /was stopped: it used (more than 512 MB|\d+ MB of 512 MB) of memory/,
    );
  });
});
