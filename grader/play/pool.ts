/**
 * How much may happen at the same time. Starting a program and talking to it takes processor time, so
 * few may do that at once; waiting for one that is silent takes none, so a task that lasts gives its turn
 * to the next and goes on waiting beside it.
 */

/** A task that has run so long is taken to be waiting, in milliseconds. */
export const waitingAfter = 60;

export class Pool {
  readonly #turns: number;
  readonly #most: number;
  readonly #queue: (() => void)[] = [];
  #busy = 0;
  #live = 0;

  /** `turns`: tasks at work; `most`: tasks at work or waiting. */
  constructor(turns: number, most: number) {
    this.#turns = turns;
    this.#most = most;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#enter();
    let holds = true;
    const yieldTurn = (): void => {
      if (!holds) return;
      holds = false;
      this.#busy -= 1;
      this.#next();
    };
    const timer = setTimeout(yieldTurn, waitingAfter);
    try {
      return await task();
    } finally {
      clearTimeout(timer);
      this.#live -= 1;
      if (holds) yieldTurn();
      else this.#next();
    }
  }

  #enter(): Promise<void> {
    return new Promise(resolve => {
      this.#queue.push(resolve);
      this.#next();
    });
  }

  #next(): void {
    while (this.#busy < this.#turns && this.#live < this.#most) {
      const start = this.#queue.shift();
      if (start === undefined) return;
      this.#busy += 1;
      this.#live += 1;
      start();
    }
  }
}
