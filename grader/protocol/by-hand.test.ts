import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HandAct, pipeToTcp, pipeToUdp, printfArgument, serveByHand } from './by-hand.ts';

const send = (bytes: Buffer | string): HandAct => ({ kind: 'send', bytes: Buffer.from(bytes) });
const pause = (ms: number): HandAct => ({ kind: 'pause', ms });
const end: HandAct = { kind: 'end' };
const shell = (script: string): Buffer => execFileSync('sh', ['-c', script]);
const printed = (bytes: Buffer) => shell(`printf ${printfArgument(bytes)}`);

describe('an argument of printf', () => {
  it('is readable where the bytes are', () => {
    expect(printfArgument(Buffer.from("it's 100%\t\\o/\r\n"))).toBe(`'it'\\''s 100%%\\t\\\\o/\\r\\n'`);
    expect(printfArgument(Buffer.from([0x00, 0x1b, 0x7f, 0xff]))).toBe("'\\000\\033\\177\\377'");
    expect(printfArgument(Buffer.alloc(0))).toBe("''");
  });

  it('prints every byte, also in front and before a digit', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(printed(all)).toEqual(all);
    const each = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte, 0x37]));
    const script = each.map(bytes => `printf ${printfArgument(bytes)}`).join('\n');
    expect(shell(script)).toEqual(Buffer.concat(each));
  });

  it('is no option, whatever stands in front', () => {
    for (const text of ['-n', '--', '-', '-v x'])
      expect(printed(Buffer.from(text))).toEqual(Buffer.from(text));
  });

  property.prop([fc.uint8Array({ minLength: 1, maxLength: 40 })], { numRuns: 30 })(
    'prints any bytes',
    raw => {
      expect(printed(Buffer.from(raw))).toEqual(Buffer.from(raw));
    },
  );
});

describe('a command line', () => {
  it('pipes the pieces with their pauses, and waits for the reply', () => {
    expect(pipeToTcp([send('a'), pause(230), send('b\n')], '127.0.0.1', 7)).toBe(
      "(printf 'a'; sleep 0.3; printf 'b\\n'; sleep 1) | nc -w 2 127.0.0.1 7",
    );
    expect(pipeToTcp([send('a'), pause(3), send('b')], '127.0.0.1', 7)).toContain('sleep 0.3');
  });

  it('does not wait where the check ends its side', () => {
    expect(pipeToTcp([send('a\n'), end], '127.0.0.1', 7)).toBe("(printf 'a\\n') | nc -N -w 2 127.0.0.1 7");
    expect(pipeToTcp([end], '127.0.0.1', 7)).toBe('nc -N -w 2 127.0.0.1 7 < /dev/null');
  });

  it('is none where nothing was sent', () => {
    expect(pipeToTcp([], '127.0.0.1', 7)).toBeUndefined();
    expect(pipeToUdp([], '127.0.0.1', 7)).toBeUndefined();
    expect(serveByHand([], 7, 'tcp')).toBe('nc -l 7 < /dev/null');
    expect(serveByHand([], 7, 'udp')).toBe('nc -u -w 2 -l 7 < /dev/null');
  });

  it('keeps datagrams apart', () => {
    expect(pipeToUdp([send('a'), send('b')], '127.0.0.1', 7)).toBe(
      "(printf 'a'; sleep 0.2; printf 'b') | nc -u -w 1 127.0.0.1 7",
    );
    // nc must not give up during the pause.
    expect(pipeToUdp([send('a'), pause(1200), send('b')], '127.0.0.1', 7)).toContain('nc -u -w 3 ');
  });

  it('makes a long send by a command, of the same length and end', () => {
    for (const [length, tail] of [
      [161, ''],
      [200, '\n'],
      [70_000, '\n'],
    ] as const) {
      const act = send('x'.repeat(length - tail.length) + tail);
      for (const line of [pipeToTcp([act], 'h', 7), serveByHand([act], 7, 'tcp')]) {
        expect(line?.length).toBeLessThan(120);
        // With cat for nc: all of it must go through the pipe.
        const out = shell(
          String(line)
            .replace(/nc .*$/, 'cat')
            .replace(/; sleep \d/, ''),
        );
        expect(out.toString()).toBe('a'.repeat(length - tail.length) + tail);
      }
    }
    expect(pipeToTcp([send('x'.repeat(160))], 'h', 7)).toContain('x'.repeat(160));
  });

  it('leaves datagrams that nc can not send to Python', () => {
    expect(pipeToUdp([send(''), send('x')], '127.0.0.1', 7)).toContain(
      'bytes.fromhex(""), bytes.fromhex("78")',
    );
    expect(pipeToUdp([send('x'.repeat(65_507))], '127.0.0.1', 7)).toContain('b"a"*65507');
  });
});

/** Does what these tests need of nc: one connection or peer, both ways, to the end of input or stream. */
const standIn = `
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
const words = process.argv.slice(2);
const [udp, listens] = ['-u', '-l'].map(word => words.includes(word));
const wait = words.includes('-w') ? Number(words[words.indexOf('-w') + 1]) * 1000 : 0;
const port = Number(words.at(-1));
if (udp) {
  const socket = createSocket('udp4');
  let peer = listens ? undefined : { port, address: words.at(-2) };
  const kept = [];
  const say = bytes => peer ? socket.send(bytes, peer.port, peer.address) : kept.push(bytes);
  socket.on('message', (bytes, from) => { process.stdout.write(bytes); peer ??= from; for (const one of kept.splice(0)) say(one); });
  const input = () => process.stdin.on('data', say).on('end', () => setTimeout(() => process.exit(), wait));
  if (listens) socket.bind(port, '127.0.0.1', input); else input();
} else {
  const talk = socket => { process.stdin.pipe(socket, { end: false }); socket.pipe(process.stdout); socket.on('close', () => process.exit()); };
  if (listens) createServer(talk).listen(port, '127.0.0.1'); else talk(connect(port, words.at(-2)));
}
`;

describe('with nc', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wiremark-nc-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(() => {
    try {
      execFileSync('sh', ['-c', 'command -v nc']);
    } catch {
      console.info('nc is not installed: the command lines are run with a small stand-in for it.');
      writeFileSync(join(folder, 'nc.mjs'), standIn);
      writeFileSync(join(folder, 'nc'), `#!/bin/sh\nexec '${process.execPath}' '${folder}/nc.mjs' "$@"\n`);
      chmodSync(join(folder, 'nc'), 0o755);
    }
  });

  /** Runs the line; the answer settles with what it printed, `stop` ends it and all that it started. */
  function run(line: string | undefined): { done: Promise<string>; printed: Promise<void>; stop(): void } {
    const child = spawn('sh', ['-c', String(line)], {
      env: { ...process.env, PATH: `${process.env.PATH}:${folder}` },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    let out = '';
    const printed = new Promise<void>(resolve =>
      child.stdout.on('data', bytes => {
        out += bytes;
        resolve();
      }),
    );
    const done = new Promise<string>(resolve => child.on('close', () => resolve(out)));
    return { done, printed, stop: () => process.kill(-(child.pid ?? 0), 'SIGKILL') };
  }

  async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise(resolve => server.close(resolve));
    return port;
  }

  it('a server gets the bytes over TCP, and its reply is printed', async () => {
    let heard = '';
    const server = createServer(socket =>
      socket.on('data', bytes => {
        heard += bytes;
        if (heard.endsWith('b\n')) socket.end(heard.toUpperCase());
      }),
    );
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { done } = run(pipeToTcp([send('-a'), pause(100), send("'%d'b\n")], '127.0.0.1', port));
    expect(await done).toBe("-A'%D'B\n");
    expect(heard).toBe("-a'%d'b\n");
    server.close();
  });

  it('a server gets each send as a datagram of its own, and its reply is printed', async () => {
    const heard: string[] = [];
    const socket = createSocket('udp4');
    socket.on('message', (bytes, { port, address }) => {
      heard.push(String(bytes));
      socket.send(String(bytes).toUpperCase(), port, address);
    });
    await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    expect(await run(pipeToUdp([send('one'), pause(1500), send('two\n')], '127.0.0.1', port)).done).toBe(
      'ONETWO\n',
    );
    expect(await run(pipeToUdp([send(`${'x'.repeat(300)}\n`)], '127.0.0.1', port)).done).toHaveLength(301);
    expect(heard.map(text => text.length)).toEqual([3, 4, 301]);
    socket.close();
  });

  it('a client gets the bytes over TCP', async () => {
    const port = await freePort();
    const { done, printed, stop } = run(serveByHand([send('welcome\n')], port, 'tcp'));
    const heard = await new Promise<string>(resolve => {
      const dial = (): void => {
        const socket = connect(port, '127.0.0.1', () => socket.write('hi\n'));
        socket.on('error', () => setTimeout(dial, 20));
        socket.on('data', bytes => {
          resolve(String(bytes));
          socket.destroy();
        });
      };
      dial();
    });
    expect(heard).toBe('welcome\n');
    await printed;
    stop();
    expect(await done).toContain('hi');
  });

  it('a client gets the bytes over UDP', async () => {
    const port = await freePort();
    const { done, stop } = run(serveByHand([send('welcome')], port, 'udp'));
    const socket = createSocket('udp4');
    const heard = await new Promise<string>(resolve => {
      const asking = setInterval(() => socket.send('hi', port, '127.0.0.1'), 50);
      socket.on('message', bytes => {
        clearInterval(asking);
        resolve(String(bytes));
      });
    });
    expect(heard).toBe('welcome');
    socket.close();
    stop();
    await done;
  });
});
