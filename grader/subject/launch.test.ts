import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launch } from './launch.ts';
import { statOf } from './proc.ts';
import { pause } from './ready.ts';
import { stopAllNow } from './stop.ts';
import type { LaunchSpec, Subject } from './subject.ts';

const posix = process.platform !== 'win32';
const linux = process.platform === 'linux';

let base = '';
let cwd = '';
const started: Subject[] = [];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
  cwd = join(base, 'work');
  mkdirSync(cwd);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map(subject => subject.stop()));
  rmSync(base, { recursive: true, force: true });
});

function start(command: string[], spec: Partial<LaunchSpec> = {}): Subject {
  const subject = launch({ command, cwd, env: {}, stdin: { kind: 'none' }, ...spec }, { folder: base });
  started.push(subject);
  return subject;
}
const sh = (script: string, spec: Partial<LaunchSpec> = {}) => start(['sh', '-c', script], spec);

/** Waits until the program has made a file in its folder. */
async function made(name: string): Promise<void> {
  for (let trial = 0; trial < 500 && !existsSync(join(cwd, name)); trial += 1) await pause(10);
  expect(existsSync(join(cwd, name))).toBe(true);
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.runIf(posix)('the ending', () => {
  it('is a status, or a signal', async () => {
    expect(await sh('exit 7').ended).toMatchObject({ status: 7, signal: undefined });
    expect(await sh('kill -SEGV $$').ended).toMatchObject({ status: 139, signal: 'SIGSEGV' });
    const sleeper = sh('exec sleep 60');
    expect(sleeper.ending).toBeUndefined();
    sleeper.signal('SIGTERM');
    expect(await sleeper.ended).toMatchObject({ status: 143, signal: 'SIGTERM' });
    expect(sleeper.ending?.afterMs).toBeLessThan(20_000);
    sleeper.signal('SIGTERM');
  });
});

describe.runIf(posix)('standard input', () => {
  it('is empty, a text that ends, or a text that stays open', async () => {
    const echo = 'cat; echo "[end]"';
    const none = sh(echo);
    await none.ended;
    expect(none.output('stdout').text).toBe('[end]\n');
    const text = sh(echo, { stdin: { kind: 'text', text: 'one\ntwo\n' } });
    await text.ended;
    expect(text.output('stdout').text).toBe('one\ntwo\n[end]\n');
    const open = sh('read a; echo "got $a"; touch seen; read b; echo more', {
      stdin: { kind: 'open', text: 'hi\n' },
    });
    await made('seen');
    expect(open.output('stdout').text).toBe('got hi\n');
    expect(open.ending).toBeUndefined();
    await open.stop();
    expect(open.output('stdout').text).toBe('got hi\n');
  });
});

describe.runIf(posix)('output', () => {
  it('keeps both streams apart and survives the folder', async () => {
    const subject = sh('echo out; echo err >&2');
    await subject.ended;
    await subject.stop();
    rmSync(base, { recursive: true });
    expect(subject.output('stdout')).toEqual({ text: 'out\n', length: 4, elided: 0 });
    expect(subject.output('stderr').text).toBe('err\n');
  });

  it.runIf(linux)('can be opened as /dev/stdout', async () => {
    const subject = sh('echo first; echo second >> /dev/stdout; echo third >> /dev/stderr');
    expect((await subject.ended).status).toBe(0);
    expect(subject.output('stdout').text).toBe('first\nsecond\n');
    expect(subject.output('stderr').text).toBe('third\n');
  });
});

describe.runIf(posix)('the environment', () => {
  it('has the given variables and PATH, and nothing of npm or Node', async () => {
    const subject = sh('env; pwd', { env: { REPLY_MS: '250' } });
    await subject.ended;
    const { text } = subject.output('stdout');
    expect(text).toMatch(/^REPLY_MS=250$/m);
    expect(text).toMatch(/^PATH=/m);
    expect(text).toContain(`PWD=${cwd}`);
    expect(text).not.toMatch(/^(NODE_|npm_|VITEST|INIT_CWD)/m);
  });
});

describe.runIf(posix)('a program that can not be started', () => {
  const why = async (command: string[], spec: Partial<LaunchSpec> = {}) => {
    const subject = start(command, spec);
    const readiness = await subject.ready([{ transport: 'tcp', port: 1 }], { readyMs: 1000, idleMs: 1000 });
    await subject.gone;
    return { status: (await subject.ended).status, ...readiness };
  };
  const script = (name: string, text: string, mode: number) => {
    writeFileSync(join(cwd, name), text, { mode });
    return [join(cwd, name)];
  };

  it('is not there', async () => {
    expect(await why(['no-such-program-here'])).toEqual({
      kind: 'unstartable',
      machine: false,
      status: 127,
      reason: 'there is no program called no-such-program-here on PATH',
    });
    expect(await why(['./server'])).toMatchObject({ reason: `there is no file ${join(cwd, 'server')}` });
    expect(await why(['true'], { cwd: join(cwd, 'gone') })).toMatchObject({ reason: /working folder/ });
  });

  it('is not executable, or a folder', async () => {
    const plain = await why(script('plain', '#!/bin/sh\n', 0o644));
    expect(plain).toMatchObject({ kind: 'unstartable', status: 126, reason: /not executable \(chmod \+x/ });
    expect(await why([cwd])).toMatchObject({ reason: /is a folder/ });
  });

  it('names an interpreter that is not there', async () => {
    const missing = await why(script('a', '#!/no/such/python\n', 0o755));
    expect(missing).toMatchObject({ reason: /names an interpreter that is not there: #!\/no\/such\/python/ });
    expect(await why(script('b', '#!/bin/sh\r\necho\r\n', 0o755))).toMatchObject({
      reason: /carriage return/,
    });
  });

  it('has no name', async () => {
    expect(await why([])).toMatchObject({ kind: 'unstartable' });
    expect(await why(['a\0b'])).toMatchObject({ kind: 'unstartable' });
  });
});

describe.runIf(linux)('stop', () => {
  it('ends programs that ignore signals or are stopped', async () => {
    const deaf = sh('trap "" TERM INT HUP; touch up; while :; do sleep 1; done');
    await made('up');
    deaf.signal('SIGTERM');
    await deaf.stop();
    expect(await deaf.ended).toMatchObject({ status: 137, signal: 'SIGKILL' });
    const frozen = sh('touch frozen; kill -STOP $$');
    await made('frozen');
    await frozen.stop();
    expect(frozen.ending?.signal).toBe('SIGKILL');
    await frozen.stop();
  });

  it('ends daemons: another session, no parent, the first process gone', async () => {
    const subject = sh(
      'setsid sh -c "setsid sleep 300 & echo \\$!; sleep 300 & echo \\$!; touch up; wait" & sleep 300 & echo $!; exit 3',
    );
    expect((await subject.ended).status).toBe(3);
    await made('up');
    const pids = subject.output('stdout').text.trim().split('\n').map(Number);
    expect(pids).toHaveLength(3);
    expect(pids.every(alive)).toBe(true);
    let gone = false;
    void subject.gone.then(() => {
      gone = true;
    });
    await pause(50);
    expect(gone).toBe(false);
    await subject.stop();
    await subject.gone;
    expect(pids.some(pid => alive(pid) && !isZombie(pid))).toBe(false);
  });

  it('settles "gone" when a daemon ends by itself', async () => {
    const subject = sh('setsid sleep 0.3 & exit 0');
    await subject.ended;
    await subject.gone;
    expect(subject.ending?.status).toBe(0);
  });

  it('keeps up with a program that forks all the time', async () => {
    const subject = sh(
      'f() { sleep 0.01; (f &) ; (setsid sleep 20 &) ; }; touch up; for i in 1 2 3; do (f &); done; wait',
    );
    await made('up');
    await pause(60);
    await subject.stop();
    await subject.gone;
  });

  it('can be done at once, for an exit hook', async () => {
    const subject = sh('setsid sleep 300 & touch up; sleep 300');
    await made('up');
    stopAllNow();
    expect((await subject.ended).signal).toBe('SIGKILL');
    await subject.gone;
  });
});

function isZombie(pid: number): boolean {
  return statOf(pid)?.state === 'Z';
}
