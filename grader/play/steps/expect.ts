/** Waiting for a message and comparing it; and the words for what came instead. */
import type { Json } from '../../judge/json.ts';
import { match } from '../../judge/match.ts';
import { aboutMain } from '../../protocol/protocol.ts';
import type { Channel } from '../../wire/channel.ts';
import type { Message } from '../../wire/reader.ts';
import { inputRead, until } from '../../wire/signal.ts';
import type { Context } from '../context.ts';
import { seconds, Unmet } from '../failure.ts';
import { endingInWords } from '../program.ts';

interface Wanted {
  within?: number | undefined;
  partial?: true | undefined;
  allow?: readonly Json[] | undefined;
}

/** What the other end is called in a sentence. */
export const other = (context: Context): string =>
  context.scene.contract.role === 'server' ? 'server' : 'client';

/** Waits for the next message on a channel and compares it. */
export async function expectMessage(
  context: Context,
  on: string | undefined,
  expectation: Json,
  wanted: Wanted,
): Promise<void> {
  const { name, channel, protocol } = context.find(on);
  const wish = context.values.fill(expectation);
  const about = aboutMain(protocol, wish);
  const allowed = (wanted.allow ?? []).map(item => aboutMain(protocol, context.values.fill(item)));
  const ms = context.limit(wanted.within, 'reply');
  const missing = (says: string): Unmet => {
    const partial = channel.partial();
    // Where nothing came at all, the expectation is shown as the check writes it.
    const difference =
      partial === undefined
        ? match(wish, undefined, new Map())
        : match(about, partial, new Map(context.bindings));
    return new Unmet(says, { channel: name, difference });
  };
  // Messages that may come before the wanted one do not buy time for it.
  const begun = context.scene.transcript.now();
  let passed = 0;
  for (;;) {
    const at = context.cursors.get(channel) ?? 0;
    const left = Math.max(0, begun + ms - context.scene.transcript.now());
    passed += 1;
    if (passed > 1 && left === 0) throw missing(`the ${other(context)} sent much, but not what was wanted`);
    // Messages that are there already are looked at without a pause; a flood of them must leave room for others.
    if (passed % 100 === 0) await inputRead();
    const next = await patiently(context, channel, left, () =>
      nextOn(context, channel, at, wanted.partial && about),
    );
    if (next === undefined) throw missing(noReply(context, channel, ms));
    if (next === 'over') throw missing(await itIsOver(context, channel));
    context.cursors.set(channel, at + 1);
    if (next === 'taken') return;
    const difference = match(about, next, context.bindings);
    if (difference === undefined) return;
    if (allowed.some(item => match(item, next, context.bindings) === undefined)) continue;
    throw new Unmet(`the ${other(context)} sent something else`, { channel: name, difference });
  }
}

/** More unread bytes than these show that a long message is being worked on, if they become fewer. */
const longUnread = 65_536;

/**
 * The deadline is one of silence: while bytes of a long message keep coming, or a long message of ours keeps
 * being read, it begins anew.
 */
async function patiently<T>(
  context: Context,
  channel: Channel,
  ms: number,
  test: () => T | undefined,
): Promise<T | undefined> {
  const { transcript } = context.scene;
  const begun = transcript.now();
  let unread = Number.POSITIVE_INFINITY;
  for (let left = ms; ; ) {
    const found = await context.wait([channel], test, left);
    const now = transcript.now();
    if (found !== undefined || now - begun > context.scene.patience.moving + context.starvedMs())
      return found;
    left = channel.pending > 0 ? channel.lastArrivalAt + ms - now : 0;
    if (left > 0) continue;
    const before = unread;
    unread = unreadOn(context, channel);
    const wasLong = before === Number.POSITIVE_INFINITY ? unread > longUnread : before > longUnread;
    if (!wasLong || unread >= before) return undefined;
    left = ms;
  }
}

/** Bytes of ours that the program has not read; 0 where that can not be known. */
function unreadOn(context: Context, channel: Channel): number {
  const { program, place, contract } = context.scene;
  const theirs = place.ports[Object.keys(contract.ports)[0] ?? ''];
  if (channel.localPort === undefined || theirs === undefined || program === undefined) return 0;
  return program.subject.unreadBytes(channel.localPort, theirs) ?? 0;
}

/** The next message; "taken" when an unfinished one fits and may count; "over" when none can come. */
function nextOn(
  context: Context,
  channel: Channel,
  at: number,
  partialAbout: Json | undefined,
): Message | 'taken' | 'over' | undefined {
  const received = channel.received[at];
  if (received !== undefined) return received.message;
  if (partialAbout !== undefined && fits(channel.pending, partialAbout)) {
    const partial = channel.partial();
    if (partial !== undefined && match(partialAbout, partial, context.bindings) === undefined) {
      channel.takePartial();
      return 'taken';
    }
  }
  // A datagram socket does not notice that the program is gone; a connection that it held is closed.
  return channel.state !== 'open' || context.programGone ? 'over' : undefined;
}

/**
 * Whether so many bytes may be the text that an expectation wants literally: what is shorter, or longer than
 * its characters can be, need not be put together to compare.
 */
function fits(bytes: number, about: Json): boolean {
  const text = typeof about === 'object' && about !== null && 'text' in about ? about.text : undefined;
  if (typeof text !== 'string') return bytes > 0;
  return bytes >= Math.max(1, text.length) && bytes <= 4 * text.length + 2;
}

function noReply(context: Context, channel: Channel, ms: number): string {
  const who = other(context);
  if (channel.partial() !== undefined)
    return `the ${who} sent the beginning of a message, but not its end, within ${seconds(ms)}`;
  if (who === 'client' && channel.transport === 'tcp' && channel.connections === 0)
    return `the client did not connect within ${seconds(ms)}`;
  return `nothing came from the ${who} within ${seconds(ms)}`;
}

/** How long the end of a program may come behind the end of its connection, in milliseconds. */
const endingLag = 60;

async function itIsOver(context: Context, channel: Channel): Promise<string> {
  const who = other(context);
  const { program } = context.scene;
  // A program that dies closes its connections first: the cause is worth a moment.
  if (program !== undefined && channel.state !== 'closed')
    await until([program.signal], () => program.ending, endingLag);
  const ending = program?.ending;
  if (ending !== undefined && (who === 'server' || program?.gone))
    return `the ${who} ${endingInWords(ending)}`;
  if (channel.state === 'reset') return `the ${who} reset the connection`;
  if (channel.state === 'flooded') return `the ${who} sent without end`;
  return `the ${who} closed the connection`;
}
