/** The servers of one run: those started ahead, those in use, those that wait for more checks. */
import type { Pool } from './pool.ts';
import { notesOn } from './program.ts';
import { launchIn, notReady, type Started, type StartProblem, type StartSpec, startServer } from './start.ts';

export class Servers {
  readonly #spec: StartSpec;
  readonly #pool: Pool;
  /** Servers that have met some checks and wait for more. */
  readonly #idle: Started[] = [];
  /** Servers that nobody has spoken to yet. */
  #fresh: { begun: boolean; coming: Promise<Started | StartProblem | undefined> }[] = [];
  #over = false;
  /** The command of the first program that was started, for the report. */
  command: string[] | undefined;
  /** Notes for the report, e.g. a flood of output. */
  readonly notes = new Set<string>();
  /** One ran, and another of the same command could not beside it: they may insist on the same port. */
  clashed = false;

  constructor(spec: StartSpec, pool: Pool, ahead: Promise<Started | StartProblem> | undefined) {
    this.#spec = spec;
    this.#pool = pool;
    if (ahead !== undefined) this.#keep({ begun: true, coming: ahead });
  }

  #keep(entry: { begun: boolean; coming: Promise<Started | StartProblem | undefined> }): void {
    // Whoever takes it sees its error; until then it must not count as unhandled.
    entry.coming.catch(() => undefined);
    this.#fresh.push(entry);
  }

  /** Starts so many servers for those who will want one later. */
  startAhead(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const entry = { begun: false, coming: Promise.resolve<Started | StartProblem | undefined>(undefined) };
      entry.coming = this.#pool.run(() => {
        entry.begun = true;
        return this.#over ? Promise.resolve(undefined) : startServer(this.#spec);
      });
      this.#keep(entry);
    }
  }

  /** A server that has met all checks so far, if one is free. */
  free(): Started | undefined {
    return this.#idle.pop();
  }

  /**
   * A fresh server. One that can not be started is no verdict while another of the same command can: somebody
   * may have taken its port, or the machine was slow.
   */
  async start(spec: StartSpec = this.#spec): Promise<Started | StartProblem> {
    let problem: StartProblem | undefined;
    // Only those whose turn has come: waiting for one that waits for our own turn would last for ever.
    for (let ahead = this.#begun(spec); ahead !== undefined; ahead = this.#begun(spec)) {
      const started = await ahead;
      if (started === undefined) continue;
      if (!('problem' in started)) return this.#note(started);
      problem ??= started;
    }
    if (problem !== undefined && problem.problem.kind !== 'ended') return this.#note(problem);
    const first = problem ?? (await startServer(spec));
    if (!('problem' in first) || first.problem.kind !== 'ended') return this.#note(first);
    // Programs started ahead may hold what this one needs, e.g. a second port.
    await this.#standDown();
    return this.#note(await startServer(spec));
  }

  async #standDown(): Promise<void> {
    const begun = this.#fresh.filter(entry => entry.begun);
    this.#fresh = this.#fresh.filter(entry => !entry.begun);
    for (const { coming } of begun) {
      const started = await coming;
      if (started !== undefined && !('problem' in started)) await this.leave(started);
    }
  }

  #begun(spec: StartSpec): Promise<Started | StartProblem | undefined> | undefined {
    const at = spec.host === undefined ? this.#fresh.findIndex(({ begun }) => begun) : -1;
    return at === -1 ? undefined : this.#fresh.splice(at, 1)[0]?.coming;
  }

  #note(started: Started | StartProblem): Started | StartProblem {
    if (!('problem' in started)) this.command ??= started.command;
    else if (this.command !== undefined)
      this.clashed ||= ['ended', 'elsewhere', 'never'].includes(started.problem.kind);
    return started;
  }

  /** Takes a server back that has met its check; one with a port of its own must make room for the next. */
  async release(started: Started): Promise<void> {
    if (this.#spec.fixedPort === undefined) this.#idle.push(started);
    else await this.leave(started);
  }

  /** Stops a server and removes its folder. */
  async leave(started: Started): Promise<void> {
    await started.place.leave();
    // Afterwards: its end is when the last limits are looked at.
    for (const note of notesOn(started.program)) this.notes.add(note);
  }

  /** Stops all servers that are not in use; at the end of a run, or to make room. */
  async leaveAll(): Promise<void> {
    this.#over = true;
    const coming = await Promise.allSettled(this.#fresh.splice(0).map(({ coming: it }) => it));
    const unused = coming.flatMap(end => (end.status === 'fulfilled' && end.value ? [end.value] : []));
    const live = unused.filter((it): it is Started => !('problem' in it));
    await Promise.allSettled([...this.#idle.splice(0), ...live].map(started => this.leave(started)));
  }
}

/** Milliseconds that a program gets to end by itself. */
const graceMs = 500;

/** Stops a server by a signal and starts it again in its place; settles when it listens or has failed to. */
export async function restart(
  { place, program }: Started,
  spec: StartSpec,
  signal: 'SIGTERM' | 'SIGKILL',
  withinMs: number,
): Promise<Started['program'] | { problem: string }> {
  program.subject.signal(signal);
  const late = new Promise(resolve => setTimeout(resolve, graceMs));
  await Promise.race([program.subject.ended, late]);
  await program.subject.stop();
  const again = launchIn(place, spec);
  const limits = { readyMs: withinMs, idleMs: withinMs };
  const problem = await notReady(again, { ...spec, slow: 1, contract: { ...spec.contract, limits } });
  if (problem === undefined) return again.program;
  const words = problem.says.replace(`${again.command.join(' ')} `, '').replace(/\.$/, '');
  return { problem: problem.output === '' ? words : `${words}: ${problem.output.split('\n').at(-1)}` };
}
