/** The scripted server: what a check writes to have it misbehave, played against a small client. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../assignment/contract.ts';
import type { PlannedCheck } from '../../fixture/plan.ts';
import type { ActorSpec, Rule, Step } from '../../fixture/schema.ts';
import type { Json } from '../../judge/json.ts';
import { grade } from '../../play/grade.ts';
import { openRoom } from '../../room/open.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiremark-smtp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Says the lines of its standard input one by one, each after a whole reply, and prints the codes with the time each
 * took, in tenths of a second. "wait" is no line but a reply; "all" sends the rest at once; "!" in front: no reply.
 */
const client = `
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
const [host, port] = process.argv.slice(2);
const socket = connect({ host, port, allowHalfOpen: true });
let [kept, over, wake] = ['', '', () => {}];
socket.on('data', bytes => { kept += bytes; wake(); });
socket.on('end', () => { over = 'end'; wake(); });
socket.on('error', error => { over = error.code; wake(); });
await once(socket, 'connect');
async function reply() {
  const begun = performance.now();
  for (;;) {
    const found = /^(?:\\d{3}-.*\\r\\n)*(\\d{3})(?: .*)?\\r\\n/.exec(kept);
    if (found) {
      kept = kept.slice(found[0].length);
      console.log(found[1], found[0].split('\\r\\n').length - 1, Math.floor((performance.now() - begun) / 100));
      return;
    }
    if (over) return console.log(over);
    await new Promise(resolve => { wake = resolve; });
  }
}
for (const line of readFileSync(0, 'utf8').split('\\n')) {
  if (line === 'wait') await reply();
  else if (line.startsWith('!')) socket.write(JSON.parse('"' + line.slice(1) + '"'));
  else { socket.write(line + '\\r\\n'); await reply(); }
}
socket.destroySoon();
`;
writeFileSync(join(folder, 'client.mjs'), client);

const contract: Contract = {
  id: 'client',
  title: 'Client',
  says: 'Does as it is told.',
  role: 'client',
  program: 'client',
  arguments: ['{host}', '{port}'],
  ports: { port: { transport: 'tcp', protocol: 'smtp', opener: 'grader', textbook: 25 } },
  topics: ['t'],
};
const words = { topic: 't', title: 't', source: ['s'], rule: 'r', catches: 'c', hint: 'h', points: 1 };

interface Script {
  actor: Omit<ActorSpec, 'plays'>;
  says: string[];
  /** Code, lines of the reply, tenths of a second. */
  prints?: string;
  after?: Step[];
}

/** What became of the checks: "met", or why they failed. */
async function told(scripts: Record<string, Script>) {
  const checks = Object.entries(scripts).map(([id, { actor, says, prints, after = [] }]): PlannedCheck => {
    const printed: Step[] = prints === undefined ? [] : [{ stdout: { $match: `^${prints}$` } }];
    return {
      id,
      level: 'must',
      ...words,
      actors: { mx: { plays: 'smtp', ...actor } },
      steps: [{ run: { stdin: says.join('\n') } }, { exit: 0, within: 5000 }, ...printed, ...after],
    };
  });
  const plan = { hash: '', contract, checks };
  const command = [process.execPath, join(folder, 'client.mjs')];
  const result = await grade({ plan, room: openRoom(), command });
  return Object.fromEntries(result.checks.map(({ id, verdict, failure }) => [id, failure ?? verdict]));
}

async function play(scripts: Record<string, Script>): Promise<void> {
  const wanted = Object.keys(scripts).map(id => [id, 'met']);
  expect(await told(scripts)).toEqual(Object.fromEntries(wanted));
}

const mail = '!Subject: x\\r\\n\\r\\n..\\r\\n.\\r\\n';
const session = [
  'wait',
  'EHLO crepes.fr',
  'MAIL FROM:<alice@crepes.fr>',
  'RCPT TO:<bob@hamburger.edu>',
  'RCPT TO:<carol@hamburger.edu>',
  'DATA',
  mail,
  'wait',
  'QUIT',
  'wait',
];
/** Codes that the client prints in one reply each, at any time. */
const codes = (...all: (number | string)[]): string =>
  all.map(code => `${code}${Number(code) ? ' \\d+ \\d+' : ''}`).join('\n');
const good = [220, 250, 250, 250, 250, 354, 250, 221, 'end'];
const heard = ['EHLO', 'MAIL', 'RCPT', 'RCPT', 'DATA', 'message', 'QUIT'];
const ruled = (rules: Rule[], prints: (number | string)[], says = session): Script => ({
  actor: { rules },
  says,
  prints: codes(...prints),
});
const instead = (at: number, code: number): (number | string)[] =>
  good.map((one, i) => (i === at ? code : one));
const slowly = (verb: string, reply: string): Rule => ({
  when: { verb },
  do: [{ pause: 40 }, { send: reply }],
});
const several = (verb: string, code: number): Rule => ({
  when: { verb },
  do: [{ send: { message: { code, lines: ['one', 'two', 'three'] } } }],
});

describe('the scripted server', () => {
  it('does as it should where a check says nothing else', async () => {
    await play({
      good: {
        ...ruled([], good),
        after: [
          { heard: 'mx', expect: heard },
          { heard: 'mx', expect: { $each: { early: false, bareLf: 0, bareCr: 0 } } },
          {
            heard: 'mx',
            expect: { $contains: [{ verb: 'message', ended: true, mail: { subject: 'x', lines: ['.'] } }] },
          },
        ],
      },
      others: ruled(
        [],
        [220, 250, 250, 250, 252, 214, 500],
        ['wait', 'HELO x', 'NOOP', 'RSET', 'VRFY x', 'HELP', 'FOO'],
      ),
    });
  });

  it('misbehaves where a check says how', async () => {
    await play({
      'no-ehlo': ruled([{ when: 'EHLO', reply: '502 no' }], instead(1, 502)),
      'one-recipient': ruled(
        [{ when: { verb: 'RCPT', path: 'carol@hamburger.edu' }, reply: '550 who' }],
        instead(4, 550),
      ),
      'later-once': ruled([{ when: 'RCPT', times: 1, reply: '450 later' }], instead(3, 450)),
      'not-today': ruled([{ on: 'open', reply: '554 no' }], instead(0, 554)),
      'mail-refused': ruled([{ when: 'message', reply: '554 spam' }], instead(6, 554)),
      'mail-later': ruled([{ when: 'message', reply: '451 later' }], instead(6, 451)),
      generic: ruled(
        [
          { when: 'MAIL', reply: '299 fine' },
          { when: 'DATA', reply: '399 go' },
        ],
        [220, 250, 299, 250, 250, 399, 250, 221, 'end'],
      ),
      'closes-at-data': ruled(
        [{ when: 'DATA', do: [{ close: true }] }],
        [220, 250, 250, 250, 250, 'end'],
        session.slice(0, 6),
      ),
      'resets-at-mail': ruled(
        [{ when: 'MAIL', do: [{ reset: true }] }],
        [220, 250, 'ECONNRESET'],
        session.slice(0, 3),
      ),
      'says-nothing': {
        actor: { rules: [{ on: 'open', do: [] }] },
        says: ['!QUIT\\r\\n', 'wait'],
        prints: codes(221),
      },
    });
  });

  it('takes its time, in pieces and in several lines', async () => {
    await play({
      'late-greeting': {
        actor: { rules: [{ on: 'open', do: [{ pause: 200 }, { send: '220 late' }] }] },
        says: ['wait', 'QUIT'],
        prints: '220 1 [1-9]\\d*\n221 1 \\d+',
      },
      slow: ruled(
        [
          slowly('EHLO', '250 a'),
          slowly('MAIL', '250 b'),
          slowly('RCPT', '250 c'),
          slowly('DATA', '354 d'),
          slowly('message', '250 e'),
        ],
        good,
      ),
      pieces: ruled([{ when: 'MAIL', do: [{ send: '250 OK', split: [2], pause: 30 }] }], good),
      lines: {
        actor: {
          rules: [
            { on: 'open', reply: { message: { code: 220, lines: ['a', 'b'] } } },
            several('EHLO', 250),
            several('MAIL', 250),
            several('RCPT', 250),
            several('DATA', 354),
            several('message', 250),
          ],
        },
        says: session,
        prints: ['220 2', '250 3', '250 3', '250 3', '250 3', '354 3', '250 3', '221 1']
          .map(one => `${one} \\d+`)
          .concat('end')
          .join('\n'),
      },
    });
  });

  it('tells who did not wait', async () => {
    await play({
      greeting: {
        actor: { rules: [{ on: 'open', do: [{ pause: 200 }, { send: '220 late' }] }] },
        says: ['!HELO x\\r\\n', 'wait', 'wait', 'QUIT'],
        after: [
          {
            heard: 'mx',
            expect: [
              { verb: 'HELO', early: true },
              { verb: 'QUIT', early: false },
            ],
          },
        ],
      },
      reply: {
        actor: { rules: [slowly('HELO', '250 ok')] },
        says: ['wait', '!HELO x\\r\\nMAIL FROM:<a@b>\\r\\n', 'wait', 'wait', 'QUIT'],
        after: [{ heard: 'mx', expect: [{ early: false }, { verb: 'MAIL', early: true }, { early: false }] }],
      },
      'go-ahead': {
        actor: { rules: [{ when: 'DATA', do: [{ pause: 200 }, { send: '354 go' }] }] },
        says: ['wait', '!DATA\\r\\nSubject: x\\r\\n.\\r\\n', 'wait', 'QUIT'],
        after: [{ heard: 'mx', expect: { $contains: [{ verb: 'SUBJECT:', early: true }] } }],
      },
    });
  });

  it('may take a mail that ends in bare line ends, so that a check can look at the rest', async () => {
    await play({
      lenient: {
        actor: {
          partial: true,
          rules: [{ when: { verb: 'message', ended: false, tail: { $ends: '\n.\n' } }, reply: '250 ok' }],
        },
        says: ['wait', 'HELO x', 'DATA', '!Subject: x\\n\\nhi\\n.\\n', 'wait', 'QUIT'],
        prints: codes(220, 250, 354, 250, 221),
        after: [
          {
            heard: 'mx',
            expect: [
              'HELO',
              'DATA',
              { verb: 'message', ended: false, bareLf: 4, mail: { subject: 'x' } },
              'QUIT',
            ],
          },
        ],
      },
    });
  });

  it('lets a check point into the mail, past the commands before it', async () => {
    const check = (mail: Json): Script => ({
      actor: { rules: [] },
      says: session,
      after: [{ expect: { verb: 'message', mail }, on: 'mx', allow: [{ verb: { $not: 'message' } }] }],
    });
    const { good, other, last } = await told({
      good: check({ subject: 'x' }),
      other: check({ subject: 'café' }),
      last: check({ lines: ['.', 'more'] }),
    });
    expect(good).toBe('met');
    expect(other).toMatchObject({ difference: { path: 'mail.subject', expected: 'café', got: 'x' } });
    expect(last).toMatchObject({ difference: { path: 'mail.lines[1]', expected: 'more' } });
  });
});
