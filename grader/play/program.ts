/** The program under test as the steps see it: a subject whose end wakes whoever waits for it. */
import type { Captured, Ending, Subject } from '../subject/subject.ts';
import { Signal } from '../wire/signal.ts';

/** Time that the last bytes of a dead program get to arrive. */
const drainMs = 30;

export class Program {
  readonly subject: Subject;
  /** Notified when the program has ended, and once more when its last bytes must be there. */
  readonly signal = new Signal();
  /** True a moment after the whole program has ended: nothing more can come from it. */
  gone = false;

  constructor(subject: Subject) {
    this.subject = subject;
    void subject.gone.then(() => {
      setTimeout(() => {
        this.gone = true;
        this.signal.notify();
      }, drainMs);
    });
    void subject.ended.then(() => this.signal.notify());
  }

  get ending(): Ending | undefined {
    return this.subject.ending;
  }

  output(stream: 'stdout' | 'stderr'): Captured {
    return this.subject.output(stream);
  }
}

/** "ended with exit status 1" / "was ended by SIGSEGV". */
export function endingInWords(ending: Ending): string {
  return ending.signal === undefined
    ? `ended with exit status ${ending.status}`
    : `was ended by ${ending.signal}`;
}

/** The last lines that a program printed before it ended, at most 20. */
export function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-20).join('\n');
}
