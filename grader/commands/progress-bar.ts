/** How far a class is: a bar with rate and time left on a terminal, a line now and then elsewhere. */
import cliProgress from 'cli-progress';
import type { Io } from './io.ts';

export interface ClassProgress {
  /** One more is done. `kept`: it was found in the journal; `needsYou`: it has no marks. */
  step(what: { kept: boolean; needsYou: boolean }): void;
  done(): void;
}

/** Between two plain lines, ms. */
const lineEveryMs = 5_000;

export function classProgress(total: number, io: Io): ClassProgress {
  return io.errIsTerminal ? bar(total, io) : lines(total, io);
}

/** How many are done, and how fast: of those that are really graded, as what is kept comes at once. */
class Tally {
  readonly #total: number;
  readonly #begun = performance.now();
  #graded = 0;
  #needYou = 0;
  done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  count({ kept, needsYou }: { kept: boolean; needsYou: boolean }): void {
    this.done += 1;
    if (!kept) this.#graded += 1;
    if (needsYou) this.#needYou += 1;
  }

  /** "18.4/s", "5 s left", "3 need you"; the first two as soon as there is something to go by. */
  words(): string[] {
    const seconds = (performance.now() - this.#begun) / 1000;
    const rate = this.#graded / seconds;
    return [
      ...(this.#graded < 2 ? [] : [rateOf(rate), `${timeLeft((this.#total - this.done) / rate)} left`]),
      ...(this.#needYou === 0 ? [] : [`${this.#needYou} ${this.#needYou === 1 ? 'needs' : 'need'} you`]),
    ];
  }
}

const rateOf = (rate: number): string =>
  rate < 0.5 ? `${(rate * 60).toFixed(1)}/min` : `${rate.toFixed(1)}/s`;

const timeLeft = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

function bar(total: number, io: Io): ClassProgress {
  const tally = new Tally(total);
  const [full, empty] = io.unicode ? ['█', '░'] : ['#', '.'];
  const shown = new cliProgress.SingleBar({
    format: '{bar}  {value}/{total}{words}',
    barCompleteChar: full,
    barIncompleteChar: empty,
    // Beside it: "1234/1234   18.4/s   17 min left   123 need you".
    barsize: Math.max(10, Math.min(28, io.width - 52)),
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
    fps: 8,
  });
  const payload = (): { words: string } => ({
    words: tally
      .words()
      .map(words => `   ${words}`)
      .join(''),
  });
  shown.start(total, 0, payload());
  return {
    step: what => {
      tally.count(what);
      shown.update(tally.done, payload());
    },
    done: () => shown.stop(),
  };
}

function lines(total: number, io: Io): ClassProgress {
  const tally = new Tally(total);
  let lastAt = performance.now();
  return {
    step: what => {
      tally.count(what);
      if (performance.now() - lastAt < lineEveryMs || tally.done === total) return;
      lastAt = performance.now();
      io.err(`${[`${tally.done}/${total}`, ...tally.words()].join('   ')}\n`);
    },
    done: () => undefined,
  };
}
