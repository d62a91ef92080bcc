/** A real lane for tests, opened as root or as a plain user, in which the test orders what happens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';
import type { Limits } from '../../subject/enclosure.ts';
import { onPath } from '../../subject/on-path.ts';
import type { Lane } from '../lane.ts';
import type { Order, Orders, Reply } from './in-lane.ts';
import type { Opened, Opening } from './opener.ts';

const MB = 1024 * 1024;

/** Small, so that they are soon hit; but time enough for a busy machine. */
export const limits: Limits = {
  wallMs: 120_000,
  cpuMs: 60_000,
  memoryBytes: 256 * MB,
  processes: 32,
  openFiles: 64,
  fileBytes: 4 * MB,
  diskBytes: 16 * MB,
};

const root = process.getuid?.() === 0;
/** Users as whom lanes can be opened here: root can become a plain one. */
export const users: readonly ('root' | 'plain user')[] = root ? ['root', 'plain user'] : ['plain user'];
/** Whom root becomes: nobody's number. */
const plainUser = { uid: 1_899_999_999, gid: 1_899_999_999 };

/** True where these tests can't run; in CI they run, and fail, because there they must not be missing. */
export const skipped = onPath('bwrap', process.env.PATH) === undefined && process.env.CI === undefined;
if (skipped) console.warn('The tests of the isolated room are skipped: bubblewrap is not installed.');
else if (!root) console.warn('The isolated room is tested as a plain user only: this is not root.');

type Ordered = {
  [K in keyof Orders]: (...args: Parameters<Orders[K]>) => Promise<Awaited<ReturnType<Orders[K]>>>;
};

export interface RealLane {
  /** What can be ordered; rejects with what it throws there. */
  readonly order: Ordered;
  /** The lane's outer process; the process that has started it. */
  readonly pid: number;
  readonly opener: number;
  readonly user: Lane['user'];
  readonly groups: readonly string[];
  /** Settles when the lane's opener has ended. */
  readonly over: Promise<void>;
  /** Ends it, if it has not ended. */
  close(): Promise<void>;
}

export interface LaneOptions {
  as?: 'root' | 'plain user';
  limits?: Partial<Limits>;
  places?: number;
  addresses?: readonly string[];
  groups?: boolean;
}

export async function openLane(options: LaneOptions = {}): Promise<RealLane> {
  const { as = users[0], places = 2, addresses = [], groups = false } = options;
  const bounds = { ...limits, ...options.limits };
  scripts ??= bundleScripts();
  const folder = await scripts;
  const opening: Opening = {
    lane: { places, diskBytes: bounds.diskBytes, jobBytes: 64 * MB, addresses },
    command: [process.execPath, join(folder, 'in-lane.js'), JSON.stringify(bounds)],
    groups,
  };
  const opener = spawn(process.execPath, [join(folder, 'opener.js'), JSON.stringify(opening)], {
    cwd: '/',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(root && as === 'plain user' ? plainUser : {}),
  });
  const over = new Promise<void>(resolve => void opener.once('exit', () => resolve()));
  const opened = await firstWords(opener);
  return {
    ...opened,
    opener: opener.pid ?? 0,
    order: orderedFrom(opener),
    over,
    close: async () => {
      if (opener.connected) opener.disconnect();
      await over;
    },
  };
}

let scripts: Promise<string> | undefined;
afterAll(async () => {
  if (scripts) rmSync(await scripts, { recursive: true, force: true });
});

/** Both sides as scripts, where every user can read them; made once. */
async function bundleScripts(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'wiremark-lane-'));
  chmodSync(folder, 0o755);
  await build({
    entryPoints: ['in-lane', 'opener'].map(name => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  // A plain .js file is a module if its folder says so.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

/** Rejects when the lane ends before it is ready. */
function firstWords(opener: ChildProcess): Promise<Opened> {
  return new Promise((resolve, reject) => {
    let opened: Opened | undefined;
    opener.on('message', function hear(message: Opened | 'ready') {
      if (message !== 'ready') {
        opened = message;
        return;
      }
      opener.off('message', hear);
      if (opened) resolve(opened);
    });
    opener.once('exit', () => reject(new Error('the lane ended before it was ready')));
  });
}

function orderedFrom(opener: ChildProcess): Ordered {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  opener.on('message', ({ id, value, error }: Reply) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  });
  opener.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the lane has ended'));
    waiting.clear();
  });
  const order = (name: keyof Orders, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      const message: Order = { id: last, name, args };
      opener.send(message, failed => {
        if (failed) reject(failed);
      });
    });
  // One door for all orders; their types stand in `Orders`.
  return new Proxy({} as Ordered, {
    get: (_, name) =>
      name === 'then' ? undefined : (...args: unknown[]) => order(name as keyof Orders, args),
  });
}

/** Living processes of this machine whose command line holds the text. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(Boolean)
    .filter(pid => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text);
      } catch {
        return false;
      }
    });
}

/** Waits until something is so; for what the kernel does a moment later. */
export async function soon(test: () => boolean | Promise<boolean>): Promise<void> {
  for (let trial = 0; !(await test()); trial += 1) {
    if (trial === 3000) throw new Error('it did not come to be');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
