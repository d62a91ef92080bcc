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

/** What a reader of the report should know of a program beyond its checks. */
export function notesOn(program: Program): string[] {
  const flood = program.output('stdout').elided > 0 || program.output('stderr').elided > 0;
  return [
    ...(flood ? ['The program printed so much that only the beginning and the end were kept.'] : []),
    ...program.subject.hits.map(says => `A limit was hit: the program ${says}.`),
  ];
}

/** "ended with exit status 1" / "was ended by SIGSEGV". */
export function endingInWords(ending: Ending): string {
  if (ending.stopped !== undefined) return `was stopped: it ${ending.stopped}`;
  return ending.signal === undefined
    ? `ended with exit status ${ending.status}`
    : `was ended by ${ending.signal}`;
}

/** The last lines that a program printed before it ended, at most 20. */
export function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-20).join('\n');
}
