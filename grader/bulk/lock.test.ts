import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundled } from './golden/bundled.ts';
import { type Holder, type Lock, takeLock } from './lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wiremark-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const taken = (lock: Lock | Holder): Lock => {
  if ('release' in lock) return lock;
  throw new Error(`held by ${lock.pid}`);
};
const held = (lock: Lock | Holder): Holder => {
  if ('pid' in lock) return lock;
  throw new Error('nobody holds it');
};

/** Parts of the name that stands for a process: pid, birth, namespace, boot, random, host. */
async function ownParts(): Promise<string[]> {
  const lock = taken(await takeLock(folder));
  const [name = ''] = readdirSync(folder);
  lock.release();
  return name.split(',');
}

describe('takeLock', () => {
  it('lets in one after the other', async () => {
    const lock = taken(await takeLock(folder));
    const { pid, elsewhere } = held(await takeLock(folder));
    expect([pid, elsewhere]).toEqual([process.pid, undefined]);
    lock.release();
    lock.release();
    taken(await takeLock(folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes nobody’s file for a grader', async () => {
    writeFileSync(join(folder, '.DS_Store'), '');
    taken(await takeLock(folder)).release();
    expect(readdirSync(folder)).toEqual(['.DS_Store']);
  });

  it('throws where it can write nothing', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(takeLock(join(folder, 'file'))).rejects.toThrow('EEXIST');
  });
});

describe.runIf(process.platform === 'linux')('a lock that was left', () => {
  const leave = (parts: readonly string[]): string => {
    const name = parts.join(',');
    writeFileSync(join(folder, name), '');
    return name;
  };

  it.each([
    ['by a process that has gone', 0, () => String(spawnSync('true').pid)],
    ['by one whose pid was given to another', 1, () => '12345'],
    ['before the machine was started again', 3, () => '0123456789abcdef0123456789abcdef'],
  ])('%s is taken over', async (_, at, value) => {
    const parts = await ownParts();
    parts[at] = value();
    leave(parts);
    const lock = taken(await takeLock(folder));
    expect(readdirSync(folder)).toHaveLength(1);
    lock.release();
  });

  it('by a dead process that nobody has fetched is taken over', async () => {
    // The shell becomes a program that never asks for its child.
    const child = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const pid = String(await new Promise(resolve => child.stdout.once('data', resolve))).trim();
      const parts = await ownParts();
      const born = spawnSync('sh', ['-c', `cut -d' ' -f22 /proc/${pid}/stat`])
        .stdout.toString()
        .trim();
      leave([pid, born, ...parts.slice(2)]);
      taken(await takeLock(folder)).release();
    } finally {
      child.kill('SIGKILL');
    }
  });

  it.each([
    ['in another container', { 2: '1' }],
    ['on another machine', { 3: '0123456789abcdef0123456789abcdef', 5: 'lab-3' }],
  ])('%s stays, because nobody can tell', async (_, change) => {
    const parts = Object.assign(await ownParts(), change);
    const name = leave(parts);
    expect(held(await takeLock(folder))).toEqual({
      pid: process.pid,
      elsewhere: parts[5],
      file: join(folder, name),
    });
    expect(readdirSync(folder)).toEqual([name]);
  });
});

it('lets in exactly one of many processes that come at once', async () => {
  const script = await bundled(`
    import { writeSync } from 'node:fs';
    import { takeLock } from './lock.ts';
    process.stdin.once('data', async () => {
      const lock = await takeLock(process.argv[2]);
      writeSync(1, 'release' in lock ? 'mine ' : 'theirs ');
    });
    process.stdin.once('end', () => process.exit());
    writeSync(1, 'ready ');
  `);
  try {
    for (let round = 0; round < 2; round += 1) {
      const children = Array.from({ length: 6 }, () => spawn(process.execPath, [script.file, folder]));
      const said = children.map(() => '');
      const all = (word: RegExp): Promise<void> =>
        new Promise(resolve => {
          const look = (): void => {
            if (said.every(text => word.test(text))) resolve();
          };
          for (const [i, child] of children.entries())
            child.stdout.on('data', (data: Buffer) => {
              said[i] += data.toString();
              look();
            });
        });
      await all(/ready/);
      const decided = all(/mine|theirs/);
      for (const child of children) child.stdin.write('go');
      await decided;
      expect(said.filter(text => text.includes('mine'))).toHaveLength(1);
      // They end without releasing it: the next round takes it over.
      await Promise.all(
        children.map(child => {
          child.stdin.end();
          return new Promise(resolve => child.once('exit', resolve));
        }),
      );
    }
  } finally {
    script.remove();
  }
});
