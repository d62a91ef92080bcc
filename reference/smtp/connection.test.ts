// Connections over loopback, in this process: what has to do with time, order and amounts.

import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Host } from './command-table.ts';
import { Connection } from './connection.ts';
import { LIMITS, type Limits } from './limits.ts';
import { Mailboxes } from './mailboxes.ts';

let root = '';
let server: Server;
let limits: Limits;
let connections: Connection[];
let served: Promise<void>[];
let sockets: Socket[];
let onLookUp: () => void;

beforeEach(async () => {
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  root = await mkdtemp(join(tmpdir(), 'mailboxes-'));
  await mkdir(join(root, 'bob'));
  limits = { ...LIMITS, lingerMs: 50 };
  [connections, served, sockets] = [[], [], []];
  onLookUp = () => undefined;
  const mailboxes = new Mailboxes(root);
  server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    const hasMailbox = (user: string) => {
      onLookUp();
      return mailboxes.has(user);
    };
    const host: Host = { name: 'hamburger.edu', limits, hasMailbox };
    const connection = new Connection(socket, host, mailboxes);
    connections.push(connection);
    sockets.push(socket);
    served.push(connection.serve());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  for (const socket of sockets) socket.destroy();
  await Promise.all(served);
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

/** A client that keeps all that it hears. */
async function dial(): Promise<{
  socket: Socket;
  heard: (text: string) => Promise<string>;
  all: () => string;
}> {
  const socket = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  socket.on('error', () => undefined);
  let text = '';
  socket.on('data', piece => {
    text += piece;
  });
  const heard = (awaited: string) =>
    vi.waitUntil(() => text.includes(awaited) && text, { timeout: 20_000, interval: 2 });
  await heard('220 ');
  return { socket, heard, all: () => text };
}

const listing = () => readdir(join(root, 'bob'));
const messages = async () => {
  const names = await listing();
  return Promise.all(names.map(name => readFile(join(root, 'bob', name), 'latin1')));
};
const codes = (text: string) => [...text.matchAll(/^(\d\d\d) /gm)].map(([, code]) => Number(code));

const ENVELOPE = 'HELO crepes.fr\r\nMAIL FROM:<alice@crepes.fr>\r\nRCPT TO:<bob@hamburger.edu>\r\n';
const SESSION = `${ENVELOPE}DATA\r\nSubject: x\r\n\r\n..\r\nbody\r\n.\r\n`;

describe('Connection', () => {
  test('stores before it answers, with trace fields on top', async () => {
    const { socket, heard } = await dial();
    socket.write(SESSION);
    await heard('250 Message accepted');
    const [message = ''] = await messages();
    expect(await listing()).toEqual([expect.stringMatching(/^\d+\.\d+\.[0-9a-f]{12}\.eml$/)]);
    expect(message).toMatch(
      /^Return-Path: <alice@crepes\.fr>\r\nReceived: from crepes\.fr \(\[127\.0\.0\.1\]\)\r\n /,
    );
    expect(message.endsWith('\r\nSubject: x\r\n\r\n.\r\nbody\r\n')).toBe(true);
  });

  test('answers QUIT, closes, and does not wait for a client that does not', async () => {
    const { socket, all } = await dial();
    socket.write('QUIT\r\nNOOP\r\n');
    await once(socket, 'end');
    expect(codes(all())).toEqual([220, 221]);
    await Promise.all(served);
  });

  test('answers a client that has closed its side already', async () => {
    const { socket, all } = await dial();
    socket.end(`${SESSION}QUIT\r\n`);
    await once(socket, 'end');
    expect(codes(all())).toEqual([220, 250, 250, 250, 354, 250, 221]);
    expect(await messages()).toHaveLength(1);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closes', socket => socket.end()],
    ['resets', socket => socket.resetAndDestroy()],
    ['closes behind a dot without CRLF', socket => socket.end('.')],
    ['closes behind a bare LF dot', socket => socket.end('\n.\n')],
  ])('keeps nothing when a client in DATA %s', async (_, leave) => {
    const { socket, heard } = await dial();
    socket.write(`${ENVELOPE}DATA\r\nhalf a message\r\n`);
    await heard('354 ');
    await vi.waitUntil(async () => (await listing()).length === 1);
    leave(socket);
    await Promise.all(served);
    expect(await listing()).toEqual([]);
  });

  test('keeps nothing of a message that is refused, and goes on', async () => {
    const { socket, heard } = await dial();
    socket.write(`${ENVELOPE}DATA\r\none\ntwo\r\n.\r\n`);
    await heard('554 ');
    expect(await listing()).toEqual([]);
    socket.write(SESSION);
    await heard('250 Message accepted');
    expect(await messages()).toHaveLength(1);
  });

  test('says so when it can not store, and keeps nothing', async () => {
    const { socket, heard } = await dial();
    socket.write(`${ENVELOPE}DATA\r\ntext\r\n`);
    await heard('354 ');
    await rm(join(root, 'bob'), { recursive: true });
    socket.write('.\r\n');
    await heard('451 ');
    expect(console.error).toHaveBeenCalledWith(
      'a message could not be stored: there is no such file or folder',
    );
  });

  test('takes 2 MB in single dots and lines', async () => {
    const { socket, heard } = await dial();
    const line = `..${'x'.repeat(70)}\r\n`;
    const count = Math.ceil((2 * 1024 * 1024) / line.length);
    socket.write(`${ENVELOPE}DATA\r\n${line.repeat(count)}.\r\n`);
    await heard('250 Message accepted');
    const [message = ''] = await messages();
    expect(message.slice(message.indexOf('.x'))).toBe(line.slice(1).repeat(count));
  });
});

describe('time', () => {
  test('a silent client is sent away', async () => {
    limits.idleMs = 50;
    const { socket, all } = await dial();
    socket.write(`${ENVELOPE}DATA\r\nhalf\r\n`);
    await once(socket, 'end');
    expect(codes(all()).at(-1)).toBe(421);
    await Promise.all(served);
    expect(await listing()).toEqual([]);
  });

  test('at the end of the service a waiting client is told, and one in DATA as well', async () => {
    const idle = await dial();
    const sending = await dial();
    sending.socket.write(`${ENVELOPE}DATA\r\nhalf\r\n`);
    await vi.waitUntil(async () => (await listing()).length === 1);
    for (const connection of connections) connection.shutDown();
    expect(codes(await idle.heard('421 '))).toEqual([220, 421]);
    expect(codes(await sending.heard('421 '))).toEqual([220, 250, 250, 250, 354, 421]);
    await Promise.all(served);
    expect(await listing()).toEqual([]);
  });

  test('at the end of the service a message that is being stored is stored and answered', async () => {
    const { socket, heard } = await dial();
    onLookUp = () => connections[0]?.shutDown(); // At RCPT, with the whole message in the same piece.
    socket.write(SESSION);
    expect(codes(await heard('421 '))).toEqual([220, 250, 250, 250, 354, 250, 421]);
    expect(await messages()).toHaveLength(1);
  });
});

describe('amounts', () => {
  test('a client that does not read its replies is not read from, and loses none', async () => {
    const { socket, heard } = await dial();
    socket.pause();
    const count = 27_000; // Replies of 15 MB: more than the system keeps for a connection.
    const command = `EHLO ${'x'.repeat(500)}\r\n`;
    for (let sent = 0; sent < count; sent += 1000) socket.write(command.repeat(1000));
    const [side] = sockets;
    let before = -1;
    await vi.waitUntil(
      () => {
        const now = side?.bytesRead ?? 0;
        const still = now === before;
        before = now;
        return still;
      },
      { timeout: 20_000, interval: 300 },
    );
    expect(before).toBeLessThan(count * command.length);
    expect(side?.writableLength).toBeLessThan(1_000_000);
    socket.write('QUIT\r\n');
    socket.resume();
    const text = await heard('221 ');
    expect(text.match(/^250 /gm)).toHaveLength(count);
  });
});
