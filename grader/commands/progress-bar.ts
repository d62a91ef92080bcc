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

/** Submissions a second since the first that was really graded: those kept come at once. */
class Rate {
  #begun: number | undefined;
  #graded = 0;

  count(kept: boolean): void {
    this.#begun ??= performance.now();
    if (!kept) this.#graded += 1;
  }

  /** "18.4/s" and "5 s left"; empty until there is something to go by. */
  words(left: number): { rate: string; eta: string } {
    const seconds = (performance.now() - (this.#begun ?? performance.now())) / 1000;
    if (this.#graded < 2 || seconds < 0.5) return { rate: '', eta: '' };
    const rate = this.#graded / seconds;
    return { rate: `${rate.toFixed(1)}/s`, eta: `${timeLeft(left / rate)} left` };
  }
}

const timeLeft = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

function bar(total: number, io: Io): ClassProgress {
  const rate = new Rate();
  let done = 0;
  let needsYou = 0;
  const [full, empty] = io.unicode ? ['█', '░'] : ['#', '.'];
  const shown = new cliProgress.SingleBar({
    format: '{bar}  {value}/{total}{words}',
    barCompleteChar: full,
    barIncompleteChar: empty,
    barsize: Math.max(10, Math.min(28, io.width - 50)),
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
    fps: 8,
  });
  const payload = (): { words: string } => {
    const { rate: speed, eta } = rate.words(total - done);
    const parts = [speed, eta, needsYou > 0 ? `${needsYou} need you` : ''].filter(Boolean);
    return { words: parts.length > 0 ? `   ${parts.join('   ')}` : '' };
  };
  shown.start(total, 0, payload());
  return {
    step: what => {
      done += 1;
      if (what.needsYou) needsYou += 1;
      rate.count(what.kept);
      shown.update(done, payload());
    },
    done: () => shown.stop(),
  };
}

function lines(total: number, io: Io): ClassProgress {
  const rate = new Rate();
  let done = 0;
  let needsYou = 0;
  let lastAt = performance.now();
  return {
    step: what => {
      done += 1;
      if (what.needsYou) needsYou += 1;
      rate.count(what.kept);
      if (performance.now() - lastAt < lineEveryMs || done === total) return;
      lastAt = performance.now();
      const { rate: speed, eta } = rate.words(total - done);
      const parts = [`${done}/${total}`, speed, eta, needsYou > 0 ? `${needsYou} need you` : ''];
      io.err(`${parts.filter(Boolean).join('  ')}\n`);
    },
    done: () => undefined,
  };
}
