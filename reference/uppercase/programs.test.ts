// Starts the four programs as a user would, on loopback ports that the system chooses, and talks to them.

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, connect as openConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 30_000 }); // Starting a program takes its time on a busy machine.

const LOOPBACK = '127.0.0.1';
const names = ['udp-server', 'udp-client', 'tcp-server', 'tcp-client'] as const;
let programs = '';
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'uppercase-'));
  await build({
    entryPoints: names.map(name => join(import.meta.dirname, `${name}.ts`)),
    outdir: programs,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
});
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});
afterAll(() => rm(programs, { recursive: true, force: true }));

interface Run {
  child: ChildProcess;
  ended: Promise<{ status: number | null; stdout: string; stderr: string }>;
}

function run(name: (typeof names)[number], args: (string | number)[], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, [join(programs, `${name}.mjs`), ...args.map(String)], {
    env: { ...process.env, ...env },
  });
  cleanUps.push(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', piece => {
    stdout += piece;
  });
  child.stderr.on('data', piece => {
    stderr += piece;
  });
  const ended = once(child, 'close').then(([status]) => ({ status, stdout, stderr }));
  return { child, ended };
}

/** A client whose keyboard gives `input` and then stays open. */
function runClient(name: 'udp-client' | 'tcp-client', port: number, input: string, env?: NodeJS.ProcessEnv) {
  const client = run(name, [LOOPBACK, port], env);
  client.child.stdin?.write(input);
  return client.ended;
}

async function startServer(name: 'udp-server' | 'tcp-server', port = 0): Promise<Run & { port: number }> {
  const server = run(name, [port]);
  if (server.child.stdout === null) throw new Error('no standard output');
  const [greeting] = await once(server.child.stdout, 'data');
  return { ...server, port: Number(/port (\d+)/.exec(String(greeting))?.[1]) };
}

async function openDatagramSocket(): Promise<DatagramSocket> {
  const socket = createSocket('udp4');
  cleanUps.push(() => socket.close());
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  return socket;
}

async function ask(socket: DatagramSocket, port: number, request: string | Uint8Array): Promise<Buffer> {
  const reply = once(socket, 'message');
  socket.send(request, port, LOOPBACK);
  return (await reply)[0];
}

async function dial(port: number): Promise<Socket> {
  const socket = openConnection({ port, host: LOOPBACK, allowHalfOpen: true });
  cleanUps.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Reads until `length` bytes are there. */
async function take(socket: Socket, length: number): Promise<string> {
  while (socket.readableLength < length && !socket.readableEnded) await once(socket, 'readable');
  return String(socket.read(length));
}

async function answering(serve: (connection: Socket) => void): Promise<number> {
  const server = createServer(connection => {
    cleanUps.push(() => connection.destroy());
    connection.on('error', () => undefined);
    serve(connection);
  });
  cleanUps.push(() => server.close());
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('udp-server', () => {
  test('answers each datagram in full and with nothing added', async () => {
    const { port } = await startServer('udp-server');
    const socket = await openDatagramSocket();
    for (const request of ['hello world', 'abc\n', '', 'a1-b2 c3!_', 'x'.repeat(65_507), 'short']) {
      expect(String(await ask(socket, port, request))).toBe(request.toUpperCase());
    }
    expect(await ask(socket, port, Uint8Array.of(0xff, 0xfe, 0x61))).toEqual(Buffer.of(0xff, 0xfe, 0x41));
  });

  test('answers each client where it asks from', async () => {
    const { port } = await startServer('udp-server');
    const sockets = await Promise.all(Array.from({ length: 20 }, openDatagramSocket));
    const replies = await Promise.all(sockets.map((socket, index) => ask(socket, port, `client ${index}`)));
    expect(replies.map(String)).toEqual(sockets.map((_, index) => `CLIENT ${index}`));
  });

  test('ends cleanly at SIGTERM', async () => {
    const { child, ended } = await startServer('udp-server');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('udp-client', () => {
  test('sends the line alone, ignores strangers, prints the reply and ends with the input open', async () => {
    const server = await openDatagramSocket();
    const stranger = await openDatagramSocket();
    const client = runClient('udp-client', server.address().port, 'hello world\nnot sent\n');
    const [request, { port }] = await once(server, 'message');
    expect(String(request)).toBe('hello world');
    await new Promise(sent => stranger.send('EVIL', port, LOOPBACK, sent));
    server.send('something else', port, LOOPBACK);
    expect(await client).toEqual({ status: 0, stdout: 'something else\n', stderr: '' });
  });

  test('sends the same again until a reply comes', async () => {
    const server = await openDatagramSocket();
    const client = runClient('udp-client', server.address().port, 'lost\n', {
      TIMEOUT_MS: '50',
      RETRIES: '99',
    });
    const [first] = await once(server, 'message');
    const [second, { port }] = await once(server, 'message');
    expect(second).toEqual(first);
    server.send('FOUND', port, LOOPBACK);
    expect(await client).toMatchObject({ status: 0, stdout: 'FOUND\n' });
  });

  test('gives up after the first try and RETRIES more', async () => {
    const server = await openDatagramSocket();
    let tries = 0;
    server.on('message', () => {
      tries += 1;
    });
    const env = { TIMEOUT_MS: '50', RETRIES: '2' };
    const { status, stderr } = await runClient('udp-client', server.address().port, 'lost\n', env);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^no reply from \S+ after 3 tries of 50 ms\n$/);
    expect(tries).toBe(3);
  });

  test('takes its knobs only as numbers', async () => {
    const { stderr } = await runClient('udp-client', 9, 'x\n', { TIMEOUT_MS: '1s' });
    expect(stderr).toBe('TIMEOUT_MS must be a whole number from 1 to 2147483647, not "1s"\n');
  });
});

describe('tcp-server', () => {
  test('answers lines, however they are cut, and the unfinished last one; then closes', async () => {
    const { port } = await startServer('tcp-server');
    const client = await dial(port);
    client.setNoDelay();
    client.write('hel');
    client.write('lo\na\nb\r\n\n');
    expect(await take(client, 12)).toBe('HELLO\nA\nB\r\n\n');
    client.end('abc');
    let rest = '';
    for await (const piece of client) rest += piece;
    expect(rest).toBe('ABC\n');
  });

  test('serves clients beside a silent one, each with its own line', async () => {
    const { port } = await startServer('tcp-server');
    await dial(port);
    const clients = await Promise.all(Array.from({ length: 100 }, () => dial(port)));
    for (const client of clients) client.write('half ');
    for (const [index, client] of clients.entries()) client.write(`${index}\n`);
    for (const [index, client] of clients.entries()) {
      const line = `HALF ${index}\n`;
      expect(await take(client, line.length)).toBe(line);
    }
  });

  test('survives resets, silent clients and bytes that are no text', async () => {
    const { port } = await startServer('tcp-server');
    const reset = await dial(port);
    reset.write('hel', () => reset.resetAndDestroy());
    await once(reset, 'close');
    (await dial(port)).end();
    (await dial(port)).write(Uint8Array.of(0xff, 0xfe, 0x0a));
    const client = await dial(port);
    client.write('still there\n');
    expect(await take(client, 12)).toBe('STILL THERE\n');
  });

  test('sends a long reply whole to a reader that takes its time', async () => {
    const { port } = await startServer('tcp-server');
    const client = await dial(port);
    const size = 8 * 1024 * 1024;
    client.pause();
    await new Promise(sent => client.write(`${'a'.repeat(size)}\n`, sent));
    client.end();
    let received = 0;
    for await (const piece of client) received += piece.length;
    expect(received).toBe(size + 1);
  });

  test('stores a line up to its limit only', async () => {
    const server = await startServer('tcp-server');
    const flood = await dial(server.port);
    const closed = new Promise(close => flood.on('error', close).on('close', close));
    const piece = Buffer.alloc(1024 * 1024, 'a');
    for (let count = 0; count < 66; count += 1) flood.write(piece);
    await closed;
    const client = await dial(server.port);
    client.write('next\n');
    expect(await take(client, 5)).toBe('NEXT\n');
    server.child.kill('SIGTERM');
    expect((await server.ended).stderr).toMatch(/^a client sent a line of more than 67108864 bytes/);
  });

  test('ends cleanly at SIGINT with a connection open, and its port can be used again at once', async () => {
    const { port, child, ended } = await startServer('tcp-server');
    await dial(port);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
    expect((await startServer('tcp-server', port)).port).toBe(port);
  });
});

describe('tcp-client', () => {
  test('sends the line, prints the reply, and ends although server and input stay open', async () => {
    let request = '';
    const port = await answering(connection => {
      connection.on('data', piece => {
        request += piece;
        if (request.endsWith('\n')) connection.write('some', () => connection.write('thing else\nmore\n'));
      });
    });
    expect(await runClient('tcp-client', port, 'hello world\nnot sent\n')).toEqual({
      status: 0,
      stdout: 'something else\n',
      stderr: '',
    });
    expect(request).toBe('hello world\n');
  });

  test('takes the end of the stream for the end of the line', async () => {
    const port = await answering(connection => connection.once('data', () => connection.end('HELLO')));
    expect(await runClient('tcp-client', port, 'hello\n')).toMatchObject({ status: 0, stdout: 'HELLO\n' });
  });

  test('reports a server that closes early', async () => {
    const port = await answering(connection => connection.once('data', () => connection.end()));
    const { status, stderr } = await runClient('tcp-client', port, 'hello\n');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `${LOOPBACK}:${port} closed the connection without a reply\n`,
    });
  });

  test('reports that nothing listens', async () => {
    const port = await answering(() => undefined);
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
    const { status, stderr } = await runClient('tcp-client', port, 'hello\n');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `no reply from ${LOOPBACK}:${port}: nothing listens there\n`,
    });
  });
});

describe('bad use ends with one line', () => {
  const cases: [(typeof names)[number], string[], string | RegExp][] = [
    ['udp-server', [], 'usage: udp-server PORT'],
    ['tcp-server', ['1', '2'], 'usage: tcp-server PORT'],
    ['udp-client', [LOOPBACK], 'usage: udp-client HOST PORT'],
    ['tcp-client', [LOOPBACK, '0'], 'PORT must be a whole number from 1 to 65535, not "0"'],
    ['tcp-server', ['65536'], 'PORT must be a whole number from 0 to 65535, not "65536"'],
    ['udp-server', ['http'], 'PORT must be a whole number from 0 to 65535, not "http"'],
    ['udp-client', ['no-such-host.invalid', '9'], /^cannot find no-such-host\.invalid: .+$/],
    ['tcp-client', ['no-such-host.invalid', '9'], /^no reply from no-such-host\.invalid:9: .+$/],
  ];
  test.each(cases)('%s %j', async (name, args, message) => {
    const program = run(name, args);
    program.child.stdin?.on('error', () => undefined).end('a line\n'); // It may have ended before reading.
    const { status, stdout, stderr } = await program.ended;
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.slice(0, -1)).toMatch(message);
    expect(stderr.indexOf('\n')).toBe(stderr.length - 1);
  });

  test.each(['udp-client', 'tcp-client'] as const)('%s without input', async name => {
    const client = run(name, [LOOPBACK, 9]);
    client.child.stdin?.end();
    const stderr = 'standard input is empty: there is no line to send\n';
    expect(await client.ended).toEqual({ status: 1, stdout: '', stderr });
  });

  test.each(['udp-server', 'tcp-server'] as const)('%s on a port in use', async name => {
    const { port } = await startServer(name);
    const { status, stderr } = await run(name, [port]).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^cannot \w+ on port \d+: another program uses this port\n$/);
  });
});
