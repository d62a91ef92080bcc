/**
 * Waiting for something to happen, with a deadline. No polling: whoever changes something notifies.
 */
export class Signal {
  readonly #waiters = new Set<() => void>();

  notify(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** Calls `waiter` at each notification; the answer ends that. */
  watch(waiter: () => void): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }
}

/** Milliseconds by which a timer may be late before the wait is prolonged by its lateness. */
const tolerableLag = 50;
/** Less than so many milliseconds of starvation are not worth another wait. */
const leastExcused = 20;
/** Starvation prolongs a wait by so many times its deadline, at the most. */
const mostExcused = 4;

/**
 * Settles with the first value of `test` that is not undefined, or with undefined after `ms`
 * milliseconds. `test` is tried at once and whenever one of the signals is notified.
 *
 * Slowness that is not the program's must not count against it. When the timer fires, bytes that have
 * already come are read first. A timer that fires late gives its lateness to the program, once. And
 * `starved` tells for how many milliseconds the program was ready to run and was not let: they are
 * added, as long as there are more of them, up to a few times the deadline.
 */
export function until<T>(
  signals: readonly Signal[],
  test: () => T | undefined,
  ms: number,
  starved: () => number = () => 0,
): Promise<T | undefined> {
  const early = test();
  if (early !== undefined) return Promise.resolve(early);
  return new Promise((resolve, reject) => {
    let settled = false;
    let prolonged = false;
    let excused = 0;
    let due = performance.now() + ms;
    const stops = signals.map(signal => signal.watch(look));
    let timer = setTimeout(expire, ms);
    function finish(settle: () => void): void {
      settled = true;
      clearTimeout(timer);
      for (const stop of stops) stop();
      settle();
    }
    function look(): void {
      attempt(false);
    }
    function attempt(last: boolean): void {
      if (settled) return;
      try {
        const value = test();
        if (last || value !== undefined) finish(() => resolve(value));
      } catch (error) {
        // Here, in a socket's event or a timer, nobody else would catch it.
        finish(() => reject(error));
      }
    }
    function prolong(more: number): void {
      due = performance.now() + more;
      timer = setTimeout(expire, more);
    }
    function expire(): void {
      const lag = performance.now() - due;
      if (lag > tolerableLag && !prolonged) {
        prolonged = true;
        prolong(Math.min(lag, ms));
        return;
      }
      const more = Math.min(starved(), mostExcused * ms) - excused;
      if (more > leastExcused) {
        excused += more;
        prolong(more);
        return;
      }
      // Input that has come is handled between timers and immediates.
      setImmediate(() => attempt(true));
    }
  });
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Settles when input that had come before the call has been handled: two rounds of the event loop later. */
export async function inputRead(): Promise<void> {
  for (let round = 0; round < 2; round += 1) await new Promise(resolve => setImmediate(resolve));
}
