/** What the steps of one check work on: its connections and actors, the program, values and patience. */

import type { Contract, PortSpec } from '../assignment/contract.ts';
import type { Check } from '../fixture/schema.ts';
import { Values } from '../fixture/values.ts';
import type { Bindings } from '../judge/match.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { protocolNamed } from '../protocol/registry.ts';
import type { Place } from '../room/room.ts';
import { type Channel, GraderTrouble } from '../wire/channel.ts';
import { type Signal, until } from '../wire/signal.ts';
import type { Transcript } from '../wire/transcript.ts';
import { Unmet } from './failure.ts';
import type { Patience } from './patience.ts';
import type { Program } from './program.ts';

export interface Scene {
  check: Check;
  contract: Contract;
  place: Place;
  /** The program: running from the start (server), or put there by `run` (client). */
  program: Program | undefined;
  /** Those that the check itself has started, in order. */
  programs: Program[];
  /** Starts the program with these arguments instead of the contract's, in this place. */
  start(options: { args?: string[] | undefined; env: Record<string, string>; stdin: StdinText }): Program;
  /** Stops the server and starts it again on the same port; settles when it listens or has failed to. */
  restart?(signal: 'SIGTERM' | 'SIGKILL', withinMs: number): Promise<Program | { problem: string }>;
  transcript: Transcript;
  patience: Patience;
  /** What `starvedMs` of the program was when the check began. */
  starvedBefore: number;
  /** The same of the grader itself. */
  graderStarvedBefore: number;
  /** Seed of the run. */
  seed: string;
  /** The program has a port of its own: leave nothing behind that would keep it from starting there again. */
  fixedPort: boolean;
  /** What ends the check outside any step: trouble in an actor (void), or the limit of a whole check. */
  trouble?: unknown;
  /** Notified when there is trouble. */
  alarm: Signal;
}

export interface StdinText {
  text: string | undefined;
  staysOpen: boolean;
}

/** A position in the messages of each channel, so that alternatives can look at the same ones. */
type Cursors = Map<Channel, number>;

export class Context {
  readonly scene: Scene;
  readonly bindings: Bindings;
  readonly values: Values;
  readonly channels: Map<string, { channel: Channel; protocol: Protocol }>;
  /** Bytes kept back by `hold`, by channel name. */
  readonly held: Map<string, Buffer>;
  cursors: Cursors;
  /** Channel that a step speaks to when it names none: the one opened last. */
  latest: string | undefined;

  constructor(scene: Scene, base?: Context, round?: number) {
    this.scene = scene;
    this.#base = base;
    this.bindings = new Map(base?.bindings);
    this.channels = base?.channels ?? new Map();
    this.held = base?.held ?? new Map();
    this.cursors = new Map(base?.cursors);
    this.latest = base?.latest;
    const key = `${scene.seed}/${scene.check.id}`;
    const values = new Values(key, scene.place.values, this.bindings);
    this.values = base === undefined ? values : base.values.rebound(this.bindings);
    if (round !== undefined) this.values = this.values.inRound(round);
  }

  #cancelled = false;
  readonly #base: Context | undefined;

  /** An alternative that has lost must not go on acting. */
  cancel(): void {
    this.#cancelled = true;
  }

  #dropped(): boolean {
    const base = this.#base;
    if (base === undefined) return this.#cancelled;
    return this.#cancelled || base.#dropped();
  }

  /** For one alternative or one round: sees the same channels, moves on by itself. */
  fork(round?: number): Context {
    return new Context(this.scene, this, round);
  }

  /** Takes over what a fork has read and bound. */
  join(fork: Context): void {
    // Rounds that ran beside each other have each read their part.
    for (const [channel, at] of fork.cursors)
      this.cursors.set(channel, Math.max(at, this.cursors.get(channel) ?? 0));
    for (const [name, value] of fork.bindings) this.bindings.set(name, value);
    this.latest = fork.latest;
  }

  add(name: string, channel: Channel, protocol: Protocol): void {
    this.channels.set(name, { channel, protocol });
    this.latest = name;
  }

  /** Throws GraderTrouble for a name that lint would have refused. */
  find(name: string | undefined): { name: string; channel: Channel; protocol: Protocol } {
    const wanted = name === undefined ? this.latest : this.values.fillText(name);
    const found = wanted === undefined ? undefined : this.channels.get(wanted);
    if (wanted === undefined || found === undefined)
      throw new GraderTrouble(`the check speaks to "${wanted ?? ''}", which was never opened`);
    return { name: wanted, ...found };
  }

  portNamed(name: string | undefined): { name: string; spec: PortSpec; protocol: Protocol; number: number } {
    const { ports } = this.scene.contract;
    const wanted = name ?? Object.keys(ports)[0] ?? '';
    const spec = ports[wanted];
    const number = this.scene.place.ports[wanted];
    if (spec === undefined || number === undefined)
      throw new GraderTrouble(`the contract has no port "${wanted}"`);
    return { name: wanted, spec, protocol: protocolNamed(spec.protocol), number };
  }

  /** Milliseconds of a limit that the check states, or of the usual one. */
  limit(within: number | undefined, usual: 'reply' | 'exit'): number {
    return within === undefined ? this.scene.patience[usual] : within * this.scene.patience.scale;
  }

  /** Waits until `test` has a value; the program's end wakes the wait too. */
  wait<T>(channels: readonly Channel[], test: () => T | undefined, ms: number): Promise<T | undefined> {
    const { program } = this.scene;
    const signals = channels.map(channel => channel.signal);
    const watched = [...signals, this.scene.alarm, ...(program === undefined ? [] : [program.signal])];
    const orTrouble = (): T | undefined => {
      if (this.scene.trouble !== undefined) throw this.scene.trouble;
      if (this.#dropped()) throw new Unmet('another alternative was met');
      return test();
    };
    return until(watched, orTrouble, ms, () => this.starvedMs());
  }

  /** Milliseconds of this check in which the program was ready to run but got no processor. */
  starvedMs(): number {
    const { program, starvedBefore } = this.scene;
    return Math.max(0, (program?.subject.starvedMs() ?? 0) - starvedBefore);
  }

  /** The program has ended and its last bytes have come. */
  get programGone(): boolean {
    return this.scene.program?.gone ?? false;
  }
}
