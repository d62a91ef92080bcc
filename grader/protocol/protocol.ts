/**
 * What the grader must know of a protocol. To add one:
 *   1. write `protocol/<name>.ts` with a `Protocol` (copy lines.ts for text over TCP, datagram.ts for UDP),
 *   2. add it to the table in `protocol/registry.ts`,
 *   3. name it in a contract ("protocol": "<name>") and write checks against the fields of its messages.
 */
import type { Json } from '../judge/json.ts';
import type { Reader } from '../wire/reader.ts';
import type { HandAct } from './by-hand.ts';

/** What a step or rule sends; the shapes are described in `fixture/schema.ts`. */
export type Payload =
  | string
  | readonly string[]
  | { readonly text: string }
  | { readonly hex: string }
  | { readonly base64: string }
  | { readonly message: Json };

/** A rule of an actor (`fixture/schema.ts`), as far as a protocol itself needs it. */
export interface DefaultRule {
  readonly on?: 'open' | 'message' | 'end';
  readonly when?: Json;
  readonly reply?: string;
  readonly do?: { 'half-close': true }[];
}

/** Payloads that need no knowledge of the protocol are turned into bytes by `encodePayload`. */
export interface Protocol {
  readonly name: string;
  readonly transport: 'tcp' | 'udp';
  /** Field of a message that an expectation written as a bare text is about. */
  readonly main: string;
  /** The same for what the grader hears as a server, where that has another. */
  readonly mainHeard?: string;
  /** One framed message in text form, e.g. a line with its line end. */
  encodeText(text: string): Buffer;
  /** A message given by its fields; left out by protocols whose messages are plain text. */
  encodeMessage?(message: Json): Buffer;
  /** @param plays what the grader is in the exchange: a client reads replies, a server what is asked of it */
  reader(plays: 'client' | 'server'): Reader;
  /**
   * Shell command that does the same to a server at `host` and `port`; undefined when none would. A second line is
   * another command for the same.
   */
  byHand(acts: readonly HandAct[], host: string, port: number): string | undefined;
  /** Shell command that plays the server for a client which calls `port`. */
  byHandServer(acts: readonly HandAct[], port: number): string | undefined;
  /** What an actor with rules answers where none of its own applies. */
  readonly defaultRules?: readonly DefaultRule[];
}

/** The protocol as the grader's servers hear it. */
export const asHeard = (protocol: Protocol): Protocol =>
  protocol.mainHeard === undefined ? protocol : { ...protocol, main: protocol.mainHeard };

export function encodePayload(protocol: Protocol, payload: Payload): Buffer {
  if (typeof payload === 'string') return protocol.encodeText(payload);
  if (Array.isArray(payload)) return Buffer.concat(payload.map(text => protocol.encodeText(String(text))));
  if ('text' in payload) return Buffer.from(payload.text, 'utf8');
  if ('hex' in payload) return Buffer.from(payload.hex.replace(/\s+/g, ''), 'hex');
  if ('base64' in payload) return Buffer.from(payload.base64, 'base64');
  if ('message' in payload && protocol.encodeMessage !== undefined)
    return protocol.encodeMessage(payload.message);
  throw new Error(`the protocol "${protocol.name}" has no messages that are given by fields`);
}

/**
 * An expectation written as a bare text, or as operators only, is about the main field of the message:
 * "HELLO" stands for { "text": "HELLO" }. Alternatives are lifted one by one.
 */
export function aboutMain(protocol: Pick<Protocol, 'main'>, expectation: Json): Json {
  if (typeof expectation !== 'object' || expectation === null) return { [protocol.main]: expectation };
  if (Array.isArray(expectation)) return { [protocol.main]: expectation };
  const operators = expectation as { readonly [key: string]: Json };
  const names = Object.keys(operators);
  if (names.length === 0 || names.some(name => !name.startsWith('$'))) return expectation;
  if (names.length === 1 && Array.isArray(operators.$any))
    return { $any: operators.$any.map(alternative => aboutMain(protocol, alternative)) };
  return { [protocol.main]: expectation };
}
