/** The record of all that passed in one check, in order, with times. Every socket writes into it. */

export interface Peer {
  address: string;
  /** Host byte order. */
  port: number;
}

export type EventKind =
  | 'open'
  | 'data'
  /** End of stream: that side sends no more. */
  | 'end'
  | 'reset'
  | 'close'
  | 'refused'
  /** A datagram or connection that the grader's impairment kept back. */
  | 'dropped'
  /** What the program read from its standard input, or that it was started. */
  | 'run'
  | 'exit'
  | 'signal'
  | 'note';

export interface TranscriptEvent {
  /** Milliseconds since the check began. */
  at: number;
  /** Name of the connection, socket or actor; "" for the program itself. */
  channel: string;
  /** Whose act it was. */
  by: 'grader' | 'subject';
  kind: EventKind;
  bytes?: Buffer;
  /** The other end, where the check can see a difference (datagrams). */
  peer?: Peer;
  text?: string;
}

export class Transcript {
  readonly events: TranscriptEvent[] = [];
  readonly #start = performance.now();
  #ended = false;

  /** What happens from now on is the grader putting things away, and no part of the check. */
  end(): void {
    this.#ended = true;
  }

  add(event: Omit<TranscriptEvent, 'at'>): TranscriptEvent {
    const timed = { at: this.now(), ...event };
    if (!this.#ended) this.events.push(timed);
    return timed;
  }

  /** Milliseconds since the check began. */
  now(): number {
    return performance.now() - this.#start;
  }
}
