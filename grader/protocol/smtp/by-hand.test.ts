import { execFileSync, spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HandAct } from '../by-hand.ts';
import { byHand, byHandServer } from './by-hand.ts';
import { swaks } from './swaks.ts';

const send = (text: string): HandAct => ({ kind: 'send', bytes: Buffer.from(text) });
const lines = (...all: string[]): HandAct => send(all.map(line => `${line}\r\n`).join(''));
const dialogue = [
  lines('HELO crepes.fr'),
  lines('MAIL FROM:<alice@crepes.fr>'),
  lines('RCPT TO:<bob@hamburger.edu>'),
  lines('DATA'),
  lines("Subject: it's", '', '..', 'x'.repeat(200), '.'),
  lines('QUIT'),
];
const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
};

describe('a command line', () => {
  it('gives the server time to speak, first and at each turn', () => {
    expect(byHand([lines('HELO a'), lines('QUIT')], '127.0.0.1', 25)).toBe(
      "(sleep 0.3; printf 'HELO a\\r\\n'; sleep 0.3; printf 'QUIT\\r\\n'; sleep 1) | nc -w 2 127.0.0.1 25\n" +
        'swaks --server 127.0.0.1:25 --protocol SMTP --helo a --from alice@crepes.fr --to bob@hamburger.edu --quit-after HELO',
    );
  });

  it('keeps pauses and pieces as they are', () => {
    const split = [send('MAIL FR'), { kind: 'pause', ms: 700 } as const, send('OM:<a@b.c>\r\n')];
    expect(byHand(split, 'h', 25)).toBe(
      "(sleep 0.3; printf 'MAIL FR'; sleep 0.7; printf 'OM:<a@b.c>\\r\\n'; sleep 1) | nc -w 2 h 25",
    );
    expect(byHand([lines('RSET', 'RSET', 'NOOP')], 'h', 25)).toContain(
      "printf 'RSET\\r\\nRSET\\r\\nNOOP\\r\\n'",
    );
  });

  it('is none where nothing was said, or far too much', () => {
    expect(byHand([], 'h', 25)).toBeUndefined();
    expect(
      byHand(
        [lines(...Array.from({ length: 100 }, () => 'forty characters of something or another'))],
        'h',
        25,
      ),
    ).toBeUndefined();
  });

  it('writes a mail out, with letters for an overlong line', () => {
    const out = execFileSync('sh', [
      '-c',
      String(byHand(dialogue, 'h', 25)?.split('\n')[0])
        .replace(/nc .*$/, 'cat')
        .replaceAll(/sleep \S+(?=[;)])/g, 'true'),
    ]).toString();
    const said = dialogue.map(act => (act.kind === 'send' ? act.bytes.toString() : '')).join('');
    expect(out).toBe(said.replace('x'.repeat(200), 'a'.repeat(200)));
  });

  it('plays a server for a client, reply by reply', () => {
    expect(byHandServer([lines('220 x'), lines('250-a', '250 b')], 25)).toBe(
      "(sleep 5; printf '220 x\\r\\n'; sleep 0.3; printf '250-a\\r\\n250 b\\r\\n'; sleep 2) | nc -l 25",
    );
    expect(byHandServer([lines('554 no')], 25)).toBe("(printf '554 no\\r\\n'; sleep 2) | nc -l 25");
    expect(byHandServer([], 25)).toBe('nc -l 25 < /dev/null');
  });
});

describe('swaks', () => {
  const line = (...acts: HandAct[]): string | undefined => swaks(acts, '127.0.0.1', 25);
  const hello = lines('EHLO a');
  const envelope = [lines('MAIL FROM:<>'), lines('RCPT TO:<x@y.z>'), lines('RCPT TO:<bob@y.z>')];

  it('says the same where it can', () => {
    expect(line(hello, ...envelope, lines('QUIT'))).toBe(
      "swaks --server 127.0.0.1:25 --helo a --from '<>' --to x@y.z,bob@y.z --quit-after RCPT",
    );
    expect(line(hello, ...envelope, lines('DATA'), lines('Subject: a', '', '..', "it's", '.'))).toContain(
      `--data 'Subject: a\\n\\n.\\nit'\\''s'`,
    );
  });

  it('is silent where it would say something else', () => {
    const data = (...body: string[]): string | undefined =>
      line(hello, ...envelope, lines('DATA'), lines(...body, '.'));
    expect(line(send('EHLO a\n'))).toBeUndefined();
    expect(line(send('EHLO'), send(' a\r\n'))).toBeUndefined();
    expect(line(lines('RSET'))).toBeUndefined();
    expect(line(hello, lines('RCPT TO:<x@y.z>'))).toBeUndefined();
    expect(line(hello, lines('MAIL FROM: <x@y.z>'))).toBeUndefined();
    for (const odd of ['é', '%FROM_ADDRESS%', 'a\\n', '.single', '@file', '-', 'a\nb', 'x'.repeat(400)])
      expect(data(odd), odd).toBeUndefined();
    expect(data()).toBeUndefined();
    expect(data('a', '..')).toBeUndefined();
  });
});

/** A server as students write them: one read is one line, except for mail. */
function simpleServer(socket: Socket, heard: string[]): void {
  let mail: string | undefined;
  socket.write('220 x\r\n');
  socket.on('error', () => undefined);
  socket.on('data', bytes => {
    const text = bytes.toString('latin1');
    heard.push(text);
    if (mail !== undefined) {
      mail += text;
      if (!mail.endsWith('\r\n.\r\n')) return;
      mail = undefined;
      socket.write('250 ok\r\n');
    } else if (text === 'DATA\r\n') {
      mail = '\r\n';
      socket.write('354 go\r\n');
    } else if (text === 'QUIT\r\n') socket.end('221 bye\r\n');
    else if (/^[^\r]*\r\n$/.test(text)) socket.write('250 ok\r\n');
    else socket.write('500 what\r\n');
  });
}

let server: Server | undefined;
afterEach(() => server?.close());

async function listening(heard: string[]): Promise<number> {
  const made = createServer(socket => simpleServer(socket, heard));
  server = made;
  await new Promise<void>(resolve => made.listen(0, '127.0.0.1', resolve));
  return (made.address() as { port: number }).port;
}

function run(command: string | undefined): Promise<string> {
  const child = spawn('sh', ['-c', String(command)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.on('data', bytes => {
    out += bytes;
  });
  return new Promise(resolve => child.on('close', () => resolve(out)));
}

describe('pasted', () => {
  it.skipIf(!has('nc'))('it holds the dialogue with a server that takes a read for a line', async () => {
    const heard: string[] = [];
    const port = await listening(heard);
    const out = await run(byHand(dialogue, '127.0.0.1', port)?.split('\n')[0]);
    expect(out).toBe('220 x\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n');
    expect(heard.slice(0, 4)).toEqual(
      dialogue.slice(0, 4).map(act => (act.kind === 'send' ? String(act.bytes) : '')),
    );
  });

  it.skipIf(!has('swaks'))('it says the same with swaks', async () => {
    const heard: string[] = [];
    const port = await listening(heard);
    const short = [...dialogue.slice(0, 4), lines('Subject: a', '', '..', '..x', "it's", '.'), lines('QUIT')];
    await run(swaks(short, '127.0.0.1', port));
    expect(heard.join('')).toBe(short.map(act => (act.kind === 'send' ? String(act.bytes) : '')).join(''));
  });
});
