/**
 * One grader at a time on one output folder.
 *
 * Each grader lays an empty file of its own into `.wiremark/lock/`, whose name says which process it is, and
 * only then looks at the others: so of two that come at once at least one sees the other. Names are never
 * used twice; to remove the file of a process that has gone can not hit a living one, however many clean up.
 * (On a network file system whose listings lag behind, two machines could miss each other.)
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDead, statOf } from '../subject/proc.ts';

/** Milliseconds between two looks at others who came at the same time, and how often. */
const pause = 20;
const looks = 10;

export interface Lock {
  /** Never throws; a second call does nothing. */
  release(): void;
}

/** The grader that is at work in the folder. */
export interface Holder {
  pid: number;
  /** The machine, where it is another one or another container: whether it still runs can't be seen from here. */
  elsewhere?: string;
  /** The file that stands for it. */
  file: string;
}

/** @param folder is made if missing. Throws the system's error where nothing can be written. */
export async function takeLock(folder: string): Promise<Lock | Holder> {
  mkdirSync(folder, { recursive: true });
  const mine = nameOf(thisProcess());
  const release = (): void => {
    try {
      rmSync(join(folder, mine), { force: true });
    } catch {
      // It means nothing any more as soon as this process has ended.
    }
  };
  closeSync(openSync(join(folder, mine), 'wx', 0o600));
  try {
    for (let look = 1; ; look += 1) {
      const others = present(folder, mine);
      const [other] = others;
      if (other === undefined) return { release };
      // Of those that come at once the first name stays and the others go; one that is at work does not go.
      if (look === looks || others.some(({ name }) => name < mine)) {
        release();
        return holderOf(folder, other.name, other.process);
      }
      await delay(pause);
    }
  } catch (error) {
    release();
    throw error;
  }
}

interface Process {
  pid: number;
  /** Clock ticks from the machine's start to its own (Linux; else 0): tells a reused pid from the old one. */
  born: number;
  /** The namespace in which the pid counts, and the run of the machine; "" where the system has no such name. */
  namespace: string;
  boot: string;
  /** Of the machine's name what can stand in the name of a file. */
  host: string;
}

function thisProcess(): Process {
  return {
    pid: process.pid,
    born: statOf(process.pid)?.born ?? 0,
    namespace: /\d+/.exec(attempt(() => readlinkSync('/proc/self/ns/pid')))?.[0] ?? '',
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')).replace(/[^0-9a-f]/g, ''),
    host: hostname()
      .replace(/[^\w.-]/g, '-')
      .slice(0, 100),
  };
}

const attempt = (read: () => string): string => {
  try {
    return read();
  } catch {
    return '';
  }
};

const nameOf = ({ pid, born, namespace, boot, host }: Process): string =>
  [pid, born, namespace, boot, randomBytes(4).toString('hex'), host].join(',');

/** Undefined for a name that is none of ours. */
function processOf(name: string): Process | undefined {
  const [pid = '', born = '', namespace = '', boot = '', , host] = name.split(',');
  if (host === undefined || !/^\d+$/.test(pid)) return undefined;
  return { pid: Number(pid), born: Number(born), namespace, boot, host };
}

/** Other processes that may be at work; the files of those that are not are removed. */
function present(folder: string, mine: string): { name: string; process: Process }[] {
  return readdirSync(folder)
    .filter(name => name !== mine)
    .flatMap(name => {
      const process = processOf(name);
      if (process === undefined) return [];
      if (!hasGone(process, join(folder, name))) return [{ name, process }];
      rmSync(join(folder, name), { force: true });
      return [];
    });
}

const isElsewhere = (other: Process, here: Process): boolean =>
  other.boot === here.boot && here.boot !== ''
    ? other.namespace !== here.namespace
    : other.host !== here.host;

/** Without Linux's /proc a pid that has been given to another program keeps the lock; the refusal says how to end that. */
function hasGone(other: Process, file: string): boolean {
  const here = thisProcess();
  if (isElsewhere(other, here)) return false;
  if (other.boot !== here.boot) return true;
  if (here.boot === '' && isOlderThanBoot(file)) return true;
  const now = statOf(other.pid);
  if (now !== undefined) return isDead(now) || now.born !== other.born;
  try {
    process.kill(other.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
}

const isOlderThanBoot = (file: string): boolean => {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && written < Date.now() - uptime() * 1000;
};

const holderOf = (folder: string, name: string, other: Process): Holder => ({
  pid: other.pid,
  ...(isElsewhere(other, thisProcess()) ? { elsewhere: other.host } : {}),
  file: join(folder, name),
});
