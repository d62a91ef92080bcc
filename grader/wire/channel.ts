/** One endpoint that the grader plays: a connection, a datagram socket, or a listener with its connections. */
import type { Message } from './reader.ts';
import type { Signal } from './signal.ts';
import type { Peer } from './transcript.ts';

export interface Received {
  message: Message;
  /** Milliseconds since the check began. */
  at: number;
  from: Peer | undefined;
}

export type ChannelState = 'open' | 'ended' | 'reset' | 'flooded' | 'closed';

/** What one channel may receive in a check; more is a flood, and is not read any more. */
export const mostReceived = { bytes: 64 * 1024 * 1024, messages: 20_000 };

export interface Channel {
  readonly name: string;
  readonly transport: 'tcp' | 'udp';
  /** Notified at every arrival and change of state. */
  readonly signal: Signal;
  /** Complete messages, in order of arrival. Only ever grows. */
  readonly received: readonly Received[];
  /** `ended`: the other side sends no more; `flooded`: it sent too much; `closed`: the grader closed it. */
  readonly state: ChannelState;
  /** Connections accepted (listener) or opened. */
  readonly connections: number;
  /** When bytes came last, in milliseconds since the check began; 0 before the first. */
  readonly lastArrivalAt: number;
  /** Address from which the last message came, for datagrams. */
  readonly lastPeer: Peer | undefined;
  /** Port of the grader's end of a connection. */
  readonly localPort: number | undefined;
  /** Bytes of the unfinished message. */
  readonly pending: number;
  /** The unfinished message, if any, and taking it as it is. */
  partial(): Message | undefined;
  takePartial(): Received | undefined;
  /** Settles when the bytes are handed to the system. `to` only for datagrams. */
  send(bytes: Buffer, to?: Peer): Promise<void>;
  halfClose(): void;
  reset(): void;
  close(): void;
  /** Stops reading for that many milliseconds. */
  stall(ms: number): void;
  /**
   * Lets go of everything at the end of the check. `abrupt`: a connection that the program has closed is
   * reset, so that the program's port does not rest in TIME_WAIT (RFC 9293 §3.6.1).
   */
  dispose(abrupt?: boolean): void;
}

/** The grader or its machine could not do its part: never the program's fault. */
export class GraderTrouble extends Error {}
