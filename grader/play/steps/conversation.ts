/** Steps that talk: open, send, expect, barrier, and how a conversation ends. */
import type { ExpectStep, StepOf } from '../../fixture/schema.ts';
import type { Json } from '../../judge/json.ts';
import { match } from '../../judge/match.ts';
import { aboutMain, encodePayload } from '../../protocol/protocol.ts';
import { type Channel, GraderTrouble } from '../../wire/channel.ts';
import type { Message } from '../../wire/reader.ts';
import { sleep } from '../../wire/signal.ts';
import { connect } from '../../wire/tcp.ts';
import { UdpEndpoint } from '../../wire/udp.ts';
import type { Context } from '../context.ts';
import { seconds, Unmet } from '../failure.ts';
import { endingInWords } from '../program.ts';
import { randomFrom } from '../values.ts';

/** Milliseconds between the pieces of a split send: enough to defeat "one recv is one message". */
const piecePause = 25;

interface Wanted {
  within?: number | undefined;
  partial?: true | undefined;
  allow?: readonly Json[] | undefined;
}

/** What the other end is called in a sentence. */
const other = (context: Context): string => (context.scene.contract.role === 'server' ? 'server' : 'client');

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
  for (;;) {
    const at = context.cursors.get(channel) ?? 0;
    const next = await patiently(context, channel, ms, () =>
      nextOn(context, channel, at, wanted.partial && about),
    );
    if (next === undefined) throw missing(noReply(context, channel, ms));
    if (next === 'over') throw missing(itIsOver(context, channel));
    context.cursors.set(channel, at + 1);
    if (next === 'taken') return;
    const difference = match(about, next, context.bindings);
    if (difference === undefined) return;
    if (allowed.some(item => match(item, next, context.bindings) === undefined)) continue;
    throw new Unmet(`the ${other(context)} sent something else`, { channel: name, difference });
  }
}

/** A long message may take so long in all, in milliseconds: 8 MiB, read or sent in small pieces, do. */
const longestMessage = 30_000;
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
    if (found !== undefined || now - begun > longestMessage) return found;
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
  if (partialAbout !== undefined && channel.pending >= textLength(partialAbout)) {
    const partial = channel.partial();
    if (partial !== undefined && match(partialAbout, partial, context.bindings) === undefined) {
      channel.takePartial();
      return 'taken';
    }
  }
  // A datagram socket does not notice that the program is gone; a connection that it held is closed.
  return channel.state !== 'open' || context.programGone ? 'over' : undefined;
}

/** Length of the text that an expectation wants literally: what is shorter need not be put together to compare. */
function textLength(about: Json): number {
  const text = typeof about === 'object' && about !== null && 'text' in about ? about.text : undefined;
  return typeof text === 'string' ? Math.max(1, text.length) : 1;
}

function noReply(context: Context, channel: Channel, ms: number): string {
  const who = other(context);
  if (channel.partial() !== undefined)
    return `the ${who} sent the beginning of a message, but not its end, within ${seconds(ms)}`;
  if (who === 'client' && channel.transport === 'tcp' && channel.connections === 0)
    return `the client did not connect within ${seconds(ms)}`;
  return `nothing came from the ${who} within ${seconds(ms)}`;
}

function itIsOver(context: Context, channel: Channel): string {
  const who = other(context);
  const ending = context.scene.program?.ending;
  if (ending !== undefined && context.scene.program?.gone) return `the ${who} ${endingInWords(ending)}`;
  if (channel.state === 'reset') return `the ${who} reset the connection`;
  return `the ${who} closed the connection`;
}

async function open(step: StepOf<'open'>, context: Context): Promise<void> {
  const name = context.values.fillText(step.open);
  const { spec, protocol, number } = context.portNamed(step.to);
  const { scene } = context;
  const target = { address: scene.place.host, port: number };
  const { transcript } = scene;
  if (spec.transport === 'udp') {
    const local = { address: step.from ?? target.address, port: 0 };
    const random = randomFrom(`${scene.seed}/${scene.check.id}/${name}`);
    const { impair } = step;
    const reader = protocol.reader();
    const socket = await UdpEndpoint.open(name, { reader, transcript, local, target, random, impair });
    context.add(name, socket, protocol);
  } else {
    const ms = context.limit(undefined, 'reply');
    const { from } = step;
    const connection = await connect(name, target, { from, reader: protocol.reader(), transcript, ms });
    if (connection === 'refused') {
      const ending = scene.program?.ending;
      throw new Unmet(
        ending === undefined
          ? 'the server refused the connection'
          : `the connection was refused: the server ${endingInWords(ending)}`,
        { channel: name },
      );
    }
    if (connection === undefined)
      throw new Unmet(`no connection was possible within ${seconds(ms)}`, { channel: name });
    context.add(name, connection, protocol);
  }
  if (step.expect !== undefined) await expectMessage(context, name, step.expect, step);
}

function pieces(bytes: Buffer, split: 'every' | readonly number[] | undefined): Buffer[] {
  if (split === undefined) return [bytes];
  const cuts = split === 'every' ? Array.from({ length: bytes.length - 1 }, (_, i) => i + 1) : split;
  const edges = [0, ...cuts.filter(cut => cut < bytes.length), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

/** Sends bytes in one write, or in pieces with a pause between them. */
export async function sendPieces(
  channel: Pick<Channel, 'send'>,
  bytes: Buffer,
  how: { split?: 'every' | readonly number[] | undefined; pause?: number | undefined },
): Promise<void> {
  for (const [i, piece] of pieces(bytes, how.split).entries()) {
    if (i > 0) await sleep(how.pause ?? piecePause);
    await channel.send(piece);
  }
}

async function send(step: StepOf<'send'>, context: Context): Promise<void> {
  const { name, channel, protocol } = context.find(step.on);
  const bytes = encodePayload(protocol, context.values.fill(step.send));
  const kept = context.held.get(name);
  const all = kept === undefined ? bytes : Buffer.concat([kept, bytes]);
  if (step.hold) {
    context.held.set(name, all);
    return;
  }
  context.held.delete(name);
  if (step.toPeerOf === undefined) {
    await sendPieces(channel, all, step);
  } else {
    const peer = context.find(step.toPeerOf).channel.lastPeer;
    if (peer === undefined) throw new GraderTrouble(`"${step.toPeerOf}" has heard nobody yet`);
    await channel.send(all, peer);
  }
  if (step.expect !== undefined) await expectMessage(context, name, step.expect, step);
}

async function barrier(step: StepOf<'barrier'>, context: Context): Promise<void> {
  await send({ send: step.barrier, on: step.on }, context);
  await expectMessage(context, step.on, step.expect, step);
}

async function expectEnd(
  name: string,
  within: number | undefined,
  want: 'ended' | 'reset',
  context: Context,
): Promise<void> {
  const found = context.find(name);
  const { channel } = found;
  const at = context.cursors.get(channel) ?? 0;
  const ms = context.limit(within, 'reply');
  const who = other(context);
  const end = await context.wait(
    [channel],
    () => channel.received[at] ?? (channel.state === 'open' ? undefined : channel.state),
    ms,
  );
  const word = want === 'ended' ? 'close' : 'reset';
  if (end === undefined)
    throw new Unmet(`the ${who} did not ${word} the connection within ${seconds(ms)}`, {
      channel: found.name,
    });
  if (typeof end === 'object')
    throw new Unmet(`the ${who} sent more instead of closing`, {
      channel: found.name,
      difference: match({ $absent: true }, end.message[found.protocol.main], new Map()),
    });
  // A reset also ends a connection; who expects an orderly close after it has sent all is told so.
  if (want === 'reset' && end !== 'reset')
    throw new Unmet(`the ${who} closed the connection in order instead of resetting it`, {
      channel: found.name,
    });
}

async function quiet(step: StepOf<'quiet'>, context: Context): Promise<void> {
  const { name, channel, protocol } = context.find(step.quiet);
  const at = context.cursors.get(channel) ?? 0;
  const came = await context.wait(
    [channel],
    () => channel.received[at]?.message ?? channel.partial(),
    step.for ?? context.scene.patience.quiet,
  );
  if (came === undefined) return;
  const difference = match({ $absent: true }, came[protocol.main], new Map());
  throw new Unmet(`the ${other(context)} sent something where nothing was due`, {
    channel: name,
    difference,
  });
}

export const conversation = {
  open,
  send,
  expect: (step: ExpectStep, context: Context) => expectMessage(context, step.on, step.expect, step),
  barrier,
  'expect-close': (step: StepOf<'expect-close'>, context: Context) =>
    expectEnd(step['expect-close'], step.within, 'ended', context),
  'expect-reset': (step: StepOf<'expect-reset'>, context: Context) =>
    expectEnd(step['expect-reset'], step.within, 'reset', context),
  'half-close': (step: StepOf<'half-close'>, context: Context) =>
    context.find(step['half-close']).channel.halfClose(),
  close: (step: StepOf<'close'>, context: Context) => context.find(step.close).channel.close(),
  reset: (step: StepOf<'reset'>, context: Context) => context.find(step.reset).channel.reset(),
  stall: (step: StepOf<'stall'>, context: Context) => context.find(step.stall).channel.stall(step.for),
  pause: (step: { pause: number }) => sleep(step.pause),
  quiet,
};
