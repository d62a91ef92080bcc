/**
 * Watches what the programs that are shut in use, and stops one that goes beyond its limits. The kernel's own
 * limits (`room/sandbox.ts`) hold in between; they know single processes only and say nothing, while this one
 * adds up the whole tree and can tell the student what was hit.
 */
import type { Limits } from './enclosure.ts';
import { isDead, memoryOf, proportionalMemoryOf, type Stat } from './proc.ts';

/** Between two looks, ms; the first ones come sooner, because a fork bomb is quick. */
const LOOK_MS = 50;
const EAGER_MS = 10;
const EAGER_FOR_MS = 500;
/** Every so many looks the disks are looked at. */
const DISK_EVERY = 4;
/** One clock tick of /proc, ms. */
const TICK_MS = 10;

export interface Guarded {
  readonly limits: Limits;
  /** `performance.now()` when it was started. */
  readonly startedAt: number;
  /** Its living processes, those of the sandbox among them. */
  scan(): Stat[];
  /** Processes of the sandbox itself: not counted. */
  readonly depth: number;
  full(): string[];
  entered(pids: readonly number[]): void;
  enforced(): string | undefined;
  /** A limit that was hit without ending the program, in words. */
  note(says: string): void;
  /** Ends the program; `says`: "used 512 MB of 512 MB of memory". */
  exceed(says: string): void;
}

const guarded = new Map<Guarded, { looks: number; next: number }>();
let timer: NodeJS.Timeout | undefined;

/** Until `unguard`. One timer for all; it does not keep the grader alive. */
export function guard(it: Guarded): void {
  guarded.set(it, { looks: 0, next: performance.now() + EAGER_MS });
  timer ??= setTimeout(look, EAGER_MS).unref();
}

export function unguard(it: Guarded): void {
  guarded.delete(it);
  if (guarded.size > 0) return;
  clearTimeout(timer);
  timer = undefined;
}

function look(): void {
  const now = performance.now();
  for (const [it, state] of guarded) {
    if (now < state.next) continue;
    state.looks += 1;
    state.next = now + (now - it.startedAt < EAGER_FOR_MS ? EAGER_MS : LOOK_MS);
    const says = excess(it, state.looks);
    if (says !== undefined) it.exceed(says);
  }
  if (guarded.size === 0) return;
  const next = Math.min(...[...guarded.values()].map(state => state.next));
  timer = setTimeout(look, Math.max(1, next - performance.now())).unref();
}

/** What is beyond a limit, in words; undefined if nothing is. */
export function excess(it: Guarded, looks = 0): string | undefined {
  const { limits } = it;
  const stats = it.scan().filter(stat => !isDead(stat));
  const pids = stats.map(({ pid }) => pid);
  it.entered(pids);
  const tasks = stats.reduce((sum, { threads }) => sum + threads, 0) - it.depth;
  if (tasks > limits.processes) return tooManyTasks(limits);
  const cpuMs = stats.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_MS;
  if (cpuMs >= limits.cpuMs) return `used ${seconds(cpuMs)} of ${seconds(limits.cpuMs)} of processor time`;
  const age = performance.now() - it.startedAt;
  if (age >= limits.wallMs) return `ran for ${seconds(age)} of ${seconds(limits.wallMs)}`;
  const bytes = memory(pids, limits.memoryBytes);
  if (bytes > limits.memoryBytes)
    return `used ${megabytes(bytes)} of ${megabytes(limits.memoryBytes)} of memory`;
  if (looks % DISK_EVERY === 1) for (const says of it.full()) it.note(says);
  return it.enforced();
}

/** The same words whoever noticed it. */
export const tooManyTasks = ({ processes }: Limits): string =>
  `had more processes and threads at once than the ${processes} that it may`;

/** Shared pages are counted once: a server that has forked ten times is not ten times as large. */
function memory(pids: readonly number[], most: number): number {
  const roughly = pids.reduce((sum, pid) => sum + memoryOf(pid), 0);
  if (roughly <= most) return roughly;
  return pids.reduce((sum, pid) => sum + (proportionalMemoryOf(pid) ?? memoryOf(pid)), 0);
}

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;
const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
