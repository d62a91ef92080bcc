/** Actors and what they have heard, with a client that does what its standard input says. */
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Contract } from '../assignment/contract.ts';
import type { PlannedCheck } from '../fixture/plan.ts';
import type { Act, ActorSpec, Rule, Step } from '../fixture/schema.ts';
import type { CheckResult } from '../report/result.ts';
import { openRoom } from '../room/open.ts';
import { type GradeOptions, grade } from './grade.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiremark-actor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tcpClient = `
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
const [host, port] = process.argv.slice(2);
const sockets = [];
let [socket, kept, over, wake] = [undefined, '', '', () => {}];
const change = () => new Promise(resolve => { wake = resolve; });
for (const line of readFileSync(0, 'utf8').split('\\n')) {
  const [verb] = line.split(' ');
  const text = line.slice(verb.length + 1);
  if (verb === 'open') {
    [kept, over] = ['', ''];
    socket = connect({ host, port, allowHalfOpen: true });
    sockets.push(socket);
    socket.on('data', bytes => { kept += bytes; wake(); });
    socket.on('end', () => { over = 'end'; wake(); });
    socket.on('error', error => { over = error.code; wake(); });
    await once(socket, 'connect');
  } else if (verb === 'say') socket.write(text + '\\n');
  else if (verb === 'raw') socket.write(text);
  else if (verb === 'half') socket.end();
  else if (verb === 'drop') socket.destroy();
  else if (verb === 'sleep') await new Promise(resolve => setTimeout(resolve, Number(text)));
  else if (verb === 'read') {
    while (!kept.includes('\\n') && !over) await change();
    const at = kept.indexOf('\\n');
    console.log(kept.slice(0, at));
    kept = kept.slice(at + 1);
  } else if (verb === 'until') {
    while (!kept.includes(text)) await change();
    console.log(kept);
    kept = '';
  } else if (verb === 'finish') {
    while (!over) await change();
    console.log(kept + over);
  } else if (verb === 'where') console.log(host);
}
for (const one of sockets) one.destroySoon();
`;
const udpClient = `
import { readFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
const [host, port] = process.argv.slice(2);
const [text, tries] = readFileSync(0, 'utf8').trim().split(' ');
const socket = createSocket('udp4');
let left = Number(tries);
const ask = () => left-- > 0 ? socket.send(text, port, host) : process.exit(1);
const timer = setInterval(ask, 60);
socket.on('message', (bytes, from) => {
  if (from.address !== host || from.port !== Number(port)) return;
  console.log(String(bytes));
  clearInterval(timer);
  socket.close();
});
ask();
`;
writeFileSync(join(folder, 'tcp.mjs'), tcpClient);
writeFileSync(join(folder, 'udp.mjs'), udpClient);

const contractOf = (transport: 'tcp' | 'udp'): Contract => ({
  id: 'client',
  title: 'Client',
  says: 'Does as it is told.',
  role: 'client',
  program: 'client',
  arguments: ['{host}', '{port}'],
  ports: {
    port: {
      transport,
      protocol: transport === 'tcp' ? 'lines' : 'datagram',
      opener: 'grader',
      textbook: 12000,
    },
  },
  topics: ['t'],
});
const words = { topic: 't', title: 't', source: ['s'], rule: 'r', catches: 'c', hint: 'h', points: 1 };

type Script = Pick<PlannedCheck, 'actors' | 'steps'> & { host?: string };
async function play(
  transport: 'tcp' | 'udp',
  scripts: Record<string, Script>,
  options: Partial<GradeOptions> = {},
): Promise<Record<string, CheckResult>> {
  const checks = Object.entries(scripts).map(
    ([id, script]): PlannedCheck => ({ id, level: 'must', ...words, ...script }),
  );
  const plan = { hash: '', contract: contractOf(transport), checks };
  const command = [process.execPath, join(folder, `${transport}.mjs`)];
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

const run = (...lines: string[]): Step => ({ run: { stdin: lines.join('\n') } });
const lines = (more: Partial<ActorSpec> = {}): ActorSpec => ({ plays: 'lines', ...more });
const ruled = (rules: Rule[], more: Partial<ActorSpec> = {}) => ({ server: lines({ rules, ...more }) });
/** The client runs these lines, with an actor of these rules, and then has printed that. */
const prints = (rules: Rule[], script: string[], output: string, more: Partial<ActorSpec> = {}): Script => ({
  actors: ruled(rules, more),
  steps: [run(...script), { stdout: { $match: `^${output}$` }, within: 5000 }, { exit: 0 }],
});
const does = (...acts: Act[]): Rule[] => [{ do: acts }];

describe('an actor with rules', () => {
  it('answers by the first that fits', async () => {
    allMet(
      await play('tcp', {
        'first-match': prints(
          [{ when: 'a', reply: 'one' }, { when: { length: 1 }, reply: 'two' }, { reply: 'rest' }],
          ['open', 'say a', 'read', 'say b', 'read', 'say abc', 'read'],
          'one\ntwo\nrest',
        ),
        times: prints(
          [{ when: 'a', times: 1, reply: 'first' }, { times: 1, reply: 'second' }, { reply: 'later' }],
          ['open', 'say a', 'say a', 'say a', 'say a', 'read', 'read', 'read', 'read'],
          'first\nsecond\nlater\nlater',
        ),
        // Counted over all connections: it is the rule that has fired.
        'times-of-all': prints(
          [{ times: 1, reply: 'first' }, { reply: 'later' }],
          ['open', 'say a', 'read', 'open', 'say a', 'read'],
          'first\nlater',
        ),
        greets: prints(
          [{ on: 'open', reply: 'welcome' }],
          ['open', 'read', 'open', 'read'],
          'welcome\nwelcome',
        ),
        'says-goodbye': prints(
          [{ on: 'end', reply: 'bye', do: [{ close: true }] }],
          ['open', 'say x', 'half', 'read', 'finish'],
          'bye\nend',
        ),
        'values-in-rules': prints(
          [{ when: '{{word}}', reply: '{{word|upper}} {{number 5 5}}' }],
          ['open', 'say {{word}}', 'read'],
          '{{word|upper}} 5',
        ),
        unfinished: prints(
          [{ when: 'user: ', reply: 'bob' }],
          ['open', 'raw user: ', 'read', 'say ', 'raw user: ', 'read'],
          'bob\nbob',
          { partial: true },
        ),
      }),
    );
  });

  it('does what a rule says, in its order', async () => {
    const checks = await play(
      'tcp',
      {
        pieces: prints(
          does({ send: 'abcdef', split: [1, 4], pause: 20 }, { send: { text: '+' } }, { close: true }),
          ['open', 'say x', 'finish'],
          'abcdef\n\\+end',
        ),
        pauses: prints(
          does({ send: 'a' }, { pause: 60 }, { send: 'b' }),
          ['open', 'say x', 'until b'],
          'a\nb',
        ),
        'half-closes': {
          actors: ruled([{ when: 'x', do: [{ 'half-close': true }] }]),
          steps: [
            run('open', 'say x', 'finish', 'say after', 'half'),
            { expect: 'x' },
            { expect: 'after' },
            { stdout: 'end' },
          ],
        },
        resets: prints(does({ reset: true }), ['open', 'say x', 'finish'], 'ECONNRESET'),
        // The second message comes while the first answer waits.
        'one-by-one': prints(
          [{ when: 'slow', do: [{ pause: 80 }, { send: 'SLOW' }] }, { reply: 'FAST' }],
          ['open', 'say slow', 'say fast', 'read', 'read'],
          'SLOW\nFAST',
        ),
      },
      { everything: true },
    );
    allMet(checks);
    const sent = checks.pieces?.transcript?.filter(({ by, data }) => by === 'grader' && data);
    expect(sent?.map(({ data }) => data?.text)).toEqual(['a', 'bcd', 'ef\n', '+']);
  });

  it('stands where it is put', async () => {
    allMet(
      await play('tcp', {
        'host-of-the-check': {
          host: '127.{{number 2 250}}.0.9',
          actors: ruled([{ reply: 'ok' }]),
          steps: [run('where', 'open', 'say x', 'read'), { stdout: '127.{{number 2 250}}.0.9\nok' }],
        },
        'at-an-address': {
          actors: { server: lines({ at: '{host}:{port}' }), decoy: lines({ at: '127.0.0.77:{port}' }) },
          steps: [
            run('open', 'say x', 'drop'),
            { expect: 'x', on: 'server' },
            { heard: 'decoy', count: 0, connections: 0 },
          ],
        },
      }),
    );
  });

  it('is void where it can not stand, and costs no marks', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
    const steps = [run('open'), { exit: 0 }];
    const checks = await play('tcp', {
      'no-address-of-ours': { actors: { server: lines({ at: '192.0.2.1:7' }) }, steps },
      'no-address': { actors: { server: lines({ at: 'nowhere' }) }, steps },
      taken: { actors: { server: { plays: 'datagram', at: `127.0.0.1:${socket.address().port}` } }, steps },
    });
    socket.close();
    expect(Object.values(checks).map(({ verdict }) => verdict)).toEqual(['void', 'void', 'void']);
    expect(told(checks)).toMatchObject({ 'no-address': 'an actor can not stand at "nowhere"' });
    expect(checks['no-address-of-ours']?.failure?.says).toMatch(/^could not listen on 192\.0\.2\.1:7/);
    expect(checks.taken?.failure?.says).toMatch(/^could not bind 127\.0\.0\.1:\d+/);
  });
});

describe('an actor without rules', () => {
  it('says what the steps say', async () => {
    allMet(
      await play('tcp', {
        spoken: {
          actors: { server: lines() },
          steps: [
            run('open', 'say hello', 'read', 'say more', 'half', 'read'),
            { expect: 'hello' },
            { send: 'one', expect: 'more' },
            { 'expect-close': 'server' },
            { send: 'two', on: 'server' },
            { stdout: 'one\ntwo' },
            { exit: 0 },
          ],
        },
      }),
    );
  });

  it('misses what does not come', async () => {
    const checks = await play(
      'tcp',
      {
        'no-connection': { actors: { server: lines() }, steps: [run('sleep 60000'), { expect: 'x' }] },
        silent: {
          actors: { server: lines() },
          steps: [run('open', 'sleep 60000'), { expect: 'x', within: 20_000 }],
        },
        gone: { actors: { server: lines() }, steps: [run('where'), { expect: 'x', within: 60_000 }] },
      },
      { slow: 0.1 },
    );
    expect(told(checks)).toEqual({
      'no-connection': 'the client did not connect within 300 ms',
      silent: 'nothing came from the client within 2 s',
      gone: 'the client ended with exit status 0',
    });
    expect(checks.gone?.failure?.program).toMatchObject({ ending: 'ended with exit status 0' });
  });
});

describe('what an actor heard', () => {
  const three = run('open', 'say a', 'sleep 120', 'say b', 'sleep 120', 'open', 'say c', 'half', 'sleep 60');
  const asked = (step: Omit<Extract<Step, { heard: string }>, 'heard'>): Script => ({
    actors: { server: lines() },
    steps: [three, { exit: 0 }, { heard: 'server', ...step }],
  });

  it('is judged by its list, number, gaps and connections', async () => {
    allMet(
      await play('tcp', {
        list: asked({ expect: ['a', { text: 'b', end: '\n' }, { $starts: 'c' }] }),
        contains: asked({ expect: { $contains: [{ text: 'b' }] } }),
        count: asked({ count: 3 }),
        gaps: asked({ gaps: { $range: [60, null] } }),
        connections: asked({ connections: 2 }),
        all: asked({
          expect: { $count: 3 },
          count: { $range: [3, 3] },
          gaps: { $range: [0, null] },
          connections: 2,
        }),
      }),
    );
  });

  it('is told where it is something else', async () => {
    const checks = await play('tcp', {
      list: asked({ expect: ['a', 'x', 'c'] }),
      count: asked({ count: 2 }),
      gaps: asked({ gaps: { $range: [60_000, null] } }),
      connections: asked({ connections: 1 }),
    });
    expect(told(checks)).toEqual({
      list: 'what came is something else',
      count: 'the number of messages is another',
      gaps: 'the time between two messages (ms) is another',
      connections: 'the number of connections is another',
    });
    expect(checks.list?.failure).toMatchObject({
      channel: 'server',
      step: 2,
      difference: { path: '[1].text', expected: 'x', got: 'b' },
    });
  });
});

describe('an actor of datagrams', () => {
  const udp = (more: Partial<ActorSpec> = {}): ActorSpec => ({ plays: 'datagram', ...more });

  it('answers by rules, loses by ordinal, and knows strangers', async () => {
    const checks = await play(
      'udp',
      {
        answers: {
          actors: { server: udp({ rules: [{ when: 'hello', reply: 'HELLO' }] }) },
          steps: [run('hello 20'), { stdout: 'HELLO' }, { exit: 0 }],
        },
        'loses-questions': {
          actors: { server: udp({ rules: [{ reply: 'late' }], impair: { in: { drop: [1, 2] } } }) },
          steps: [run('x 50'), { stdout: 'late' }, { heard: 'server', count: { $range: [1, null] } }],
        },
        'loses-answers': {
          actors: { server: udp({ rules: [{ reply: 'ok' }], impair: { out: { drop: [1] } } }) },
          steps: [run('x 50'), { stdout: 'ok' }, { heard: 'server', count: { $range: [2, null] } }],
        },
        stranger: {
          actors: { server: udp(), stranger: udp({ at: '{host}:0' }) },
          steps: [
            run('x 50'),
            { expect: 'x', on: 'server' },
            { send: 'evil', on: 'stranger', toPeerOf: 'server' },
            { send: 'good', on: 'server' },
            { stdout: 'good' },
          ],
        },
        'peer-of-nobody': {
          actors: { server: udp(), stranger: udp({ at: '{host}:0' }) },
          steps: [{ send: 'evil', on: 'stranger', toPeerOf: 'server' }],
        },
      },
      { everything: true },
    );
    const { 'peer-of-nobody': nobody, ...others } = checks;
    allMet(others);
    expect(nobody).toMatchObject({ verdict: 'void', failure: { says: '"server" has heard nobody yet' } });
    const dropped = (check: CheckResult | undefined) =>
      check?.transcript
        ?.filter(({ kind }) => kind === 'dropped')
        .map(({ by, data }) => `${by} ${data?.text}`);
    expect(dropped(checks['loses-questions'])).toEqual(['subject x', 'subject x']);
    expect(dropped(checks['loses-answers'])).toEqual(['grader ok']);
  });
});
