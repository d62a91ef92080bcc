/**
 * Plays the checks of an assignment and gives each its verdict.
 *
 * Checks that only look share one running server; a lane is one such server. A check that fails there
 * says nothing yet: its server is thrown away, and the check is repeated alone on a fresh program with
 * more patience. Only that second verdict counts, so a neighbour's crash or a slow moment costs nobody
 * marks. As soon as a lane waits, another is opened for the checks behind it.
 */
import type { PlannedCheck } from '../fixture/plan.ts';
import { Agenda, type Closed } from './agenda.ts';
import { scriptedWait } from './estimate.ts';
import type { Outcome } from './player.ts';
import { Pool, waitingAfter } from './pool.ts';
import { Servers } from './servers.ts';
import { Stage } from './stage.ts';
import type { Started, StartProblem, StartSpec } from './start.ts';

export interface Decision {
  check: PlannedCheck;
  verdict: 'met' | 'unmet' | 'void' | 'unreached';
  outcome: Outcome | undefined;
  /** Failed beside others, met alone. */
  unsteady: boolean;
  waitsFor: string | undefined;
}

export interface LaneOptions extends StartSpec {
  checks: readonly PlannedCheck[];
  seed: string;
  /** Processors to use. */
  cpus: number;
  /** Shared with other runs, so that together they use no more. */
  pool?: Pool | undefined;
  /** Where programs may insist on one port: give the run up when two can't run beside each other. */
  oneAtATime?: boolean | undefined;
  /** A server that is already being started with this very spec. */
  ahead?: Promise<Started | StartProblem> | undefined;
  decided(decision: Decision): void;
}

/** Programs that run at the same time, at the most; most of them wait. */
const mostPrograms = 16;

export class Lanes {
  readonly #options: LaneOptions;
  readonly #agenda: Agenda;
  readonly #pool: Pool;
  readonly #tasks = new Set<Promise<void>>();
  readonly #servers: Servers;
  #lanes = 0;
  readonly #stage: Stage;
  /** Checks in which the program died of itself, to be played when everything else is over. */
  readonly #solitary: PlannedCheck[] = [];
  /** What went wrong in the grader itself; the other tasks are still brought to their end. */
  #error: unknown;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#agenda = new Agenda(options.checks);
    // A program with a port of its own can only run once at a time.
    const most = options.fixedPort === undefined ? mostPrograms : 1;
    const shared = options.fixedPort === undefined ? options.pool : undefined;
    this.#pool = shared ?? new Pool(options.cpus, most);
    this.#servers = new Servers(options, this.#pool, options.ahead);
    this.#stage = new Stage(options, this.#servers);
  }

  /** Settles when every check is decided; the answer is the reason if the program never got to its first. */
  async run(): Promise<StartProblem | undefined> {
    this.#advance();
    this.#startAhead();
    do {
      while (this.#tasks.size > 0) await Promise.race(this.#tasks);
      await this.#playSolitary();
    } while (this.#tasks.size > 0);
    await this.#servers.leaveAll();
    if (this.#error !== undefined) throw this.#error;
    return this.#stage.problem;
  }

  /** The command of the first program that was started, for the report. */
  get command(): string[] | undefined {
    return this.#servers.command ?? this.#stage.command;
  }

  /** What a reader of the report should know, e.g. a flood of output. */
  get notes(): Set<string> {
    return this.#servers.notes;
  }

  get #isServer(): boolean {
    return this.#options.contract.role === 'server';
  }

  /** Two of the program can not run beside each other: the whole run has to begin again, one at a time. */
  #clashes(): boolean {
    if (this.#servers.clashed && this.#options.oneAtATime) this.abandon();
    return this.#abandoned;
  }

  #shares = (check: PlannedCheck): boolean => this.#isServer && check.subject !== 'own';
  #alone = (check: PlannedCheck): boolean => !this.#shares(check);

  get #stopped(): boolean {
    return this.#stage.problem !== undefined || this.#error !== undefined || this.#abandoned;
  }

  #abandoned = false;

  /** Ends the run at once; what is decided afterwards is not worth anything. */
  abandon(): void {
    if (this.#abandoned) return;
    this.#abandoned = true;
    this.#stage.abandon();
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** Gives everything that can be played now to a lane or a program of its own. */
  #advance(): void {
    if (this.#stopped) return;
    if (this.#lanes === 0) this.#openLane();
    for (let own = this.#agenda.take(this.#alone); own !== undefined; own = this.#agenda.take(this.#alone)) {
      const check = own;
      this.#track(this.#pool.run(() => this.#first(check)));
    }
  }

  /**
   * Checks that wait by their own script, and those that want a program of their own, will each want a server
   * while others go on: some are started while the first one starts, for that is when processors are idle.
   */
  #startAhead(): void {
    const { checks, cpus, fixedPort } = this.#options;
    if (fixedPort !== undefined || !this.#isServer) return;
    const wanting = checks.filter(
      check =>
        check.host === undefined && (!this.#shares(check) || scriptedWait(check.steps) >= waitingAfter),
    );
    this.#servers.startAhead(Math.min(wanting.length, cpus));
  }

  #openLane(): void {
    if (!this.#agenda.has(this.#shares)) return;
    this.#lanes += 1;
    this.#track(this.#pool.run(() => this.#lane()));
  }

  #track(task: Promise<void>): void {
    const tracked = task
      .catch((error: unknown) => {
        this.#error ??= error;
      })
      .finally(() => this.#tasks.delete(tracked));
    this.#tasks.add(tracked);
  }

  async #lane(): Promise<void> {
    let started = this.#servers.free();
    for (let check = this.#next(); check !== undefined; check = this.#next()) {
      const ready = started ?? (await this.#start(check));
      if (ready === undefined) break;
      started = ready;
      const outcome = await this.#watched(check, ready);
      if (outcome.verdict === 'met' && ready.program.ending === undefined)
        this.#decide(check, outcome, false);
      else {
        await this.#servers.leave(ready);
        started = undefined;
        if (outcome.verdict === 'met') this.#decide(check, outcome, false);
        else this.#repeat(check, outcome.verdict === 'unmet');
      }
    }
    this.#lanes -= 1;
    if (started !== undefined) await this.#servers.release(started);
  }

  #next(): PlannedCheck | undefined {
    return this.#stopped ? undefined : this.#agenda.take(this.#shares);
  }

  /** Plays beside others; opens another lane when this one waits. */
  async #watched(check: PlannedCheck, started: Started): Promise<Outcome> {
    const relieve = (): void => {
      if (this.#lanes < mostPrograms) this.#openLane();
    };
    const waits = scriptedWait(check.steps) >= waitingAfter;
    if (waits) relieve();
    const timer = waits ? undefined : setTimeout(relieve, waitingAfter);
    try {
      return await this.#stage.play(check, started, 'shared');
    } finally {
      clearTimeout(timer);
    }
  }

  /** A server for a lane; where none can be had any more, the check is played alone. */
  async #start(check: PlannedCheck): Promise<Started | undefined> {
    const started = await this.#servers.start();
    if (!('problem' in started)) return started;
    if (this.#clashes()) return undefined;
    if (this.command === undefined) this.#stage.problem ??= started;
    else this.#repeat(check, false);
    return undefined;
  }

  /** The first run of a check with a program of its own. */
  async #first(check: PlannedCheck): Promise<void> {
    const outcome = await this.#stage.onFresh(check, 'shared');
    if (this.#clashes()) return;
    if (outcome?.verdict === 'met') this.#decide(check, outcome, false);
    else if (this.#stage.problem === undefined) this.#repeat(check, outcome?.verdict === 'unmet');
  }

  /** Plays the check alone. `failed`: it was not met beside others, which a second verdict would show as unsteady. */
  #repeat(check: PlannedCheck, failed: boolean): void {
    this.#track(
      this.#pool.run(async () => {
        const outcome = await this.#stage.onFresh(check, 'alone');
        if (outcome === undefined || this.#clashes()) return;
        if (diedOfItself(outcome)) this.#solitary.push(check);
        else this.#decide(check, outcome, failed && outcome.verdict === 'met');
      }),
    );
  }

  /** With nothing else of this submission running: what two of its programs can not share must cost no marks. */
  async #playSolitary(): Promise<void> {
    const waiting = this.#solitary.splice(0);
    if (waiting.length > 0) await this.#servers.leaveAll();
    for (const check of waiting) {
      if (this.#abandoned) return;
      const outcome = await this.#stage.onFresh(check, 'alone');
      if (outcome !== undefined) this.#decide(check, outcome, outcome.verdict === 'met');
    }
  }

  #decide(check: PlannedCheck, outcome: Outcome, unsteady: boolean): void {
    const { verdict } = outcome;
    this.#options.decided({ check, verdict, outcome, unsteady, waitsFor: undefined });
    for (const closed of this.#agenda.decide(check.id, verdict, outcome.failure?.step)) this.#close(closed);
    this.#advance();
  }

  #close({ check, verdict, waitsFor }: Closed): void {
    this.#options.decided({ check, verdict, outcome: undefined, unsteady: false, waitsFor });
  }
}

/** Not met, and the program gave up by itself: perhaps because another of its kind had what it needs. */
function diedOfItself({ verdict, program }: Outcome): boolean {
  return verdict === 'unmet' && program !== undefined && program.ending !== 'ended with exit status 0';
}
