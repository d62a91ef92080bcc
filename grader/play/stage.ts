/** Sets the scene of one check: a place, a program in it, values and patience; and has it played. */
import type { PlannedCheck } from '../fixture/plan.ts';
import { Values } from '../fixture/values.ts';
import { type Place, PortTaken } from '../room/room.ts';
import { starvedMs } from '../subject/proc.ts';
import { GraderTrouble } from '../wire/channel.ts';
import { Signal } from '../wire/signal.ts';
import { Transcript } from '../wire/transcript.ts';
import type { Scene } from './context.ts';
import { patience } from './patience.ts';
import { type Outcome, playCheck } from './player.ts';
import { notesOn, type Program } from './program.ts';
import { restart, type Servers } from './servers.ts';
import {
  isMachines,
  launchIn,
  type Started,
  type StartProblem,
  type StartSpec,
  taken,
  takePlace,
  unstartable,
} from './start.ts';

export class Stage {
  readonly #options: StartSpec & { seed: string };
  readonly #servers: Servers;
  /** Why the program never got to its first check. */
  problem: StartProblem | undefined;
  /** The command of the first client that was run, for the report. */
  command: string[] | undefined;

  constructor(options: StartSpec & { seed: string }, servers: Servers) {
    this.#options = options;
    this.#servers = servers;
  }

  /** On a fresh program; undefined: it could not even be started, which is the run's `problem`. */
  onFresh(check: PlannedCheck, mode: 'shared' | 'alone'): Promise<Outcome | undefined> {
    const { role } = this.#options.contract;
    const spec = { ...this.#options, host: this.#hostFor(check) };
    // A client that is sent to an address of its own is sent to a port of its own, too, or one with the port
    // written into it would pass for one that reads its arguments.
    if (role === 'client' && spec.host !== undefined) spec.fixedPort = undefined;
    return role === 'server' ? this.#onServer(check, spec, mode) : this.#client(check, spec, mode);
  }

  async #client(
    check: PlannedCheck,
    spec: StartSpec,
    mode: 'shared' | 'alone',
  ): Promise<Outcome | undefined> {
    let place: Place;
    try {
      place = await takePlace(spec);
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      this.problem ??= { problem: taken(error), command: [...spec.command] };
      return undefined;
    }
    const scene = this.#scene(check, { place, program: undefined }, mode);
    try {
      const outcome = await this.#playCheck(scene);
      const refused = scene.program?.subject.unstartable;
      if (refused === undefined) return outcome;
      const command = [...(scene.program?.subject.command ?? spec.command)];
      this.problem ??= { problem: unstartable(refused, command), command };
      return undefined;
    } finally {
      await place.leave();
      for (const program of scene.programs)
        for (const note of notesOn(program)) this.#servers.notes.add(note);
    }
  }

  async #onServer(
    check: PlannedCheck,
    spec: StartSpec,
    mode: 'shared' | 'alone',
  ): Promise<Outcome | undefined> {
    const started = await this.#servers.start(spec);
    if (!('problem' in started)) {
      try {
        return await this.play(check, started, mode);
      } finally {
        await this.#servers.leave(started);
      }
    }
    const { problem } = started;
    if (this.#servers.command === undefined) {
      this.problem ??= started;
      return undefined;
    }
    // A program that did start before, and now finds its own port still resting, is not to blame.
    const resting = spec.fixedPort !== undefined && problem.kind === 'ended';
    return {
      verdict: isMachines(problem) || resting ? 'void' : 'unmet',
      failure: { says: problem.says, step: 0, difference: undefined, channel: undefined },
      credit: undefined,
      transcript: new Transcript(),
      byHand: undefined,
      program: { ending: 'did not start', stderr: problem.output },
      ms: 0,
    };
  }

  #hostFor(check: PlannedCheck): string | undefined {
    if (check.host === undefined) return undefined;
    return new Values(`${this.#options.seed}/${check.id}`, {}, new Map()).fillText(check.host);
  }

  /** On a program that runs. */
  play(check: PlannedCheck, started: Started, mode: 'shared' | 'alone'): Promise<Outcome> {
    const scene = this.#scene(check, started, mode);
    scene.restart = async (signal, withinMs) => {
      const { program } = scene;
      if (program === undefined) return { problem: 'was not running' };
      return restart({ ...started, program }, this.#options, signal, withinMs);
    };
    return this.#playCheck(scene);
  }

  readonly #live = new Set<Scene>();
  #abandoned = false;

  /** Ends what is being played; its outcomes are void. */
  abandon(): void {
    this.#abandoned = true;
    for (const scene of this.#live) {
      scene.trouble ??= new GraderTrouble('the run was given up');
      scene.alarm.notify();
    }
  }

  async #playCheck(scene: Scene): Promise<Outcome> {
    this.#live.add(scene);
    if (this.#abandoned) this.abandon();
    try {
      return await playCheck(scene);
    } finally {
      this.#live.delete(scene);
    }
  }

  #scene(
    check: PlannedCheck,
    { place, program }: { place: Place; program: Started['program'] | undefined },
    mode: 'shared' | 'alone',
  ): Scene {
    const { contract, seed, slow, fixedPort } = this.#options;
    const programs: Program[] = [];
    return {
      programs,
      check,
      contract,
      place,
      program,
      transcript: new Transcript(),
      patience: patience(mode, slow),
      // Not read for a shared server: it costs more than a reply, and what fails there is repeated.
      starvedBefore:
        program !== undefined && mode === 'shared'
          ? Number.POSITIVE_INFINITY
          : (program?.subject.starvedMs() ?? 0),
      graderStarvedBefore: check.steps.some(step => 'heard' in step) ? starvedMs(process.pid) : 0,
      seed,
      fixedPort: fixedPort !== undefined,
      alarm: new Signal(),
      start: options => {
        const run = launchIn(place, this.#options, options);
        this.command ??= run.command;
        programs.push(run.program);
        return run.program;
      },
    };
  }
}
