import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../room/ports.ts';
import { holderOf, isTaken } from './holder.ts';
import { type LaunchOptions, launch } from './launch.ts';
import type { Listening, Readiness, Subject } from './subject.ts';

const python = '/usr/bin/python3';
const runs = process.platform === 'linux' && existsSync(python);
if (!runs) console.log(`readiness is not tested: it needs Linux and ${python}`);

let base = '';
const started: Subject[] = [];
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map(subject => subject.stop()));
  rmSync(base, { recursive: true, force: true });
});

function start(code: string, options: Partial<LaunchOptions> = {}): Subject {
  const command = [python, '-S', '-c', `import os,socket,sys,time\n${code}`];
  const spec = { command, cwd: base, env: {}, stdin: { kind: 'none' as const } };
  const subject = launch(spec, { folder: base, ...options });
  started.push(subject);
  return subject;
}
const limits = { readyMs: 20_000, idleMs: 5000 };
const tcp = (port: number): Listening => ({ transport: 'tcp', port });
const udp = (port: number): Listening => ({ transport: 'udp', port });

/** Code that opens a socket and sleeps; `host` as Python's bind wants it. */
const serve = (kind: 'STREAM' | 'DGRAM', port: number, host = '', family = 'INET') =>
  `s=socket.socket(socket.AF_${family},socket.SOCK_${kind})
s.bind((${JSON.stringify(host)},${port}))
${kind === 'STREAM' ? 's.listen()' : ''}
`;
const sleep = 'time.sleep(60)\n';

describe.runIf(runs)('a program is ready', () => {
  it.each([
    ['TCP, any address', 'STREAM', '', 'INET'],
    ['TCP, 127.0.0.1', 'STREAM', '127.0.0.1', 'INET'],
    ['TCP, another loopback address', 'STREAM', '127.3.2.1', 'INET'],
    ['TCP, dual stack', 'STREAM', '::', 'INET6'],
    ['TCP, mapped', 'STREAM', '::ffff:127.0.0.1', 'INET6'],
    ['UDP, any address', 'DGRAM', '', 'INET'],
    ['UDP, 127.0.0.1', 'DGRAM', '127.0.0.1', 'INET'],
    ['UDP, dual stack', 'DGRAM', '::', 'INET6'],
  ] as const)('%s', async (_, kind, host, family) => {
    const port = await freePort(kind === 'STREAM' ? 'tcp' : 'udp');
    const subject = start(serve(kind, port, host, family) + sleep);
    const readiness = await subject.ready([kind === 'STREAM' ? tcp(port) : udp(port)], limits);
    expect(readiness.kind).toBe('ready');
  });

  it('with all of several sockets only', async () => {
    const port = await freePort('udp');
    const wait = `time.sleep(0.15)\nprint('second',flush=True)\nt=s\n`;
    const subject = start(serve('DGRAM', port) + wait + serve('STREAM', port) + sleep);
    expect((await subject.ready([tcp(port), udp(port)], limits)).kind).toBe('ready');
    expect(subject.output('stdout').text).toBe('second\n');
  });

  it('though it listens late, after another socket, or in a daemon', async () => {
    const port = await freePort('tcp');
    const late = start(`${serve('DGRAM', 0)}t=s\ntime.sleep(0.2)\n${serve('STREAM', port)}${sleep}`);
    expect((await late.ready([tcp(port)], limits)).kind).toBe('ready');
    await late.stop();
    const daemon = start(
      `if os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\ntime.sleep(0.1)\n${serve('STREAM', port)}${sleep}`,
    );
    expect((await daemon.ready([tcp(port)], limits)).kind).toBe('ready');
    expect(daemon.ending?.status).toBe(0);
    await daemon.stop();
    expect(await isTaken('tcp', port)).toBe(false);
  });

  it('at once if nothing is wanted', async () => {
    expect((await start(sleep).ready([], limits)).kind).toBe('ready');
  });

  it('by trial connections where the system does not tell', async () => {
    const [one, two] = [await freePort('tcp'), await freePort('udp')];
    const both = start(serve('STREAM', one) + sleep, { readiness: 'probe' });
    const readiness = await both.ready([tcp(one), udp(two)], limits);
    expect(readiness.kind).toBe('ready');
    const mute = start(sleep, { readiness: 'probe' });
    expect(await mute.ready([tcp(two)], { readyMs: 150, idleMs: 50 })).toMatchObject({
      kind: 'never',
      idle: false,
    });
    const dead = start('sys.exit(3)', { readiness: 'probe' });
    expect(await dead.ready([tcp(two)], limits)).toMatchObject({ kind: 'ended', ending: { status: 3 } });
  });
});

describe.runIf(runs)('a program is not ready', () => {
  const outcome = async (code: string, wanted: Listening[], some = limits): Promise<Readiness> =>
    start(code).ready(wanted, some);

  it('when it listens elsewhere', async () => {
    const [wanted, other] = [await freePort('udp'), await freePort('udp')];
    expect(await outcome(serve('STREAM', other) + sleep, [tcp(wanted)])).toEqual({
      kind: 'elsewhere',
      found: [tcp(other)],
    });
    expect(await outcome(serve('DGRAM', other) + sleep, [udp(wanted)])).toEqual({
      kind: 'elsewhere',
      found: [udp(other)],
    });
    expect(await outcome(serve('DGRAM', wanted) + sleep, [tcp(wanted)])).toEqual({
      kind: 'elsewhere',
      found: [udp(wanted)],
    });
    expect(await outcome(serve('STREAM', wanted, '::1', 'INET6') + sleep, [tcp(wanted)])).toEqual({
      kind: 'elsewhere',
      found: [{ ...tcp(wanted), address: '::1' }],
    });
  });

  it('when the port belongs to somebody else', async () => {
    const port = await freePort('tcp');
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const readiness = await outcome(serve('STREAM', port) + sleep, [tcp(port)]);
    expect(readiness).toMatchObject({ kind: 'ended', ending: { status: 1 } });
    expect(await isTaken('tcp', port)).toBe(true);
    expect(holderOf('tcp', port)).toContain(`process ${process.pid}`);
    server.close();
  });

  it('when it ends, with its daemons', async () => {
    const port = await freePort('tcp');
    const before = performance.now();
    expect(await outcome('sys.exit(4)', [tcp(port)])).toMatchObject({ kind: 'ended', ending: { status: 4 } });
    expect(performance.now() - before).toBeLessThan(3000);
    const daemon = 'if os.fork(): os._exit(5)\nos.setsid()\ntime.sleep(0.2)';
    expect(await outcome(daemon, [tcp(port)])).toMatchObject({ kind: 'ended', ending: { status: 5 } });
  });

  it('when it only sleeps, or sleeps with what it has', async () => {
    const port = await freePort('udp');
    const idle = { readyMs: 20_000, idleMs: 200 };
    expect(await outcome(sleep, [tcp(port)], idle)).toMatchObject({ kind: 'never', idle: true });
    const pair = `p=socket.socketpair()\n${sleep}`;
    expect(await outcome(pair, [tcp(port)], idle)).toMatchObject({ kind: 'never', idle: true });
    const half = serve('DGRAM', port) + sleep;
    expect(await outcome(half, [udp(port), tcp(port)], idle)).toMatchObject({ kind: 'never', idle: true });
  });

  it('when it is busy, or waits for the network, until the limit', async () => {
    const port = await freePort('tcp');
    const short = { readyMs: 800, idleMs: 200 };
    expect(await outcome('while True: pass', [tcp(port)], short)).toMatchObject({
      kind: 'never',
      idle: false,
    });
    const asks = `s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.connect(('127.0.0.1',9))\n${sleep}`;
    expect(await outcome(asks, [tcp(port)], short)).toMatchObject({ kind: 'never', idle: false });
  });

  it('when it sleeps on a socket that it has bound but does not listen on', async () => {
    const port = await freePort('tcp');
    const bound = `s=socket.socket()\ns.bind(('',${port}))\n${sleep}`;
    const limits = { readyMs: 5000, idleMs: 200 };
    expect(await outcome(bound, [tcp(port)], limits)).toMatchObject({ kind: 'never', idle: true });
  });
});
