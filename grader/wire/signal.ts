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

/**
 * Settles with the first value of `test` that is not undefined, or with undefined after `ms`
 * milliseconds. `test` is tried at once and whenever one of the signals is notified.
 *
 * The grader's own slowness must not count against the program: when the timer fires, bytes that have
 * already come are read first, and a timer that fires late (a machine under load) gives its lateness
 * to the program, once.
 */
export function until<T>(
  signals: readonly Signal[],
  test: () => T | undefined,
  ms: number,
): Promise<T | undefined> {
  const early = test();
  if (early !== undefined) return Promise.resolve(early);
  return new Promise(resolve => {
    let prolonged = false;
    let due = performance.now() + ms;
    const stops = signals.map(signal => signal.watch(look));
    let timer = setTimeout(expire, ms);
    function finish(value: T | undefined): void {
      clearTimeout(timer);
      for (const stop of stops) stop();
      resolve(value);
    }
    function look(): void {
      const value = test();
      if (value !== undefined) finish(value);
    }
    function expire(): void {
      const lag = performance.now() - due;
      if (lag > tolerableLag && !prolonged) {
        prolonged = true;
        const more = Math.min(lag, ms);
        due = performance.now() + more;
        timer = setTimeout(expire, more);
        return;
      }
      // Input that has come is handled between timers and immediates.
      setImmediate(() => finish(test()));
    }
  });
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
