/** Whole runs: which program plays which check, what counts, and what is said when nothing can be played. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contract } from '../assignment/contract.ts';
import type { PlannedCheck } from '../fixture/plan.ts';
import type { Step } from '../fixture/schema.ts';
import { type CheckResult, type Result, result as resultSchema } from '../report/result.ts';
import { openRoom } from '../room/open.ts';
import { type GradeOptions, grade, newSeed } from './grade.ts';

const base = mkdtempSync(join(tmpdir(), 'wiremark-grade-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
/** Every program writes its process id, its folder and whether another was alive when it began. */
const diary = join(base, 'diary');
beforeEach(() => writeFileSync(diary, ''));
const programs = () =>
  readFileSync(diary, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as { pid: number; cwd: string; alone: boolean });
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A process that nobody has waited for yet is no longer running.
    return !/^\d+ \(.*\) Z/.test(existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
  } catch {
    return false;
  }
};
afterEach(() => {
  for (const { pid, cwd } of programs()) {
    expect(lives(pid), 'a program still runs').toBe(false);
    expect(existsSync(cwd), 'a folder is still there').toBe(false);
  }
});

const head = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
const diary = ${JSON.stringify(diary)};
const before = readFileSync(diary, 'utf8').split('\\n').filter(Boolean).map(line => JSON.parse(line).pid);
const lives = pid => { try { process.kill(pid, 0); return true; } catch { return false; } };
appendFileSync(diary, JSON.stringify({ pid: process.pid, cwd: process.cwd(), alone: !before.some(lives) }) + '\\n');
const port = Number(process.argv[2]);
`;
const program = (name: string, source: string): string[] => {
  writeFileSync(join(base, name), head + source);
  return [process.execPath, join(base, name)];
};
const echo = program(
  'echo.mjs',
  `
console.error('started');
createServer(socket => {
  socket.on('error', () => {});
  socket.on('data', bytes => {
    const word = String(bytes).trim();
    if (word === 'crash') { console.error('it broke'); process.exit(3); }
    if (word === 'pid') return socket.write(process.pid + '\\n');
    if (word === 'chatter') { for (let i = 0; i < 40; i++) console.log('x'.repeat(100_000)); return socket.write('ok\\n'); }
    if (word === 'daemon') {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
      appendFileSync(diary, JSON.stringify({ pid: child.pid, cwd: process.cwd(), alone: true }) + '\\n');
      return socket.write('ok\\n');
    }
    if (word !== 'mute') socket.write(word.toUpperCase() + '\\n');
  });
}).listen(port, '127.0.0.1');
`,
);

const contract: Contract = {
  id: 'upper',
  title: 'Upper',
  says: 'Upper case.',
  role: 'server',
  program: 'upper',
  arguments: ['{port}'],
  ports: { port: { transport: 'tcp', protocol: 'lines', opener: 'subject', textbook: 12000 } },
  limits: { readyMs: 300_000, idleMs: 300_000 },
  topics: ['t'],
};
const words = { topic: 't', title: 't', source: ['s'], rule: 'r', catches: 'c', hint: 'h', points: 2 };
const check = (id: string, steps: Step[], more: Partial<PlannedCheck> = {}): PlannedCheck => ({
  id,
  level: 'must',
  ...words,
  steps,
  ...more,
});
const says = (word: string, answer = word.toUpperCase()): Step[] => [
  { open: 'c' },
  { send: word, expect: answer },
];

async function play(
  command: string[],
  checks: PlannedCheck[],
  options: Partial<GradeOptions> & { contract?: Partial<Contract> } = {},
): Promise<Result & { by: Record<string, CheckResult> }> {
  const { contract: other, ...rest } = options;
  const plan = { hash: 'abc', contract: { ...contract, ...other }, checks };
  const result = await grade({ plan, room: openRoom(), command, ...rest });
  resultSchema.parse(JSON.parse(JSON.stringify(result)));
  return { ...result, by: Object.fromEntries(result.checks.map(one => [one.id, one])) };
}
const verdicts = ({ checks }: Result) => Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
/** What a program said to `pid`. */
const pidOf = (one: CheckResult | undefined) =>
  Number(one?.transcript?.findLast(({ by, data }) => by === 'subject' && data)?.data?.text);

describe('a run', () => {
  it('is told in full', async () => {
    const progress: string[] = [];
    const checks = [
      check('a', says('{{word}}', '{{word|upper}}')),
      check('b', says('x'), { level: 'bonus' }),
    ];
    const result = await play(echo, checks, {
      seed: '0badcafe',
      progress: (done, of, id) => progress.push(`${done}/${of} ${id}`),
    });
    expect(result).toMatchObject({
      format: 'wiremark/result/1',
      grader: { fixtures: 'abc' },
      assignment: { id: 'upper', title: 'Upper', role: 'server' },
      room: 'open',
      seed: '0badcafe',
      slow: 1,
      outcome: 'graded',
      score: { earned: 2, of: 2, bonus: 2, bonusOf: 2 },
    });
    expect(result.command.slice(0, 2)).toEqual(echo);
    expect(result.command[2]).toMatch(/^\d+$/);
    expect(progress.sort()).toEqual(['1/2 a', '2/2 b']);
    expect(result).not.toHaveProperty('selection');
  });

  it('draws the same values for the same seed', async () => {
    const checks = [check('a', [{ open: 'c' }, { send: '{{letters 30}}', expect: 'no' }])];
    const sent = async (seed: string) =>
      (await play(echo, checks, { seed, slow: 0.1 })).by.a?.transcript?.find(({ data }) => data)?.data?.text;
    const once = await sent('1');
    expect(once).toHaveLength(31);
    expect(await sent('1')).toBe(once);
    expect(await sent('2')).not.toBe(once);
    expect(newSeed()).toMatch(/^[0-9a-f]{8}$/);
    expect(newSeed()).not.toBe(newSeed());
  });

  it('shares one program among checks that only look, and gives others their own', async () => {
    const checks = ['a', 'b', 'c'].map(id => check(id, [{ open: 'c' }, { send: 'pid', expect: {} }]));
    const own = check('own', [{ open: 'c' }, { send: 'pid', expect: {} }], { subject: 'own' });
    const { by } = await play(echo, [...checks, own], { everything: true, cpus: 1 });
    const [a, b, c, alone] = ['a', 'b', 'c', 'own'].map(id => pidOf(by[id]));
    expect([b, c]).toEqual([a, a]);
    expect(alone).not.toBe(a);
    // A third may have been started ahead, for nothing.
    expect(programs().length).toBeLessThanOrEqual(3);
  });

  it('notes a flood of output, and leaves no daemon behind', async () => {
    const { notes, checks } = await play(echo, [
      check('chatter', [{ open: 'c' }, { send: 'chatter', expect: 'ok', within: 20_000 }]),
      check('daemon', says('daemon', 'ok'), { subject: 'own' }),
    ]);
    expect(checks.map(({ verdict }) => verdict)).toEqual(['met', 'met']);
    expect(notes).toEqual([expect.stringContaining('printed so much')]);
    expect(programs().length).toBeGreaterThanOrEqual(3);
  });
});

describe('a check that fails', () => {
  it('is repeated alone, and only that counts: unsteady when it is met then', async () => {
    const counter = join(base, 'fails-once');
    const unsteady = program(
      'unsteady.mjs',
      `
const first = !existsSync(${JSON.stringify(counter)});
writeFileSync(${JSON.stringify(counter)}, '');
createServer(socket => {
  socket.on('error', () => {});
  socket.on('data', bytes => socket.write(first && String(bytes) !== 'fine\\n' ? 'no\\n' : 'OK\\n'));
}).listen(port, '127.0.0.1');
`,
    );
    const result = await play(
      unsteady,
      [check('wobbly', says('x', 'OK')), check('fine', says('fine', 'OK'))],
      { cpus: 1 },
    );
    expect(verdicts(result)).toEqual({ wobbly: 'met', fine: 'met' });
    expect(result.by.wobbly).toMatchObject({ unsteady: true, earned: 2 });
    expect(result.by.fine?.unsteady).toBeUndefined();
    expect(result.score.earned).toBe(4);
  });

  it('is alone to blame when the program crashes', async () => {
    const checks = [
      check('before', says('x')),
      check('crash', [{ open: 'c' }, { send: 'crash', expect: 'CRASH' }]),
      ...['a', 'b', 'c', 'd'].map(id => check(id, says(id))),
    ];
    const result = await play(echo, checks, { slow: 0.3, cpus: 1 });
    expect(verdicts(result)).toEqual({
      before: 'met',
      crash: 'unmet',
      a: 'met',
      b: 'met',
      c: 'met',
      d: 'met',
    });
    expect(result.checks.some(({ unsteady }) => unsteady)).toBe(false);
    expect(result.by.crash?.failure?.says).toMatch(
      /^the server (closed|reset) the connection|ended with exit/,
    );
    expect(result.score).toMatchObject({ earned: 10, of: 12 });
  });

  it('costs its deadline beside the others, not before them', async () => {
    const silent = Array.from({ length: 6 }, (_, i) =>
      check(`s${i}`, [{ open: 'c' }, { send: 'mute', expect: 'x' }]),
    );
    const result = await play(echo, [...silent, check('a', says('a'))]);
    expect(Object.values(verdicts(result))).toEqual([...silent.map(() => 'unmet'), 'met']);
    // One after the other: six times one second and then three.
    expect(result.ms).toBeLessThan(20_000);
    expect(programs().some(({ alone }) => !alone)).toBe(true);
  });

  it('makes those behind it unreached, which name the root', async () => {
    const result = await play(
      echo,
      [
        check('c', says('c'), { needs: ['b'] }),
        check('b', says('b'), { needs: ['a', 'fine'] }),
        check('a', says('a', 'wrong')),
        check('fine', says('x')),
        check('behind-fine', says('x'), { needs: ['fine'] }),
      ],
      { slow: 0.1 },
    );
    expect(verdicts(result)).toEqual({
      c: 'unreached',
      b: 'unreached',
      a: 'unmet',
      fine: 'met',
      'behind-fine': 'met',
    });
    expect([result.by.b?.waitsFor, result.by.c?.waitsFor, result.by.a?.waitsFor]).toEqual([
      'a',
      'a',
      undefined,
    ]);
    expect(result.by.c).toMatchObject({ earned: 0, ms: 0 });
    expect(result.score).toMatchObject({ earned: 4, of: 10 });
  });

  it('behind its gate does not bar those that need it', async () => {
    const gated = [...says('a'), { send: 'b', expect: 'wrong' }];
    const result = await play(
      echo,
      [
        check('open-gate', gated, { gate: 2 }),
        check('through', says('x'), { needs: ['open-gate'] }),
        check('shut-gate', gated, { gate: 3 }),
        check('barred', says('x'), { needs: ['shut-gate'] }),
      ],
      { slow: 0.1 },
    );
    expect(verdicts(result)).toEqual({
      'open-gate': 'unmet',
      through: 'met',
      'shut-gate': 'unmet',
      barred: 'unreached',
    });
  });

  it('by the grader’s fault is void, with all behind it, and costs no marks', async () => {
    const result = await play(
      echo,
      [
        check('void', [{ open: 'c', from: '192.0.2.1' }]),
        check('behind', says('x'), { needs: ['void'] }),
        check('a', says('a')),
      ],
      { slow: 0.1 },
    );
    expect(verdicts(result)).toEqual({ void: 'void', behind: 'void', a: 'met' });
    expect(result.by.behind?.waitsFor).toBe('void');
    expect(result.score).toMatchObject({ earned: 2, of: 2 });
    expect(result.outcome).toBe('graded');
  });
});

describe('a selection', () => {
  const checks = [
    check('c', says('c'), { needs: ['b'] }),
    check('a', says('a')),
    check('b', says('b'), { needs: ['a'] }),
    check('d', says('d')),
  ];

  it('plays what it needs too, and lists only what was asked for', async () => {
    const progress: string[] = [];
    const result = await play(echo, checks, {
      only: ['c'],
      progress: (_, of, id) => progress.push(`${of} ${id}`),
    });
    expect(verdicts(result)).toEqual({ c: 'met' });
    expect(result.selection).toEqual(['c']);
    expect(progress).toEqual(['3 a', '3 b', '3 c']);
    expect(result.score).toMatchObject({ earned: 2, of: 2 });
  });

  it('of a check that is not there is an error of use', async () => {
    await expect(play(echo, checks, { only: ['a', 'zz'] })).rejects.toThrow('upper has no check "zz"');
    expect(programs()).toEqual([]);
  });
});

describe('a program that can not be graded', () => {
  const checks = [
    check('a', says('a')),
    check('own', says('b'), { subject: 'own' }),
    check('c', says('c'), { needs: ['a'] }),
  ];
  const limits = { readyMs: 900, idleMs: 300 };

  async function problemOf(source: string | string[], options: Parameters<typeof play>[2] = {}) {
    const command = typeof source === 'string' ? program('broken.mjs', source) : source;
    const result = await play(command, checks, options);
    expect(result.score.earned).toBe(0);
    expect(new Set(Object.values(verdicts(result))).size).toBe(1);
    return {
      ...result,
      says: result.problem?.says ?? '',
      kind: result.problem?.kind,
      verdict: result.checks[0]?.verdict,
    };
  }

  it('because it ends', async () => {
    const it = await problemOf(`console.error('first\\nlast words'); process.exit(2);`);
    expect(it).toMatchObject({ outcome: 'not-started', kind: 'ended', verdict: 'unreached' });
    expect(it.says).toContain('ended with exit status 2 after');
    expect(it.says).toContain('before it listened');
    expect(it.problem?.output).toBe('first\nlast words');
    expect(it.score.of).toBe(6);
  });

  it.runIf(process.platform === 'linux')('because it listens elsewhere', async () => {
    const it = await problemOf(`createServer(() => {}).listen(port + 1, '127.0.0.1');`, {
      contract: { limits: { readyMs: 20_000, idleMs: 300 } },
    });
    expect(it).toMatchObject({ outcome: 'not-started', kind: 'elsewhere', verdict: 'unreached' });
    const port = Number(it.command.at(-1));
    expect(it.says).toContain(`listened on port ${port + 1}, not on ${port}`);
    expect(it.problem?.advice.join(' ')).toContain(`--port ${port + 1}`);
  });

  it('because it only waits', async () => {
    const it = await problemOf(`setInterval(() => {}, 60_000);`, { contract: { limits } });
    expect(it).toMatchObject({ outcome: 'not-started', kind: 'never', verdict: 'unreached' });
    expect(it.says).toMatch(/never listened on port \d+\./);
  });

  it('because it is busy', async () => {
    const it = await problemOf(`for (;;);`, { contract: { limits } });
    expect(it).toMatchObject({ outcome: 'not-started', kind: 'never' });
    expect(it.says).toContain('It was busy');
  });

  it('because there is none', async () => {
    const it = await problemOf(['wiremark-no-such-program']);
    expect(it).toMatchObject({ outcome: 'not-started', kind: 'unstartable', verdict: 'unreached' });
    expect(it.says).toContain('no program called wiremark-no-such-program on PATH');
  });

  it('because its port is taken: the machine’s fault, which costs no marks', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const it = await problemOf(echo, { fixedPort: port });
    expect(it).toMatchObject({ outcome: 'not-graded', kind: 'taken', verdict: 'void', score: { of: 0 } });
    expect(it.says).toContain(`Port ${port} was taken`);
    expect(programs()).toEqual([]);
    await new Promise(resolve => holder.close(resolve));
  });

  it('only for once: a start that fails is tried again', async () => {
    const flag = join(base, 'started-once');
    const result = await play(
      program(
        'second.mjs',
        `
if (!existsSync(${JSON.stringify(flag)})) { writeFileSync(${JSON.stringify(flag)}, ''); process.exit(1); }
createServer(socket => socket.on('data', bytes => socket.write(String(bytes).toUpperCase()))).listen(port, '127.0.0.1');
`,
      ),
      [check('a', says('a'))],
    );
    expect(verdicts(result)).toEqual({ a: 'met' });
  });
});

describe('a program with a port of its own', () => {
  it('runs only once at a time', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => probe.once('listening', resolve));
    const { port } = probe.address() as { port: number };
    await new Promise(resolve => probe.close(resolve));
    const result = await play(
      echo,
      [
        ...['a', 'b'].map(id => check(id, says(id))),
        ...['o', 'p', 'q'].map(id => check(id, says(id), { subject: 'own' })),
        check('bad', says('x', 'wrong')),
        check('waits', [{ open: 'c' }, { pause: 100 }, { send: 'x', expect: 'X' }]),
      ],
      { fixedPort: port, slow: 0.3, cpus: 4 },
    );
    expect(verdicts(result)).toEqual({
      a: 'met',
      b: 'met',
      o: 'met',
      p: 'met',
      q: 'met',
      bad: 'unmet',
      waits: 'met',
    });
    expect(result.command.at(-1)).toBe(String(port));
    expect(programs().length).toBeGreaterThanOrEqual(5);
    expect(programs().filter(({ alone }) => !alone)).toEqual([]);
  });
});

describe('a client', () => {
  it('is a fresh program for each check, in a folder of its own', async () => {
    const client = program(
      'client.mjs',
      `
import { connect } from 'node:net';
writeFileSync('left', 'x');
const socket = connect(Number(process.argv[3]), process.argv[2], () => socket.end('hello ' + existsSync('before') + '\\n'));
socket.resume();
`,
    );
    const steps: Step[] = [{ run: {} }, { expect: 'hello false' }, { folder: '{work}', expect: ['left'] }];
    const checks = ['a', 'b', 'c'].map(id => check(id, steps, { actors: { server: { plays: 'lines' } } }));
    const { port } = contract.ports;
    const result = await play(client, checks, {
      contract: {
        role: 'client',
        arguments: ['{host}', '{port}'],
        ports: port === undefined ? {} : { port: { ...port, opener: 'grader' } },
      },
    });
    expect(verdicts(result)).toEqual({ a: 'met', b: 'met', c: 'met' });
    expect(new Set(programs().map(({ cwd }) => cwd)).size).toBe(3);
  });
});
