/** Steps that hold steps, played against a server that answers in upper case, but not always. */
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

const folder = mkdtempSync(join(tmpdir(), 'wiremark-flow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const server = `
import { createServer } from 'node:net';
let waiting = [];
createServer(socket => {
  let kept = '';
  socket.on('error', () => {});
  socket.write('hello\\n');
  socket.on('data', bytes => {
    kept += bytes;
    const lines = kept.split('\\n');
    kept = lines.pop();
    for (const line of lines) {
      if (line === 'together') {
        waiting.push(socket);
        if (waiting.length === 5) for (const one of waiting.splice(0)) one.write('all here\\n');
      } else if (line === 'close') socket.end();
      else if (line.startsWith('mute')) continue;
      else socket.write(line.startsWith('bad') ? 'no\\n' : line.toUpperCase() + '\\n');
    }
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
`;
writeFileSync(join(folder, 'server.mjs'), server);

const contract: Contract = {
  id: 'flow',
  title: 'Flow',
  says: 'Upper case.',
  role: 'server',
  program: 'flow',
  arguments: ['{port}'],
  ports: { port: { transport: 'tcp', protocol: 'lines', opener: 'subject', textbook: 12000 } },
  limits: { readyMs: 300_000, idleMs: 300_000 },
  topics: ['t'],
};
const words = { topic: 't', title: 't', source: ['s'], rule: 'r', catches: 'c', hint: 'h', points: 4 };

async function play(
  scripts: Record<string, Step[]>,
  options: Partial<GradeOptions> = {},
): Promise<Record<string, CheckResult>> {
  const checks = Object.entries(scripts).map(
    ([id, steps]): PlannedCheck => ({ id, level: 'must', ...words, steps }),
  );
  const command = [process.execPath, join(folder, 'server.mjs')];
  const result = await grade({ plan: { hash: '', contract, checks }, room: openRoom(), command, ...options });
  expect(result.outcome).toBe('graded');
  return Object.fromEntries(result.checks.map(check => [check.id, check]));
}
const told = (checks: Record<string, CheckResult>) =>
  Object.fromEntries(Object.values(checks).map(({ id, verdict, failure }) => [id, failure?.says ?? verdict]));
const wrote = (check: CheckResult | undefined) =>
  check?.transcript?.filter(event => event.by === 'grader' && event.data).map(event => event.data?.text);

const open: Step = { open: 'c', expect: 'hello' };
const ask = (text: string): Step => ({ send: text, expect: '{{word|upper}}' });

describe('a repeat', () => {
  it('plays its rounds, each with values of its own', async () => {
    const checks = await play(
      {
        rounds: [open, { repeat: 3, steps: [{ send: 'n{{i}}', expect: 'N{{i}}' }] }],
        backwards: [open, { repeat: 3, reverse: true, steps: [{ send: 'n{{i}}', expect: 'N{{i}}' }] }],
        apart: [open, { repeat: 3, apart: 40, steps: [{ send: 'n{{i}}', expect: 'N{{i}}' }] }],
        draws: [open, { repeat: 2, steps: [{ send: '{{letters 20}}', expect: '{{letters 20|upper}}' }] }],
        'goes-on-behind': [open, { repeat: 2, steps: [ask('{{word}}')] }, ask('{{word}}')],
        'many-connections': [
          { repeat: 3, steps: [{ open: 'c{{i}}', expect: 'hello' }] },
          { repeat: 3, reverse: true, steps: [{ send: 'n{{i}}', on: 'c{{i}}', expect: 'N{{i}}' }] },
        ],
        // Each waits for the last, so one after the other would never end.
        beside: [
          {
            repeat: 5,
            beside: true,
            steps: [
              { open: 'c{{i}}', expect: 'hello' },
              { send: 'together', expect: 'all here' },
            ],
          },
        ],
        'full-credit': [open, { repeat: 2, credit: true, steps: [ask('{{word}}')] }],
      },
      { everything: true },
    );
    expect(new Set(Object.values(told(checks)))).toEqual(new Set(['met']));
    expect(wrote(checks.rounds)).toEqual(['n1\n', 'n2\n', 'n3\n']);
    expect(wrote(checks.backwards)).toEqual(['n3\n', 'n2\n', 'n1\n']);
    expect(new Set(wrote(checks.draws)).size).toBe(2);
    const sent = checks.apart?.transcript?.filter(({ by, data }) => by === 'grader' && data) ?? [];
    for (const [i, { at }] of sent.slice(1).entries()) expect(at - (sent[i]?.at ?? at)).toBeGreaterThan(30);
    expect(checks['full-credit']).toMatchObject({ earned: 4 });
    expect(checks['full-credit']?.credit).toBeUndefined();
  });

  it('ends with the first round that fails, unless rounds earn points one by one', async () => {
    const round: Step[] = [{ open: 'c{{i}}', expect: 'hello' }];
    const pick = { send: 'n{{i}}', expect: { $any: ['N1', 'N2', 'N4'] } };
    const checks = await play(
      {
        strict: [open, { repeat: 9, steps: [{ send: 'bad {{i}}', expect: 'BAD' }] }],
        beside: [
          { repeat: 3, beside: true, steps: [...round, { send: 'bad', on: 'c{{i}}', expect: 'BAD' }] },
        ],
        'half-credit': [
          { repeat: 2, credit: true, steps: [...round, { send: '{{$name}}', on: 'c{{i}}', expect: 'X' }] },
        ],
        'no-credit': [open, { repeat: 3, credit: true, steps: [{ send: 'bad', expect: 'BAD' }] }],
        'beside-credit': [
          { repeat: 4, beside: true, credit: true, steps: [...round, { ...pick, on: 'c{{i}}' }] },
        ],
        'some-credit': [{ repeat: 4, credit: true, steps: [...round, pick] }],
      },
      { slow: 0.1 },
    );
    expect(told(checks)).toMatchObject({
      strict: 'the server sent something else',
      beside: 'the server sent something else',
      'no-credit': '0 of 3 as wanted; the first of the others: the server sent something else',
      'beside-credit': '3 of 4 as wanted; the first of the others: the server sent something else',
      'some-credit': '3 of 4 as wanted; the first of the others: the server sent something else',
    });
    expect(wrote(checks.strict)).toEqual(['bad 1\n']);
    expect(checks['some-credit']).toMatchObject({ credit: { k: 3, n: 4 }, earned: 3, verdict: 'unmet' });
    expect(checks['some-credit']?.failure?.difference?.got).toBe('N3');
    expect(checks['no-credit']?.earned).toBe(0);
    // Credit is for the program's failures, not for the grader's.
    expect(checks['half-credit']).toMatchObject({ verdict: 'void', earned: 0 });
  });
});

describe('alternatives', () => {
  const either = (...steps: Step[]): Step => ({
    either: steps.map((step, i) => ({ name: `way ${i + 1}`, steps: [step] })),
  });

  it('are met by any of them, at once, and the steps behind go on from there', async () => {
    const begun = performance.now();
    const checks = await play({
      first: [open, { send: 'x' }, either({ expect: 'X' }, { expect: 'Y' })],
      second: [open, { send: 'x' }, either({ expect: 'Y' }, { expect: 'X' })],
      closes: [open, { send: 'close' }, either({ expect: 'Y', within: 20_000 }, { 'expect-close': 'c' })],
      // The other waits for a minute, which must not hold up the check.
      slow: [open, { send: 'x' }, either({ quiet: 'c', for: 60_000 }, { expect: 'X' }), ask('{{word}}')],
      binds: [
        open,
        { send: 'x' },
        either({ expect: 'Y' }, { expect: { text: { $bind: 'it' } } }),
        { send: '{{$it}}', expect: 'X' },
      ],
    });
    expect(new Set(Object.values(told(checks)))).toEqual(new Set(['met']));
    expect(performance.now() - begun).toBeLessThan(40_000);
  });

  it('fail when none is met, with the first one’s reason', async () => {
    const checks = await play(
      {
        none: [open, { send: 'x' }, either({ expect: 'Y' }, { quiet: 'c', for: 20_000 })],
        trouble: [open, { send: 'x' }, either({ expect: 'Y' }, { expect: 'Z', on: 'nobody' })],
      },
      { slow: 0.1 },
    );
    expect(told(checks)).toEqual({
      none: 'none of what would be right came (way 1; or: way 2): the server sent something else',
      trouble: 'the check speaks to "nobody", which was never opened',
    });
    expect(checks.none?.failure).toMatchObject({
      step: 2,
      channel: 'c',
      difference: { expected: 'Y', got: 'X' },
    });
    expect(checks.trouble?.verdict).toBe('void');
  });
});
