// Starts the two programs as a user would, on loopback ports that the system chooses, against each other and
// against a peer that misbehaves.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeWords, field, readMessage } from './message/mime-reader.ts';

const LOOPBACK = '127.0.0.1';
let programs = '';
let root = '';
const cleanUps: (() => unknown)[] = [];

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'smtp-'));
  await build({
    entryPoints: ['server', 'client'].map(name => join(import.meta.dirname, `${name}.ts`)),
    outdir: programs,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mailroot-'));
  for (const user of ['bob', 'carol']) await mkdir(join(root, user));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
  await rm(root, { recursive: true, force: true });
});
afterAll(() => rm(programs, { recursive: true, force: true }));

interface Run {
  child: ChildProcess;
  ended: Promise<{ status: number | null; stdout: string; stderr: string }>;
}

function run(
  name: 'server' | 'client',
  args: readonly (string | number)[],
  env: NodeJS.ProcessEnv = {},
): Run {
  const child = spawn(process.execPath, [join(programs, `${name}.mjs`), ...args.map(String)], {
    env: { ...process.env, ...env },
  });
  cleanUps.push(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdin.on('error', () => undefined); // It may end before it has read.
  child.stdout.on('data', piece => {
    stdout += piece;
  });
  child.stderr.on('data', piece => {
    stderr += piece;
  });
  const ended = once(child, 'close').then(([status]) => ({ status, stdout, stderr }));
  return { child, ended };
}

async function startServer(): Promise<Run & { port: number }> {
  const server = run('server', [0, 'hamburger.edu', root]);
  if (server.child.stdout === null) throw new Error('no standard output');
  const [ready] = await once(server.child.stdout, 'data');
  return { ...server, port: Number(/port (\d+)/.exec(String(ready))?.[1]) };
}

function runClient(
  port: number,
  { to = 'bob@hamburger.edu', subject = 'dinner', file = '-', body = 'hello\n' },
) {
  const client = run('client', [LOOPBACK, port, 'alice@crepes.fr', to, subject, file], {
    HELO_NAME: 'crepes.fr',
  });
  client.child.stdin?.end(body);
  return client.ended;
}

async function mailbox(user: string): Promise<string[]> {
  const names = (await readdir(join(root, user))).toSorted();
  expect(names.every(name => name.endsWith('.eml'))).toBe(true);
  return Promise.all(names.map(name => readFile(join(root, user, name), 'latin1')));
}

async function dial(port: number): Promise<{ socket: Socket; heard: (text: string) => Promise<string> }> {
  const socket = connect(port, LOOPBACK);
  cleanUps.push(() => socket.destroy());
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', piece => {
    text += piece;
  });
  const heard = (awaited: string) =>
    vi.waitUntil(() => text.includes(awaited) && text, { timeout: 20_000, interval: 2 });
  await heard('220 ');
  return { socket, heard };
}

/**
 * A server for the client that speaks from a script: the reply to each line, by its first word; `…` for none.
 */
async function pretend(script: Record<string, string>): Promise<{ port: number; heard: () => string }> {
  let heard = '';
  const server = createServer(connection => {
    cleanUps.push(() => connection.destroy());
    connection.on('error', () => undefined);
    const say = (word: string, otherwise: string) => {
      const reply = script[word] ?? otherwise;
      if (reply === 'closes') connection.end();
      else if (reply !== '…') connection.write(`${reply}\r\n`);
    };
    say('greeting', '220 hamburger.edu');
    let inData = false;
    connection.on('data', piece => {
      heard += piece;
      for (const line of String(piece).split('\r\n').slice(0, -1)) {
        if (inData && line !== '.') continue;
        const [word = ''] = line.split(/[ :]/);
        inData = word === 'DATA' && script.DATA === undefined;
        say(word, { DATA: '354 go on', QUIT: '221 bye' }[word] ?? '250 OK');
      }
    });
  });
  cleanUps.push(() => server.close());
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, heard: () => heard };
}

const ENVELOPE = 'HELO crepes.fr\r\nMAIL FROM:<alice@crepes.fr>\r\nRCPT TO:<bob@hamburger.edu>\r\n';

describe('client and server', () => {
  test('a letter with an attachment arrives as it was sent, in both mailboxes', async () => {
    const { port } = await startServer();
    const bytes = randomBytes(10_007);
    await mkdir(join(programs, 'files'), { recursive: true });
    const file = join(programs, 'files', 'report 1.pdf');
    await writeFile(file, bytes);
    const body = `.\n.hidden\n..x\n\n  é日 \nFrom me\n--=_\n${'x'.repeat(3000)}`;
    const to = 'bob@hamburger.edu,carol@Hamburger.EDU';
    const { status, stdout, stderr } = await runClient(port, { to, subject: 'café', file, body });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^S: 220 hamburger\.edu .*\nC: EHLO crepes\.fr\nS: 250-hamburger\.edu .*\n/);
    expect(stdout).toMatch(
      /C: RCPT TO:<carol@Hamburger\.EDU>\nS: 250 .*\nC: DATA\nS: 354 .*\nC: \(\d+ bytes of mail data\)\n/,
    );
    const [[letter = ''], copies] = [await mailbox('bob'), await mailbox('carol')];
    expect(copies).toEqual([letter]);
    const message = readMessage(letter);
    expect(decodeWords(field(message, 'Subject'))).toBe('café');
    expect(field(message, 'Return-Path')).toBe('<alice@crepes.fr>');
    expect(field(message, 'Received')).toContain('by hamburger.edu with ESMTP');
    expect(message.parts.map(part => part.bytes)).toEqual([
      Buffer.from(`${body}\n`.replaceAll('\n', '\r\n')),
      bytes,
    ]);
  });

  test('an empty body', async () => {
    const { port } = await startServer();
    expect(await runClient(port, { body: '' })).toMatchObject({ status: 0, stderr: '' });
    const [letter = ''] = await mailbox('bob');
    expect(letter).toMatch(/\r\nContent-Transfer-Encoding: 7bit\r\n\r\n$/);
  });

  test('who does not exist does not get it, and the sender is told', async () => {
    const { port } = await startServer();
    const { status, stderr } = await runClient(port, { to: 'bob@hamburger.edu,dave@hamburger.edu' });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/ accepted it, but not for dave@hamburger\.edu \(550 .*\)\n$/),
    });
    expect(await mailbox('bob')).toHaveLength(1);
    expect(await readdir(root)).toEqual(['bob', 'carol']);
    expect(await runClient(port, { to: 'x@elsewhere.example' })).toMatchObject({ status: 1 });
  });
});

describe('server', () => {
  test('20 sessions at once, each with a message of its own, and one that says nothing', async () => {
    const { port } = await startServer();
    await dial(port);
    const clients = await Promise.all(Array.from({ length: 20 }, () => dial(port)));
    const letter = (index: number) => `Subject: ${index}\r\n\r\n${`${index} `.repeat(2000)}\r\n`;
    for (const { socket } of clients) socket.write(ENVELOPE);
    for (const { socket } of clients) socket.write('DATA\r\n');
    await Promise.all(clients.map(({ heard }) => heard('354 ')));
    for (const [index, { socket }] of clients.entries()) socket.write(letter(index).slice(0, 3000));
    for (const [index, { socket }] of clients.entries()) socket.write(`${letter(index).slice(3000)}.\r\n`);
    await Promise.all(clients.map(({ heard }) => heard('250 Message accepted')));
    const stored = (await mailbox('bob')).map(message => message.slice(message.indexOf('Subject:')));
    expect(stored.toSorted()).toEqual(clients.map((_, index) => letter(index)).toSorted());
  });

  test('a session that is aborted in DATA leaves nothing, and harms nobody', async () => {
    const { port } = await startServer();
    for (const abort of ['destroy', 'resetAndDestroy'] as const) {
      const { socket, heard } = await dial(port);
      socket.write(`${ENVELOPE}DATA\r\nhalf a message\r\n.`);
      await heard('354 ');
      socket[abort]();
    }
    expect(await runClient(port, {})).toMatchObject({ status: 0 });
    await vi.waitUntil(async () => (await readdir(join(root, 'bob'))).length === 1);
    expect((await mailbox('bob'))[0]).toContain('Subject: dinner');
  });

  test('SIGTERM: clients are told, in DATA as well; only what was accepted is kept', async () => {
    const { port, child, ended } = await startServer();
    expect(await runClient(port, {})).toMatchObject({ status: 0 });
    const [idle, sending] = [await dial(port), await dial(port)];
    sending.socket.write(`${ENVELOPE}DATA\r\nhalf a message\r\n`);
    await sending.heard('354 ');
    child.kill('SIGTERM');
    await idle.heard('421 hamburger.edu ');
    await sending.heard('421 hamburger.edu ');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
    expect(await mailbox('bob')).toHaveLength(1);
  });

  test('no mailbox outside MAILROOT, and none made', async () => {
    const { port } = await startServer();
    const { socket, heard } = await dial(port);
    const users = ['../bob', '"../bob"', '"/etc"', '".."', '.', 'bob/../carol', 'dave', 'x'.repeat(400)];
    socket.write(
      `HELO a\r\nMAIL FROM:<>\r\n${users.map(user => `RCPT TO:<${user}@hamburger.edu>\r\n`).join('')}QUIT\r\n`,
    );
    const replies = (await heard('221 ')).split('\r\n').slice(3, 3 + users.length);
    expect(replies.every(reply => reply.startsWith('5'))).toBe(true);
    expect(await readdir(root)).toEqual(['bob', 'carol']);
  });
});

describe('client', () => {
  test('falls back to HELO', async () => {
    const { port, heard } = await pretend({ EHLO: '502 what?' });
    expect(await runClient(port, {})).toMatchObject({ status: 0, stderr: '' });
    expect(heard()).toMatch(/^EHLO crepes\.fr\r\nHELO crepes\.fr\r\nMAIL FROM:<alice@crepes\.fr>\r\n/);
  });

  test('sends 7-bit lines with CRLF, and no line in the body that begins with a single dot', async () => {
    const { port, heard } = await pretend({});
    expect(await runClient(port, { body: '.\n.x\né\n' })).toMatchObject({ status: 0 });
    expect(heard()).toMatch(/^(?:[\x20-\x7e]*\r\n)+$/);
    expect(heard()).toMatch(/\r\n\.\.\r\n\.\.x\r\n=C3=A9\r\n\.\r\nQUIT\r\n$/);
  });

  // Beside each other: a program takes its time to start.
  test('says in one line what the server did', async () => {
    const scripts: [Record<string, string>, RegExp][] = [
      [{ greeting: '554 go away' }, /does not serve us: 554 go away$/],
      [{ RCPT: '550 who?' }, /refused bob@hamburger\.edu \(550 who\?\)$/],
      [{ DATA: '554 no' }, /refused DATA: 554 no$/],
      [{ '.': '451 disk on fire' }, /did not accept the message: 451 disk on fire$/],
      [{ greeting: 'SSH-2.0-x' }, /gave no greeting: it sent "SSH-2\.0-x"$/],
      [{ greeting: 'closes' }, /gave no greeting: it closed the connection$/],
      [{ MAIL: 'closes' }, /gave no reply to MAIL: it closed the connection$/],
      [{ '.': 'closes' }, /gave no reply to mail data: it closed the connection$/],
    ];
    const play = async ([script, message]: (typeof scripts)[number]) => {
      const { port, heard } = await pretend(script);
      const { status, stderr } = await runClient(port, {});
      expect({ script, status, lines: stderr.split('\n').length - 1 }).toEqual({
        script,
        status: 1,
        lines: 1,
      });
      expect(stderr.trimEnd()).toMatch(message);
      if (script.RCPT ?? script.DATA) expect(heard()).not.toContain('Subject');
    };
    await Promise.all(scripts.map(play));
  });

  test('is content when the server closes instead of answering QUIT', async () => {
    const { port } = await pretend({ QUIT: 'closes' });
    expect(await runClient(port, {})).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('bad use ends with one line', () => {
  const address = 'alice@crepes.fr';
  const cases: ['server' | 'client', (string | number)[], string | RegExp, NodeJS.ProcessEnv?][] = [
    ['server', [], 'usage: server PORT HOSTNAME MAILROOT'],
    ['server', [0, 'hamburger.edu', '.', 'more'], 'usage: server PORT HOSTNAME MAILROOT'],
    ['server', ['smtp', 'hamburger.edu', '.'], 'PORT must be a whole number from 0 to 65535, not "smtp"'],
    ['server', [0, 'ham burger', '.'], 'HOSTNAME must be a domain name, not "ham burger"'],
    ['server', [0, 'hamburger.edu', '/no/such/folder'], 'MAILROOT is no folder: /no/such/folder'],
    ['client', [], /^usage: client HOST PORT FROM TO SUBJECT ATTACHMENT /],
    ['client', [LOOPBACK, 25, address, address, 'x'], /^usage: client /],
    [
      'client',
      [LOOPBACK, 0, address, address, 'x', '-'],
      'PORT must be a whole number from 1 to 65535, not "0"',
    ],
    [
      'client',
      [LOOPBACK, 25, 'alice', address, 'x', '-'],
      'FROM must be an address such as alice@crepes.fr, not "alice"',
    ],
    [
      'client',
      [LOOPBACK, 25, address, 'a@b,', 'x', '-'],
      'TO must be an address such as alice@crepes.fr, not ""',
    ],
    ['client', [LOOPBACK, 25, address, 'a@b\r\nX: y', 'x', '-'], /^TO must be an address /],
    [
      'client',
      [LOOPBACK, 25, address, address, 'x', '/no/file'],
      /^cannot read the attachment \/no\/file: there is no /,
    ],
    ['client', [LOOPBACK, 25, address, address, 'x', '/'], 'cannot read the attachment /: it is a folder'],
    [
      'client',
      [LOOPBACK, 25, address, address, 'a\r\nBcc: x@y', '-'],
      /^cannot write the message: a line break /,
    ],
    [
      'client',
      [LOOPBACK, 25, address, address, 'x', '-'],
      /^HELO_NAME must be a domain name/,
      { HELO_NAME: 'a b' },
    ],
    [
      'client',
      ['no-such-host.invalid', 25, address, address, 'x', '-'],
      /^no-such-host\.invalid:25 gave no greeting: /,
    ],
  ];
  test('whatever the arguments are', async () => {
    const play = async ([name, args, message, env]: (typeof cases)[number]) => {
      const program = run(name, args, env);
      program.child.stdin?.end('a line\n');
      const { status, stdout, stderr } = await program.ended;
      const lines = stderr.split('\n').length - 1;
      expect({ args, status, stdout, lines }).toEqual({ args, status: 1, stdout: '', lines: 1 });
      expect(stderr.trimEnd()).toMatch(message);
    };
    await Promise.all(cases.map(play));
  });

  test('a port in use', async () => {
    const { port } = await startServer();
    const { status, stderr } = await run('server', [port, 'hamburger.edu', root]).ended;
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `cannot listen on port ${port}: another program uses this port\n`,
    });
  });

  test('nobody listens', async () => {
    const { port, child, ended } = await startServer();
    child.kill('SIGKILL');
    await ended;
    const { status, stderr } = await runClient(port, {});
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `${LOOPBACK}:${port} gave no greeting: nothing listens there\n`,
    });
  });

  test('standard input that is no UTF-8', async () => {
    const client = run('client', [LOOPBACK, 25, address, address, 'x', '-']);
    client.child.stdin?.end(Uint8Array.of(0xff, 0xfe));
    const { status, stderr } = await client.ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^cannot read UTF-8 text from standard input: .*\n$/);
  });
});
