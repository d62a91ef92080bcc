/** A line that says how far a run is; only on a terminal, and only where the report does not go. */
import type { Io } from './io.ts';

/** A run that is over sooner shows no progress at all, in milliseconds. */
const patienceMs = 400;

export function showProgress(io: Io): { step(decided: number, of: number): void; done(): void } {
  const begun = performance.now();
  let shown = false;
  return {
    step(decided, of) {
      if (!io.errIsTerminal || performance.now() - begun < patienceMs) return;
      shown = true;
      io.err(`\r\u001b[K${decided} of ${of} checks`);
    },
    done() {
      if (shown) io.err('\r\u001b[K');
    },
  };
}
