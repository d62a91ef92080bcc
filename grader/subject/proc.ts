/**
 * Reads Linux's /proc: one process at a time, synchronously and without allocation where it is polled
 * every millisecond. Nothing here throws: a process that has just gone reads as undefined or empty.
 */
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

/** What /proc/<pid>/stat says of a process. */
export interface Stat {
  pid: number;
  parent: number;
  group: number;
  session: number;
  /** R running, S sleeping, D waiting for a disk, T stopped, Z dead but not yet fetched by its parent, … */
  state: string;
  threads: number;
  /** Processor time of it and of the children that it has waited for, in clock ticks (10 ms). */
  ticks: number;
  /** When it was started, in clock ticks since the machine's start: tells a reused pid from the old one. */
  born: number;
}

const scratch = Buffer.allocUnsafe(128 * 1024);

/** A small file of /proc as bytes; the result is only good until the next call. */
function readBytes(path: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    let length = 0;
    while (length < scratch.length) {
      const count = readSync(descriptor, scratch, length, scratch.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return scratch.subarray(0, length);
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** A small file of /proc (up to 128 KiB) as text, one character a byte. */
export function readProc(path: string): string | undefined {
  return readBytes(path)?.toString('latin1');
}

export function statOf(pid: number): Stat | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  if (!text) return undefined;
  // The name in parentheses may itself hold parentheses and blanks: fields count from the last one.
  const field = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number) => Number(field[index]);
  return {
    pid,
    state: field[0] ?? '?',
    parent: number(1),
    group: number(2),
    session: number(3),
    ticks: number(11) + number(12) + number(13) + number(14),
    threads: number(17),
    born: number(19),
  };
}

/** Dead, though its parent has not fetched its exit status yet. */
export const isDead = (stat: Stat): boolean => stat.state === 'Z' || stat.state === 'X';

/** True if any thread runs, waits for a processor, or waits for a disk. */
export function isBusy(stat: Stat): boolean {
  if (stat.state === 'R' || stat.state === 'D') return true;
  if (stat.threads < 2) return false;
  for (const thread of names(`/proc/${stat.pid}/task`)) {
    const text = readProc(`/proc/${stat.pid}/task/${thread}/stat`);
    const state = text?.[text.lastIndexOf(')') + 2];
    if (state === 'R' || state === 'D') return true;
  }
  return false;
}

/** Children that the first thread has forked; empty where the kernel does not offer the list. */
export function childrenOf(pid: number): number[] {
  const text = readProc(`/proc/${pid}/task/${pid}/children`);
  return text ? text.trim().split(' ').map(Number).filter(Boolean) : [];
}

/** All processes that this process may see. */
export function allPids(): number[] {
  return names('/proc').map(Number).filter(Boolean);
}

/** The pid given out last: below an earlier one if the numbers have wrapped round since. */
export function lastPid(): number {
  return Number(readProc('/proc/loadavg')?.trim().split(' ').at(-1) ?? 0);
}

/**
 * The environment that the process was started with, up to 128 KiB; undefined if it may not be read. Only
 * good until the next call of a function of this file.
 */
export const environmentOf = (pid: number): Buffer | undefined => readBytes(`/proc/${pid}/environ`);

/** Name of the program as the kernel keeps it: at most 15 characters. */
export const nameOf = (pid: number): string | undefined => readProc(`/proc/${pid}/comm`)?.trim();

/** Inode numbers of the sockets that the process holds; undefined if it may not be looked at. */
export function socketInodes(pid: number): string[] | undefined {
  let descriptors: string[];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? undefined : [];
  }
  const inodes: string[] = [];
  for (const descriptor of descriptors) {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
      if (target.startsWith('socket:[')) inodes.push(target.slice(8, -1));
    } catch {
      // Closed in between.
    }
  }
  return inodes;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Milliseconds that the worst-off thread of a process has waited for a processor; 0 if that can't be read. */
export function starvedMs(pid: number): number {
  const waits = names(`/proc/${pid}/task`).map(task => {
    const [, delay] = (readProc(`/proc/${pid}/task/${task}/schedstat`) ?? '').split(' ');
    return Number(delay ?? 0) / 1e6;
  });
  return Math.max(0, ...waits);
}

/** Where a process works; undefined if that can't be read. */
export function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Bytes of memory that are the process's own or shared by memory, not by a file; 0 if that can't be read. */
export function memoryOf(pid: number): number {
  const text = readProc(`/proc/${pid}/status`);
  if (text === undefined) return 0;
  return kilobytes(text, 'RssAnon') + kilobytes(text, 'RssShmem');
}

/** The same with shared pages divided among those that share them; dear: it walks the page tables. */
export function proportionalMemoryOf(pid: number): number | undefined {
  const text = readProc(`/proc/${pid}/smaps_rollup`);
  return text ? kilobytes(text, 'Pss_Anon') + kilobytes(text, 'Pss_Shmem') : undefined;
}

function kilobytes(text: string, field: string): number {
  const at = text.indexOf(`${field}:`);
  return at === -1
    ? 0
    : 1024 * Number.parseInt(text.slice(at + field.length + 1, at + field.length + 20), 10);
}
