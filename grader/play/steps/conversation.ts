/** Steps that talk: open, send, expect, barrier, and how a conversation ends. */
import type { ExpectStep, StepOf } from '../../fixture/schema.ts';
import { randomFrom } from '../../fixture/values.ts';
import { match } from '../../judge/match.ts';
import { encodePayload } from '../../protocol/protocol.ts';
import { type Channel, GraderTrouble } from '../../wire/channel.ts';
import { sleep } from '../../wire/signal.ts';
import { connect } from '../../wire/tcp.ts';
import { UdpEndpoint } from '../../wire/udp.ts';
import type { Context } from '../context.ts';
import { seconds, Unmet } from '../failure.ts';
import { endingInWords } from '../program.ts';
import { expectMessage, other } from './expect.ts';

/** Milliseconds between the pieces of a split send: enough to defeat "one recv is one message". */
const piecePause = 25;
/** Before a refused connection is tried again, in milliseconds. */
const refusedPause = 25;

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
    const reader = protocol.reader('client');
    const socket = await UdpEndpoint.open(name, { reader, transcript, local, target, random, impair });
    context.add(name, socket, protocol);
  } else {
    const ms = context.limit(undefined, 'reply');
    const { from } = step;
    const begun = transcript.now();
    const attempt = (left: number): ReturnType<typeof connect> =>
      connect(name, target, { from, reader: protocol.reader('client'), transcript, ms: left });
    let connection = await attempt(ms);
    // A program that lives may still be opening a second socket, for the other family of addresses.
    while (connection === 'refused' && scene.program?.ending === undefined && transcript.now() - begun < ms) {
      await sleep(refusedPause);
      connection = await attempt(ms);
    }
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
  const inside = [...new Set(cuts)].filter(cut => cut < bytes.length).sort((a, b) => a - b);
  const edges = [0, ...inside, bytes.length];
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

/** A channel that can be spoken to: for a server that the grader plays that means a client has come. */
async function partnerOn(on: string | undefined, context: Context): Promise<ReturnType<Context['find']>> {
  const found = context.find(on);
  const { channel, name } = found;
  if (channel.transport === 'udp' || channel.connections > 0) return found;
  const ms = context.limit(undefined, 'reply');
  const come = await context.wait([channel], () => (channel.connections > 0 ? true : undefined), ms);
  if (come === undefined)
    throw new Unmet(`the client did not connect within ${seconds(ms)}`, { channel: name });
  return found;
}

async function send(step: StepOf<'send'>, context: Context): Promise<void> {
  const { name, channel, protocol } = await partnerOn(step.on, context);
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
  // Whether a server that is done closes or resets is its own affair; who must reset has to.
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
  'half-close': async (step: StepOf<'half-close'>, context: Context) =>
    (await partnerOn(step['half-close'], context)).channel.halfClose(),
  close: async (step: StepOf<'close'>, context: Context) =>
    (await partnerOn(step.close, context)).channel.close(),
  reset: async (step: StepOf<'reset'>, context: Context) =>
    (await partnerOn(step.reset, context)).channel.reset(),
  stall: async (step: StepOf<'stall'>, context: Context) =>
    (await partnerOn(step.stall, context)).channel.stall(step.for),
  pause: (step: { pause: number }) => sleep(step.pause),
  quiet,
};
