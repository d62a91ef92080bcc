/** Correct programs that are unusual lose nothing; floods and refusals come to an end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPlan } from '../fixture/plan.ts';
import type { Result } from '../report/result.ts';
import { openRoom } from '../room/open.ts';
import { type GradeOptions, grade } from './grade.ts';
import { Pool } from './pool.ts';

const base = mkdtempSync(join(tmpdir(), 'wiremark-fair-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
async function run(id: string, source: string, options: Partial<GradeOptions> = {}): Promise<Result> {
  count += 1;
  const file = join(base, `${count}.mjs`);
  writeFileSync(file, source);
  const command = [process.execPath, file];
  return grade({ plan: await loadPlan(id), command, room: openRoom(), ...options });
}
const unmet = (result: Result): string[] =>
  result.checks.filter(({ verdict }) => verdict !== 'met').map(({ id, verdict }) => `${verdict} ${id}`);

/** A TCP client that prints the reply, and more after `ms` milliseconds. */
const chatty = (ms: number): string => `
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
const socket = connect(Number(process.argv[3]), process.argv[2]);
socket.write(readFileSync(0, 'utf8').split('\\n')[0] + '\\n');
let text = '';
socket.on('data', bytes => {
  text += bytes;
  if (!text.includes('\\n')) return;
  process.stdout.write(text);
  setTimeout(() => { process.stdout.write('closed\\n'); process.exit(0); }, ${ms});
});`;

const udpServer = (before: string, after = ''): string => `
import { createSocket } from 'node:dgram';
import { openSync } from 'node:fs';
${before}
const socket = createSocket('udp4');
socket.on('message', (bytes, { address, port }) => {
  const out = Buffer.from(bytes);
  for (const [i, b] of out.entries()) if (b > 96 && b < 123) out[i] = b - 32;
  socket.send(out, port, address);
  ${after}
});
socket.bind(Number(process.argv[2]));`;

describe('a verdict does not depend on the moment', () => {
  it.each([1, 12, 40])('of output that goes on %i ms after the reply', async ms => {
    const only = ['client-prints-reply'];
    expect(unmet(await run('tcp-uppercase-client', chatty(ms), { only }))).toEqual([
      'unmet client-prints-reply',
    ]);
  });
});

describe('a correct program keeps its marks', () => {
  it('when only one of its kind can run at a time', async () => {
    const lock = join(base, 'lock');
    const exclusive = `import { rmSync } from 'node:fs';
try { openSync(${JSON.stringify(lock)}, 'wx'); } catch {
  const holder = Number((await import('node:fs')).readFileSync(${JSON.stringify(`${lock}.pid`)}, 'utf8'));
  let lives = true;
  try { process.kill(holder, 0); } catch { lives = false; }
  if (lives) process.exit(7);
}
(await import('node:fs')).writeFileSync(${JSON.stringify(`${lock}.pid`)}, String(process.pid));`;
    const result = await run('udp-uppercase-server', udpServer(exclusive));
    expect(unmet(result)).toEqual([]);
  });

  it('when knobs are set where the grader runs', async () => {
    process.env.TIMEOUT_MS = '1';
    try {
      const says = `console.log(process.env.TIMEOUT_MS ?? 'not set'); process.exit(1);`;
      const result = await run('udp-uppercase-client', says, { only: ['client-sends-line'] });
      expect(result.checks[0]?.failure?.program?.stderr).toBe('not set');
    } finally {
      delete process.env.TIMEOUT_MS;
    }
  });
});

describe('a run comes to its end', () => {
  it('with a pool of one', async () => {
    const result = await run('udp-uppercase-server', udpServer(''), { pool: new Pool(1, 1) });
    expect(unmet(result)).toEqual([]);
  });

  it('when a server answers without end', async () => {
    const flood = udpServer(
      '',
      `if (bytes[0] === 255) socket.removeAllListeners('message'), setInterval(() => { for (let i = 0; i < 50; i++) socket.send('x', port, address); }, 1);`,
    );
    const only = ['server-invalid-utf8-survives'];
    const result = await run('udp-uppercase-server', flood, { only });
    expect(unmet(result)).toEqual(['unmet server-invalid-utf8-survives']);
    expect(result.ms).toBeLessThan(60_000);
  });

  it('and says so where a client is not there', async () => {
    const plan = await loadPlan('udp-uppercase-client');
    const result = await grade({ plan, command: ['wiremark-no-such-client'], room: openRoom() });
    expect(result).toMatchObject({ outcome: 'not-started', problem: { kind: 'unstartable' } });
  });
});
