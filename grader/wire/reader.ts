/**
 * What a socket needs of a protocol: to cut bytes into messages. Implemented in `protocol/`; it is
 * declared here so that the wire does not know the protocols.
 */
import type { Json } from '../judge/json.ts';

/** A message as checks see it. A reader may complete it later (e.g. by the line end that follows). */
export type Message = { [field: string]: Json };

export interface Reader {
  /** Bytes from a stream, or one datagram. The answer holds the messages that are now complete. */
  push(bytes: Buffer): Message[];
  /** Told of what the grader has sent there: a body follows one reply and not another. */
  sent?(bytes: Buffer): void;
  /** End of stream: what was left over, if that is a message. */
  end(): Message[];
  /** Bytes of the message that has begun and not ended. */
  readonly pending: number;
  /** The message that has begun and not ended; undefined when there is none. */
  partial(): Message | undefined;
  /** Takes that message as it is; what still belongs to it will complete it. */
  takePartial(): Message | undefined;
}
