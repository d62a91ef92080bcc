/** What a check sends and wants, in the notation of a transcript or in words. Nothing here has happened. */
import type { Impairment, Payload } from '../fixture/schema.ts';
import { isObject, type Json } from '../judge/json.ts';
import { say } from '../judge/parts.ts';
import { aboutMain, encodePayload, type Protocol } from '../protocol/protocol.ts';

/** `code 250, text starting with "x"`; the name of the main field goes without saying. */
export function inWords(expectation: Json, main = ''): string {
  if (expectation === '') return 'an empty text';
  if (!isObject(expectation)) return named(say(expectation));
  const entries = Object.entries(expectation);
  if (entries.every(([key]) => key === '$present')) return 'anything';
  if (entries.some(([key]) => key.startsWith('$'))) return named(say(expectation));
  return entries
    .map(([key, value]) => (key === main ? inWords(value) : `${key} ${inWords(value)}`))
    .join(', ');
}

/** A value that is bound on first sight gets a name; later it is called by it. */
const named = (words: string): string =>
  words
    .replace(/^a value \(([^)]*)\)/, 'anything, called $1')
    .replace(/ and a value \(([^)]*)\)/, ', called $1');

/** A message that is wanted: literally, or in words; `rest` is what else is wanted of a literal one. */
export function wantedMessage(
  expectation: Json,
  protocol: Protocol,
): { literal: Buffer; rest: string } | { words: string } {
  const about = aboutMain(protocol, expectation);
  const text = isObject(about) ? about[protocol.main] : undefined;
  if (!isObject(about) || typeof text !== 'string') return { words: inWords(expectation, protocol.main) };
  const { [protocol.main]: _, end, ...others } = about;
  const ending = typeof end === 'string' ? end : '';
  if (end !== undefined && ending === '') Object.assign(others, { end });
  const rest = Object.keys(others).length === 0 ? '' : inWords(others);
  return { literal: Buffer.from(text + ending), rest };
}

/** Bytes of a payload; undefined where only its fields are known before the check is played. */
export function payloadBytes(protocol: Protocol, payload: Payload): Buffer | undefined {
  try {
    return encodePayload(protocol, payload);
  } catch {
    return undefined;
  }
}

/** Pieces in which a payload leaves. */
export function cutAt(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const edges = [0, ...offsets.filter(offset => offset < bytes.length), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

const listed = (ordinals: readonly number[]): string =>
  `${ordinals.length === 1 ? 'datagram' : 'datagrams'} ${ordinals.join(', ')}`;

/** What happens to datagrams on the way, a sentence each. */
export function impairmentInWords(impairment: Impairment | undefined): string[] {
  const sides = [
    { fate: impairment?.out, whose: 'to the program' },
    { fate: impairment?.in, whose: 'from the program' },
  ];
  return sides.flatMap(({ fate, whose }) => {
    if (fate === undefined) return [];
    const { drop, duplicate, delay, swap, loss } = fate;
    return [
      ...(drop === undefined ? [] : [`lost on purpose: ${listed(drop)} ${whose}`]),
      ...(duplicate === undefined ? [] : [`doubled: ${listed(duplicate)} ${whose}`]),
      ...Object.entries(delay ?? {}).map(([n, ms]) => `${ms} ms late: datagram ${n} ${whose}`),
      ...(swap === undefined ? [] : [`overtaken by the next: ${listed(swap)} ${whose}`]),
      ...(loss === undefined ? [] : [`lost at random: ${Math.round(loss * 100)} % of those ${whose}`]),
    ];
  });
}
