/** Actors: the servers that the grader plays for a client. With rules they answer by themselves. */
import type { Act, ActorSpec, Rule } from '../fixture/schema.ts';
import { randomFrom } from '../fixture/values.ts';
import { match } from '../judge/match.ts';
import { aboutMain, asHeard, encodePayload, type Protocol } from '../protocol/protocol.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { type Channel, GraderTrouble } from '../wire/channel.ts';
import type { Message } from '../wire/reader.ts';
import { sleep } from '../wire/signal.ts';
import { TcpListener } from '../wire/tcp-listener.ts';
import type { Peer } from '../wire/transcript.ts';
import { UdpEndpoint } from '../wire/udp.ts';
import type { Context } from './context.ts';
import { sendPieces } from './steps/conversation.ts';

/** What an actor speaks to when a rule fires: one connection, or the sender of a datagram. */
interface Voice {
  channel: Channel;
  to: Peer | undefined;
}

/**
 * First match wins; a rule with `times` is passed over when it has fired so often. Behind the actor's own rules
 * stand those that its protocol has for all.
 */
class Rules {
  readonly #rules: { rule: Rule; left: number }[];
  readonly #own: { rule: Rule; left: number }[];
  readonly #spec: ActorSpec;
  readonly #protocol: Protocol;
  readonly #context: Context;
  readonly #seen = new Map<Channel, { messages: number; open: boolean; ended: boolean }>();
  /** Acts of one connection follow each other, also when the next message comes while one is waiting. */
  readonly #queues = new Map<Channel, Promise<void>>();

  constructor(spec: ActorSpec, protocol: Protocol, context: Context) {
    const own = spec.rules ?? [];
    // Without rules the steps speak for the actor.
    const rules: Rule[] = spec.rules === undefined ? [] : [...own, ...(protocol.defaultRules ?? [])];
    this.#rules = rules.map(rule => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }));
    this.#own = this.#rules.slice(0, own.length);
    this.#spec = spec;
    this.#protocol = protocol;
    this.#context = context;
  }

  /** Called from the sockets, so what goes wrong in a rule is kept for the check: it is the grader's fault. */
  changed(channel: Channel): void {
    try {
      this.#look(channel);
    } catch (error) {
      this.#context.scene.trouble ??= error;
      this.#context.scene.alarm.notify();
    }
  }

  #look(channel: Channel): void {
    const seen = this.#seen.get(channel) ?? { messages: 0, open: false, ended: false };
    this.#seen.set(channel, seen);
    if (!seen.open) {
      seen.open = true;
      this.#fire('open', undefined, { channel, to: undefined });
    }
    if (this.#spec.partial) this.#tryPartial(channel);
    for (const { message, from } of channel.received.slice(seen.messages)) {
      seen.messages += 1;
      this.#fire('message', message, { channel, to: from });
    }
    if (channel.state === 'ended' && !seen.ended) {
      seen.ended = true;
      this.#fire('end', undefined, { channel, to: undefined });
    }
  }

  #tryPartial(channel: Channel): void {
    const partial = channel.partial();
    // Rules for all would take any beginning for a message.
    if (partial !== undefined && this.#find('message', partial, this.#own) !== undefined)
      channel.takePartial();
  }

  #find(
    on: Rule['on'],
    message: Message | undefined,
    rules: readonly { rule: Rule; left: number }[] = this.#rules,
  ): { rule: Rule; left: number } | undefined {
    return rules.find(({ rule, left }) => {
      if ((rule.on ?? 'message') !== on || left === 0) return false;
      if (rule.when === undefined || message === undefined) return true;
      const about = aboutMain(this.#protocol, this.#context.values.fill(rule.when));
      return match(about, message, this.#context.bindings) === undefined;
    });
  }

  #fire(on: Rule['on'], message: Message | undefined, voice: Voice): void {
    const found = this.#find(on, message);
    if (found === undefined) return;
    found.left -= 1;
    const { rule } = found;
    const acts: Act[] = [...(rule.reply === undefined ? [] : [{ send: rule.reply }]), ...(rule.do ?? [])];
    const before = this.#queues.get(voice.channel) ?? Promise.resolve();
    const after = before
      .then(() => this.#perform(acts, voice))
      .catch((error: unknown) => {
        this.#context.scene.trouble ??= error;
        this.#context.scene.alarm.notify();
      });
    this.#queues.set(voice.channel, after);
  }

  async #perform(acts: readonly Act[], { channel, to }: Voice): Promise<void> {
    for (const act of acts) {
      if ('send' in act) {
        const bytes = encodePayload(this.#protocol, this.#context.values.fill(act.send));
        await sendPieces({ send: piece => channel.send(piece, to) }, bytes, act);
      } else if ('pause' in act) await sleep(act.pause);
      else if ('close' in act) channel.close();
      else if ('half-close' in act) channel.halfClose();
      else channel.reset();
    }
  }
}

function addressOf(spec: ActorSpec, context: Context): Peer {
  const { contract, place } = context.scene;
  const own = Object.entries(contract.ports).find(([, port]) => port.opener === 'grader')?.[0];
  const at = context.values.fillText(spec.at ?? `{host}:{${own}}`);
  const [address = '', port = ''] = at.split(':');
  if (address === '' || !/^\d+$/.test(port)) throw new GraderTrouble(`an actor can not stand at "${at}"`);
  return { address: address === '{host}' ? place.host : address, port: Number(port) };
}

/** Puts the actors of the check on their addresses, before the program is run. */
export async function placeActors(context: Context): Promise<void> {
  for (const [name, spec] of Object.entries(context.scene.check.actors ?? {})) {
    const protocol = asHeard(protocolNamed(spec.plays));
    const { transcript, seed, check } = context.scene;
    const rules = new Rules(spec, protocol, context);
    const at = addressOf(spec, context);
    if (protocol.transport === 'tcp') {
      const onChange = (connection: Channel): void => rules.changed(connection);
      const reader = (): ReturnType<Protocol['reader']> => protocol.reader('server');
      context.add(name, await TcpListener.listen(name, at, { reader, transcript, onChange }), protocol);
    } else {
      const socket: UdpEndpoint = await UdpEndpoint.open(name, {
        reader: protocol.reader('server'),
        transcript,
        local: at,
        impair: spec.impair,
        random: randomFrom(`${seed}/${check.id}/${name}`),
        onChange: () => rules.changed(socket),
      });
      context.add(name, socket, protocol);
    }
  }
}
