/**
 * Waits until a subject listens, by what the operating system says of its processes. Nothing is sent to
 * it: to a program that serves one client after the other, a trial connection is a client.
 */
import { Activity } from './activity.ts';
import type { Kin } from './kin.ts';
import { starvedMs } from './proc.ts';
import { SocketWatch } from './socket-watch.ts';
import type { Ending, Listening, Readiness } from './subject.ts';

/** A subject as its watcher sees it. */
export interface Watched {
  readonly kin: Kin;
  /** `performance.now()` when it was started. */
  readonly startedAt: number;
  readonly ended: Promise<Ending>;
  readonly ending: Ending | undefined;
}

export interface ReadyLimits {
  /** From the start of the program, ms. */
  readyMs: number;
  /** Sleep without a socket, ms. */
  idleMs: number;
}

/** How long the wanted socket may follow another one at the least, ms; a program that then rests is given up. */
const ELSEWHERE_MS = 300;
/** How often all processes are searched for and their processor time read, ms. */
const SCAN_MS = 20;

/** Never rejects. */
export async function awaitSockets(
  subject: Watched,
  wanted: readonly Listening[],
  limits: ReadyLimits,
): Promise<Readiness> {
  const { kin } = subject;
  const watch = new SocketWatch(wanted, kin.look());
  const activity = new Activity();
  let scannedAt = 0;
  let scanMs = 0;
  let sawEnding = false;
  let strayedAt: number | undefined;
  const alarm = new Alarm();
  void subject.ended.then(() => alarm.ring());

  for (;;) {
    const age = performance.now() - subject.startedAt;
    const { complete, others } = watch.look(kin.look());
    if (complete) return { kind: 'ready', afterMs: performance.now() - subject.startedAt };

    strayedAt = others.length > 0 ? (strayedAt ?? age) : undefined;
    const strayed =
      strayedAt !== undefined && age - strayedAt >= ELSEWHERE_MS && activity.idleMs >= limits.idleMs;
    const limit = limits.readyMs + (age >= limits.readyMs ? excused(kin, limits.readyMs) : 0);
    if (strayed || age >= limit) {
      const last = watch.look(kin.look(), true);
      if (last.complete) return { kind: 'ready', afterMs: age };
      if (last.others.length > 0) return { kind: 'elsewhere', found: last.others };
    }
    if (age >= limit) return { kind: 'never', idle: false, afterMs: age };

    const ending: Ending | undefined = subject.ending;
    const justEnded: boolean = ending !== undefined && !sawEnding;
    if (justEnded || age - scannedAt >= Math.max(SCAN_MS, 20 * scanMs)) {
      sawEnding ||= justEnded;
      scannedAt = age;
      const living = kin.scan();
      // A daemon's first process ends early: the program has ended when nothing of it lives.
      if (ending && living.length === 0) return { kind: 'ended', ending };
      activity.note(living);
      scanMs = performance.now() - subject.startedAt - age;
      if (activity.idleMs >= limits.idleMs && others.length === 0 && !watch.mayAwaitNetwork()) {
        return { kind: 'never', idle: true, afterMs: age };
      }
    }
    await alarm.sleep(pollMs(age));
  }
}

/** Time in which the machine gave the program no processor does not count, up to a few times the limit, ms. */
function excused(kin: Kin, limitMs: number): number {
  return Math.min(3 * limitMs, Math.max(0, ...kin.look().map(starvedMs)));
}

/** Often while a small program starts, seldom when a large one takes its time. */
function pollMs(age: number): number {
  if (age < 100) return 1;
  if (age < 500) return 2;
  return age < 2000 ? 5 : 10;
}

/** Ends early when `event` happens. */
export function pause(ms: number, event?: Promise<unknown>): Promise<void> {
  const alarm = new Alarm();
  void event?.then(() => alarm.ring());
  return alarm.sleep(ms);
}

/** A sleep that can be cut short; one listener on a promise serves any number of sleeps. */
class Alarm {
  #wake: () => void = () => {};

  ring(): void {
    this.#wake();
  }

  sleep(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
