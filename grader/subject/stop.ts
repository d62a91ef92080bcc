/**
 * Ends subjects: all their processes, those too that ignore SIGTERM, are stopped, or have become daemons.
 * Keeps the one register of what still runs, so that nothing outlives the grader.
 */
import type { Kin } from './kin.ts';
import type { Stat } from './proc.ts';
import { pause } from './ready.ts';

/** How long a tree may take to die, ms. SIGKILL waits only for a process that is stuck in the kernel. */
const LIMIT_MS = 2000;

/**
 * SIGKILLs a tree until nothing of it lives, or for two seconds. Never rejects.
 * @param ended settles when the first process has ended
 */
export async function endTree(kin: Kin, ended: Promise<unknown>): Promise<void> {
  const started = performance.now();
  if (!kin.visible) {
    // Without /proc the group is all that can be named: daemons with a session of their own get away.
    kill(-kin.root);
    return pause(LIMIT_MS, ended);
  }
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (let wait = 1; ; wait = Math.min(2 * wait, 50)) {
    // While its first process has not been waited for, the group is ours, whatever can be read of /proc.
    await Promise.resolve();
    if (!over) kill(-kin.root);
    // Searched anew each time: a process may fork between the search and its death.
    const living = kin.scan();
    if (living.length === 0 || performance.now() - started >= LIMIT_MS) break;
    killEach(kin, living);
    await pause(wait, living.length === 1 && living[0]?.pid === kin.root ? ended : undefined);
  }
  await pause(Math.max(0, LIMIT_MS - (performance.now() - started)), ended);
}

/** The same for the grader's last moment: blocks for up to `limitMs`. */
export function endTreeNow(kin: Kin, limitMs = 200): void {
  if (!kin.visible) {
    kill(-kin.root);
    return;
  }
  const until = performance.now() + limitMs;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    const living = kin.scan();
    killEach(kin, living);
    if (living.length === 0 || performance.now() >= until) return;
    Atomics.wait(clock, 0, 0, 2);
  }
}

function killEach(kin: Kin, living: readonly Stat[]): void {
  // The group in one call, so that none of it can fork away; but only while it is certain to be ours.
  if (living.some(stat => stat.group === kin.root)) kill(-kin.root);
  for (const { pid, group } of living) if (group !== kin.root) kill(pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already, or not ours to kill.
  }
}

/** Something that runs and must not outlive the grader. */
export interface Stoppable {
  stop(): Promise<void>;
  /** Without waiting for events: for the exit hook. */
  stopNow(): void;
}

const running = new Set<Stoppable>();
let hooked = false;

/** From its start until it is stopped. */
export function register(subject: Stoppable): void {
  running.add(subject);
  if (hooked) return;
  hooked = true;
  process.once('exit', stopAllNow);
}

export function unregister(subject: Stoppable): void {
  running.delete(subject);
}

/** Stops every subject that this process has started, blocking; for an exit hook. */
export function stopAllNow(): void {
  for (const subject of running) subject.stopNow();
  running.clear();
}
