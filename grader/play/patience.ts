/**
 * How long a step waits, in milliseconds. A pass returns at once; only a failure costs its deadline.
 * A check that shares a program is given less, because its failure there is not the last word: it is
 * repeated alone, with more patience, and only that second verdict counts.
 */
export interface Patience {
  /** For a reply, a connection, a message to an actor. */
  reply: number;
  /** For the end of a client. */
  exit: number;
  /** Silence that counts as "nothing comes", where no barrier exists. */
  quiet: number;
  /** One short second look at a file or folder. */
  recheck: number;
  /** For a long message that keeps moving: 8 MiB, read or sent in small pieces. */
  moving: number;
  /** Applied to limits that a check states itself. */
  scale: number;
}

const shared = { reply: 1000, exit: 2000, quiet: 250, recheck: 300, moving: 5000 };
const alone = { reply: 3000, exit: 5000, quiet: 250, recheck: 300, moving: 30_000 };

/** `slow` stretches every deadline (a slow machine, a debugger); the proof also shrinks them. */
export function patience(mode: 'shared' | 'alone', slow: number): Patience {
  const base = mode === 'shared' ? shared : alone;
  return {
    reply: base.reply * slow,
    exit: base.exit * slow,
    quiet: base.quiet * Math.min(slow, 1),
    recheck: base.recheck * slow,
    moving: base.moving * slow,
    scale: slow,
  };
}
