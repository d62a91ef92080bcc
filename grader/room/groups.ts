/**
 * Control groups, where the machine lets the grader make some: the one way to bound a whole tree of processes
 * exactly, with memory that no process holds (files in memory, shared segments) counted too.
 */
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Limits } from '../subject/enclosure.ts';
import { megabytes, tooManyTasks } from '../subject/guard.ts';

export interface Groups {
  /** Files to which a process writes 0 to join. */
  readonly doors: readonly string[];
  /** Puts processes in; those that have gone are passed over. */
  enter(pids: readonly number[]): void;
  /** What the kernel has ended a process for, in words. */
  enforced(): string | undefined;
  /** For the next program: forgets what the last one has done. */
  reset(): void;
}

export const noGroups: Groups = { doors: [], enter: () => {}, enforced: () => undefined, reset: () => {} };

/** Where this process may make groups: its own group in each hierarchy, if it can be written. */
export function writableGroups(): { version: 1 | 2; folders: Record<string, string> } | undefined {
  const own = new Map<string, string>();
  for (const line of lines('/proc/self/cgroup')) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(',')) own.set(controller, path);
  }
  const folders: Record<string, string> = {};
  for (const controller of ['memory', 'pids']) {
    const folder = join('/sys/fs/cgroup', controller, own.get(controller) ?? '');
    if (own.has(controller) && canMake(folder)) folders[controller] = folder;
  }
  if (Object.keys(folders).length > 0) return { version: 1, folders };
  const unified = join('/sys/fs/cgroup', own.get('') ?? '');
  const offered = lines(join(unified, 'cgroup.subtree_control')).join(' ').split(' ');
  return offered.includes('memory') && offered.includes('pids') && canMake(unified)
    ? { version: 2, folders: { all: unified } }
    : undefined;
}

function canMake(folder: string): boolean {
  const trial = join(folder, `wiremark-${process.pid}-trial`);
  try {
    mkdirSync(trial);
    rmdirSync(trial);
    return true;
  } catch {
    return false;
  }
}

/** Makes a group in each folder; the answer holds their folders. Throws what the system throws. */
export function makeGroup(folders: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(folders).map(([controller, folder]) => {
      const made = join(folder, name);
      mkdirSync(made, { recursive: true });
      return [controller, made];
    }),
  );
}

/** With the groups in it. False while a process in one of them is still dying: then it stays. */
export function removeGroup(folders: Readonly<Record<string, string>>): boolean {
  for (const folder of Object.values(folders)) {
    if (!existsSync(folder)) continue;
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory()) rmdirSync(join(folder, entry.name));
      rmdirSync(folder);
    } catch {
      return false;
    }
  }
  return true;
}

/**
 * A group for the programs of one place, used again for the next ones. Undefined where the kernel does not take
 * the limits.
 */
export function limitedGroup(
  { version, folders }: { version: 1 | 2; folders: Readonly<Record<string, string>> },
  name: string,
  limits: Limits,
  user: { uid: number; gid: number } | undefined,
): Groups | undefined {
  let group: Record<string, string>;
  let doors: string[];
  try {
    group = makeGroup(folders, name);
    const memory = group.memory ?? group.all;
    const pids = group.pids ?? group.all;
    if (memory !== undefined) {
      // A little more than the guard allows: who crosses it slowly is told so by name.
      const most = String(Math.round(1.1 * limits.memoryBytes) + 16 * 1024 * 1024);
      writeFileSync(join(memory, version === 1 ? 'memory.limit_in_bytes' : 'memory.max'), most);
      const swap = join(memory, version === 1 ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max');
      if (existsSync(swap)) writeFileSync(swap, version === 1 ? most : '0');
    }
    // The processes of the sandboxes themselves come on top.
    if (pids !== undefined) writeFileSync(join(pids, 'pids.max'), String(limits.processes + 8));
    doors = Object.values(group).map(folder => join(folder, 'cgroup.procs'));
    // Programs join before they begin, and by then they are another user's.
    if (user !== undefined) for (const door of doors) chownSync(door, user.uid, user.gid);
  } catch {
    return undefined;
  }
  const tail = `/${(doors[0] ?? '').split('/').slice(-3, -1).join('/')}`;
  const inside = new Set<number>();
  // The counters only ever grow; what counts is what they have grown by.
  let before = hitsOf(group, version);
  return {
    doors,
    enter(entering) {
      for (const pid of entering) {
        if (inside.has(pid)) continue;
        inside.add(pid);
        // In it from birth, as its parent was.
        if (lines(`/proc/${pid}/cgroup`).filter(line => line.endsWith(tail)).length === doors.length)
          continue;
        // Not waited for: it takes the kernel milliseconds.
        for (const folder of Object.values(group))
          writeFile(join(folder, 'cgroup.procs'), String(pid)).catch(() => undefined);
      }
    },
    enforced() {
      const now = hitsOf(group, version);
      if (now.killed > before.killed) return `used more than ${megabytes(limits.memoryBytes)} of memory`;
      if (now.refused > before.refused) return tooManyTasks(limits);
      return undefined;
    },
    reset() {
      inside.clear();
      before = hitsOf(group, version);
    },
  };
}

/** How often the kernel has ended a process for want of memory, and refused a new one. */
function hitsOf(group: Record<string, string>, version: 1 | 2): { killed: number; refused: number } {
  const memory = group.memory ?? group.all;
  const pids = group.pids ?? group.all;
  return {
    killed: memory
      ? count(join(memory, version === 1 ? 'memory.oom_control' : 'memory.events'), 'oom_kill')
      : 0,
    refused: pids ? count(join(pids, 'pids.events'), 'max') : 0,
  };
}

/** "oom_kill 3" in a file of such lines. */
function count(file: string, name: string): number {
  const line = lines(file).find(text => text.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}
