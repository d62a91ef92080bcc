import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build } from './build.ts';
import { statOf } from './proc.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const sh = (script: string, limitMs = 20_000) =>
  build({
    command: ['sh', '-c', script, 'sh', '{out}'],
    cwd: base,
    out: join(base, 'out'),
    limitMs,
    env: { A: 'b' },
  });

describe.runIf(process.platform !== 'win32')('a build', () => {
  it('succeeds', async () => {
    const result = await sh('echo one; echo two >&2; echo "$A" > "$1/product"');
    expect(result).toMatchObject({ ok: true, status: 0, reason: undefined, output: 'one\ntwo\n' });
    expect(readFileSync(join(base, 'out/product'), 'utf8')).toBe('b\n');
    expect(result.seconds).toBeGreaterThan(0);
  });

  it('fails with a status, a signal, or without a start', async () => {
    const failed = await sh('echo server.c:3: error; exit 2');
    expect(failed).toMatchObject({
      ok: false,
      status: 2,
      reason: 'it ended with status 2',
      output: 'server.c:3: error\n',
    });
    expect(await sh('kill -TERM $$')).toMatchObject({
      ok: false,
      status: 143,
      reason: 'it was ended by SIGTERM',
    });
    const nothing = await build({
      command: ['no-such-compiler'],
      cwd: base,
      out: join(base, 'out'),
      limitMs: 1000,
    });
    expect(nothing).toMatchObject({ ok: false, status: 127, reason: /no program called no-such-compiler/ });
  });

  it('does not wait for orphans, and ends them', async () => {
    const result = await sh('sleep 300 & echo $!; exit 0');
    expect(result).toMatchObject({ ok: true });
    expect(result.seconds).toBeLessThan(10);
    const pid = Number(result.output);
    if (process.platform === 'linux') expect(['Z', undefined]).toContain(statOf(pid)?.state);
  });

  it('is ended when it takes too long, with all that it started', async () => {
    const result = await sh('trap "" TERM; (sleep 300; touch late) & echo begun; sleep 300', 300);
    expect(result).toMatchObject({
      ok: false,
      status: 137,
      reason: 'it took longer than 0.3 s and was ended',
    });
    expect(result.output).toBe('begun\n');
    expect(result.seconds).toBeLessThan(10);
    expect(existsSync(join(base, 'late'))).toBe(false);
  });

  it('keeps head and tail of much output', async () => {
    const { output } = await sh(
      'echo begin; i=0; while [ $i -lt 20000 ]; do echo "error $i"; i=$((i+1)); done; echo end',
    );
    expect(output.length).toBeLessThan(100_000);
    expect(output).toMatch(/^begin\n[\s\S]*bytes left out[\s\S]*end\n$/);
  });
});
