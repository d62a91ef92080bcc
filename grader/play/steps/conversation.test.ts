/** The steps that talk, played against a server that does as it is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../assignment/contract.ts';
import type { PlannedCheck } from '../../fixture/plan.ts';
import type { Step } from '../../fixture/schema.ts';
import type { CheckResult } from '../../report/result.ts';
import { openRoom } from '../../room/open.ts';
import { type GradeOptions, grade } from '../grade.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiremark-talk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const server = `
import { createServer } from 'node:net';
const listener = createServer({ allowHalfOpen: true }, socket => {
  let kept = '';
  socket.on('error', () => {});
  socket.on('end', () => socket.end('bye\\n'));
  socket.on('data', bytes => {
    kept += bytes;
    const lines = kept.split('\\n');
    kept = lines.pop();
    for (const line of lines) {
      const [verb, first, ...rest] = line.split(' ');
      const text = line.slice(verb.length + 1);
      if (verb === 'say') socket.write(text + '\\n');
      else if (verb === 'raw') socket.write(text);
      else if (verb === 'many') socket.write((rest.join(' ') + '\\n').repeat(Number(first)));
      else if (verb === 'later') setTimeout(() => socket.write(rest.join(' ') + '\\n'), Number(first));
      else if (verb === 'flood') socket.write('x'.repeat(Number(first)) + '\\n');
      else if (verb === 'from') socket.write(socket.remoteAddress.replace('::ffff:', '') + '\\n');
      else if (verb === 'close') socket.end();
      else if (verb === 'reset') socket.resetAndDestroy();
      else if (verb === 'deaf') listener.close(() => {}), socket.write('ok\\n');
      else if (verb === 'crash') { console.error('something broke'); process.exit(3); }
    }
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
`;
writeFileSync(join(folder, 'server.mjs'), server);
const udpServer = `
import { createSocket } from 'node:dgram';
const socket = createSocket('udp4');
socket.on('message', (bytes, { address, port }) => socket.send(address + ' ' + bytes, port, address));
socket.bind(Number(process.argv[2]), '127.0.0.1');
`;
writeFileSync(join(folder, 'udp.mjs'), udpServer);

const contract: Contract = {
  id: 'talk',
  title: 'Talk',
  says: 'Does as it is told.',
  role: 'server',
  program: 'talk',
  arguments: ['{port}'],
  ports: { port: { transport: 'tcp', protocol: 'lines', opener: 'subject', textbook: 12000 } },
  // Stretched: these tests shrink the deadlines of the checks, and starting takes what it takes.
  limits: { readyMs: 300_000, idleMs: 300_000 },
  topics: ['t'],
};
const words = { topic: 't', title: 't', source: ['s'], rule: 'r', catches: 'c', hint: 'h', points: 1 };

async function play(
  scripts: Record<string, Step[]>,
  options: Partial<GradeOptions> = {},
  transport: 'tcp' | 'udp' = 'tcp',
): Promise<Record<string, CheckResult>> {
  const checks = Object.entries(scripts).map(
    ([id, steps]): PlannedCheck => ({ id, level: 'must', ...words, steps }),
  );
  const protocol = transport === 'tcp' ? 'lines' : 'datagram';
  const ports: Contract['ports'] = { port: { transport, protocol, opener: 'subject', textbook: 12000 } };
  const plan = { hash: '', contract: { ...contract, ports }, checks };
  const program = transport === 'tcp' ? 'server.mjs' : 'udp.mjs';
  const command = [process.execPath, join(folder, program), '{port}'];
  const result = await grade({ plan, room: openRoom(), command, ...options });
  expect(result.outcome).toBe('graded');
  return Object.fromEntries(result.checks.map(check => [check.id, check]));
}

const open: Step = { open: 'c' };
const told = (checks: Record<string, CheckResult>) =>
  Object.fromEntries(Object.values(checks).map(({ id, verdict, failure }) => [id, failure?.says ?? verdict]));
const wrote = (check: CheckResult | undefined, by = 'grader') =>
  check?.transcript?.filter(event => event.by === by && event.data).map(event => event.data?.text);

describe('steps that talk', () => {
  it('do what they say', async () => {
    const checks = await play(
      {
        'says-and-hears': [open, { send: 'say {{word}}', expect: '{{word}}' }],
        'from-an-address': [
          { open: 'c', from: '127.0.0.2' },
          { send: 'from', expect: '127.0.0.2' },
        ],
        'several-lines': [open, { send: ['say a', 'say b'] }, { expect: 'a' }, { expect: 'b' }],
        'raw-payloads': [
          open,
          { send: { text: 'say a\n' }, expect: 'a' },
          { send: { hex: '73 61 79 20 62 0a' }, expect: { text: 'b', end: '\n' } },
          { send: { base64: 'c2F5IGMK' }, expect: { length: 1 } },
        ],
        'partial-line': [
          open,
          { send: 'raw name: ', partial: true, expect: 'name: ' },
          { send: 'raw pass: ' },
          { expect: { $starts: 'pass' }, partial: true },
          { send: 'say done', expect: 'done' },
        ],
        'allowed-before': [
          open,
          { send: ['many 3 noise', 'say x'] },
          { expect: 'x', allow: [{ $starts: 'noi' }] },
        ],
        barrier: [open, { send: 'mute' }, { barrier: 'say y', expect: 'y' }, { quiet: 'c', for: 30 }],
        'barrier-allows': [open, { send: 'many 2 z' }, { barrier: 'say y', expect: 'y', allow: ['z'] }],
        'split-at': [open, { send: 'say abcdef', split: [2, 6], pause: 15, expect: 'abcdef' }],
        'split-every': [open, { send: 'say ab', split: 'every', pause: 5, expect: 'ab' }],
        held: [open, { send: 'say a', hold: true }, { send: 'say b', expect: 'a' }, { expect: 'b' }],
        'half-close': [open, { 'half-close': 'c' }, { expect: 'bye' }, { 'expect-close': 'c' }],
        'resets-one': [{ open: 'a' }, { reset: 'a' }, { open: 'b' }, { send: 'say up', expect: 'up' }],
        'closes-one': [{ open: 'a' }, { close: 'a' }, { open: 'b' }, { send: 'say up', expect: 'up' }],
        'sees-close': [open, { send: 'close' }, { 'expect-close': 'c' }],
        'sees-reset': [open, { send: 'reset' }, { 'expect-reset': 'c' }],
        interleaved: [
          { open: 'a' },
          { open: 'b' },
          { send: 'say {{word}}', on: 'a' },
          { send: 'say {{word#2}}', on: 'b' },
          { expect: '{{word#2}}', on: 'b' },
          { expect: '{{word}}', on: 'a' },
        ],
        bindings: [
          open,
          { send: 'say {{number 1 99}}', expect: { text: { $bind: 'id' } } },
          { send: 'say {{$id}}!' },
          { expect: '{{$id}}!' },
          { send: 'say {{number 1 99}}', expect: { text: { $ref: 'id' } } },
        ],
        'rather-late': [open, { send: 'later 300 x', expect: 'x', within: 20_000 }],
        'two-looks': [open, { send: 'later 60 x' }, { pause: 5 }, { expect: 'x' }],
      },
      { everything: true },
    );
    for (const check of Object.values(checks))
      expect([check.id, told({ c: check })[check.id]]).toEqual([check.id, 'met']);
    expect(wrote(checks['split-at'])).toEqual(['sa', 'y ab', 'cdef\n']);
    expect(wrote(checks['split-every'])).toEqual(['s', 'a', 'y', ' ', 'a', 'b', '\n']);
    expect(wrote(checks.held)).toEqual(['say a\nsay b\n']);
    expect(wrote(checks['half-close'], 'subject')).toEqual(['bye\n']);
  });

  it('lose nothing of 8 MiB that the grader is slow to read', async () => {
    const size = 8 * 1024 * 1024;
    const steps: Step[] = [
      open,
      { stall: 'c', for: 200 },
      { send: `flood ${size}`, expect: { length: size, end: '\n' }, within: 30_000 },
    ];
    expect(told(await play({ stalled: steps }))).toEqual({ stalled: 'met' });
  });

  it('fail in words', async () => {
    const checks = await play(
      {
        wrong: [open, { send: 'say b', expect: 'a' }],
        silent: [open, { send: 'mute', expect: 'a' }],
        unfinished: [open, { send: 'raw ab', expect: 'abc' }],
        'wrong-partial': [open, { send: 'raw ab', partial: true, expect: 'x' }],
        'not-allowed': [open, { send: ['many 1 junk', 'say x'] }, { expect: 'x', allow: ['noise'] }],
        closed: [open, { send: 'close', expect: 'a' }],
        reset: [open, { send: 'reset', expect: 'a' }],
        'stays-open': [open, { 'expect-close': 'c' }],
        'says-more': [open, { send: 'say a' }, { 'expect-close': 'c' }],
        'no-reset': [open, { 'expect-reset': 'c' }],
        'in-order': [open, { send: 'close' }, { 'expect-reset': 'c' }],
        'not-quiet': [open, { send: 'say a' }, { quiet: 'c', for: 5000 }],
        'half-quiet': [open, { send: 'raw a' }, { quiet: 'c', for: 5000 }],
        'behind-barrier': [open, { send: 'say x' }, { barrier: 'say y', expect: 'y' }],
        'too-late': [open, { send: 'later 5000 a', expect: 'a', within: 2000 }],
        refused: [{ open: 'a' }, { send: 'deaf', expect: 'ok' }, { open: 'b' }],
      },
      { slow: 0.1 },
    );
    expect(told(checks)).toEqual({
      wrong: 'the server sent something else',
      silent: 'nothing came from the server within 300 ms',
      unfinished: 'the server sent the beginning of a message, but not its end, within 300 ms',
      'wrong-partial': 'the server sent the beginning of a message, but not its end, within 300 ms',
      'not-allowed': 'the server sent something else',
      closed: 'the server closed the connection',
      reset: 'the server reset the connection',
      'stays-open': 'the server did not close the connection within 300 ms',
      'says-more': 'the server sent more instead of closing',
      'no-reset': 'the server did not reset the connection within 300 ms',
      'in-order': 'the server closed the connection in order instead of resetting it',
      'not-quiet': 'the server sent something where nothing was due',
      'half-quiet': 'the server sent something where nothing was due',
      'behind-barrier': 'the server sent something else',
      'too-late': 'nothing came from the server within 200 ms',
      refused: 'the server refused the connection',
    });
    expect(Object.values(checks).every(({ verdict, earned }) => verdict === 'unmet' && earned === 0)).toBe(
      true,
    );
    expect(checks.wrong?.failure).toMatchObject({
      step: 1,
      channel: 'c',
      difference: { path: 'text', expected: 'a', got: 'b', offset: 0 },
    });
    expect(checks.unfinished?.failure?.difference).toMatchObject({ expected: 'abc', got: 'ab', offset: 2 });
    expect(checks['says-more']?.failure).toMatchObject({ step: 2, difference: { got: 'a' } });
    expect(checks['behind-barrier']?.failure?.difference).toMatchObject({ expected: 'y', got: 'x' });
    expect(checks.wrong?.byHand).toBe("(printf 'say b\\n'; sleep 1) | nc -w 2 127.0.0.1 12000");
    expect(wrote(checks.wrong, 'subject')).toEqual(['b\n']);
  });

  it('send datagrams, from any address and through any network', async () => {
    const host = '127.0.0.1';
    const impaired = (impair: Extract<Step, { open: string }>['impair']): Step => ({ open: 'c', impair });
    const checks = await play(
      {
        plain: [open, { send: '{{word}}', expect: `${host} {{word}}` }],
        'from-an-address': [
          { open: 'c', from: '127.0.0.2' },
          { send: 'x', expect: '127.0.0.2 x' },
        ],
        'empty-datagram': [open, { send: { text: '' }, expect: { text: `${host} `, length: 10 } }],
        'loses-one': [impaired({ out: { drop: [1] } }), { send: 'a' }, { send: 'b', expect: `${host} b` }],
        'doubles-one': [
          impaired({ in: { duplicate: [1] } }),
          { send: 'a', expect: `${host} a` },
          { expect: `${host} a` },
          { quiet: 'c', for: 30 },
        ],
      },
      {},
      'udp',
    );
    expect(new Set(Object.values(told(checks)))).toEqual(new Set(['met']));
    const lost = await play(
      {
        lost: [impaired({ in: { loss: 1 } }), { send: 'a', expect: 'A' }],
        closes: [open, { 'half-close': 'c' }],
      },
      { slow: 0.1 },
      'udp',
    );
    expect(told(lost)).toEqual({
      lost: 'nothing came from the server within 300 ms',
      closes: 'a datagram socket has no half to close',
    });
    expect(lost.closes?.verdict).toBe('void');
    expect(lost.lost?.byHand).toBe("printf 'a' | nc -u -w 1 127.0.0.1 12000");
  });

  it('are void where the grader can not do its part', async () => {
    const checks = await play(
      {
        'own-address': [{ open: 'c', from: '192.0.2.1' }],
        'never-opened': [open, { send: 'x', on: 'd' }],
        'unknown-value': [open, { send: '{{nosuch}}', expect: 'x' }],
        'no-such-port': [{ open: 'c', to: 'other' }],
        fine: [open, { send: 'say x', expect: 'x' }],
      },
      { slow: 0.1 },
    );
    expect(told(checks)).toMatchObject({
      'never-opened': 'the check speaks to "d", which was never opened',
      'unknown-value': 'there is no value "nosuch"',
      'no-such-port': 'the contract has no port "other"',
      fine: 'met',
    });
    expect(checks['own-address']?.failure?.says).toMatch(/^could not connect to 127\.0\.0\.1:\d+: /);
    const { fine, ...others } = checks;
    expect(Object.values(others).map(({ verdict, hint }) => [verdict, hint])).toEqual(
      Object.keys(others).map(() => ['void', undefined]),
    );
    expect(fine?.unsteady).toBeUndefined();
  });
});
