/**
 * Control groups, where the machine lets the grader make some: the one way to bound a whole tree of processes
 * exactly, with memory that no process holds (files in memory, shared segments) counted too.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits } from '../subject/enclosure.ts';
import { megabytes } from '../subject/guard.ts';

export interface Groups {
  /** Puts processes in; those that have gone are passed over. */
  enter(pids: readonly number[]): void;
  /** What the kernel has ended a process for, in words. */
  enforced(): string | undefined;
  /** When no process is left in it. */
  remove(): void;
}

export const noGroups: Groups = { enter: () => {}, enforced: () => undefined, remove: () => {} };

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

export function removeGroup(folders: Readonly<Record<string, string>>): void {
  for (const folder of Object.values(folders)) {
    try {
      rmdirSync(folder);
    } catch {
      // A process is still dying in it; the coordinator removes the lane's groups at the end.
    }
  }
}

/** A group for one program. Falls back to none where the kernel does not take the limits. */
export function limitedGroup(
  { version, folders }: { version: 1 | 2; folders: Readonly<Record<string, string>> },
  name: string,
  limits: Limits,
): Groups {
  let group: Record<string, string>;
  try {
    group = makeGroup(folders, name);
    const memory = group.memory ?? group.all;
    const pids = group.pids ?? group.all;
    if (memory !== undefined) {
      // A little more than the guard allows: who crosses it slowly is told so by name.
      const most = String(Math.round(1.1 * limits.memoryBytes) + 16 * 1024 * 1024);
      write(join(memory, version === 1 ? 'memory.limit_in_bytes' : 'memory.max'), most);
      const swap = join(memory, version === 1 ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max');
      if (existsSync(swap)) write(swap, version === 1 ? most : '0');
    }
    // The two processes of the sandbox itself come on top.
    if (pids !== undefined) write(join(pids, 'pids.max'), String(limits.processes + 4));
  } catch {
    return noGroups;
  }
  const inside = new Set<number>();
  return {
    enter(entering) {
      for (const pid of entering) {
        if (inside.has(pid)) continue;
        inside.add(pid);
        for (const folder of Object.values(group)) tryWrite(join(folder, 'cgroup.procs'), String(pid));
      }
    },
    enforced: () => enforcedIn(group, version, limits),
    remove: () => removeGroup(group),
  };
}

function enforcedIn(group: Record<string, string>, version: 1 | 2, limits: Limits): string | undefined {
  const memory = group.memory ?? group.all ?? '';
  const pids = group.pids ?? group.all ?? '';
  const killed = count(join(memory, version === 1 ? 'memory.oom_control' : 'memory.events'), 'oom_kill');
  if (killed > 0) {
    const most = megabytes(limits.memoryBytes);
    return `used more than ${most} of ${most} of memory`;
  }
  if (count(join(pids, 'pids.events'), 'max') > 0)
    return `had ${limits.processes} processes and threads at once, of ${limits.processes}`;
  return undefined;
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

const write = (file: string, text: string): void => writeFileSync(file, text);

function tryWrite(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch {
    // The process has gone.
  }
}
