/** The servers of one run: those started ahead, those in use, those that wait for more checks. */
import type { Pool } from './pool.ts';
import { launchIn, notReady, type Started, type StartProblem, type StartSpec, startServer } from './start.ts';

export class Servers {
  readonly #spec: StartSpec;
  readonly #pool: Pool;
  /** Servers that have met some checks and wait for more. */
  readonly #idle: Started[] = [];
  /** Servers that nobody has spoken to yet. */
  readonly #fresh: Promise<Started | StartProblem>[] = [];
  /** The command of the first program that was started, for the report. */
  command: string[] | undefined;
  /** Notes for the report, e.g. a flood of output. */
  readonly notes = new Set<string>();

  constructor(spec: StartSpec, pool: Pool, ahead: Promise<Started | StartProblem> | undefined) {
    this.#spec = spec;
    this.#pool = pool;
    if (ahead !== undefined) this.#fresh.push(ahead);
  }

  /** Starts so many servers for those who will want one later. */
  startAhead(count: number): void {
    for (let i = 0; i < count; i += 1) this.#fresh.push(this.#pool.run(() => startServer(this.#spec)));
  }

  /** A server that has met all checks so far, if one is free. */
  free(): Started | undefined {
    return this.#idle.pop();
  }

  /** A fresh server. One that ends at once is started once more: somebody may have taken its port in between. */
  async start(spec: StartSpec = this.#spec): Promise<Started | StartProblem> {
    const ahead = spec.host === undefined ? this.#fresh.shift() : undefined;
    const first = await (ahead ?? startServer(spec));
    const started = 'problem' in first && first.problem.kind === 'ended' ? await startServer(spec) : first;
    if (!('problem' in started)) this.command ??= started.command;
    return started;
  }

  /** Takes a server back that has met its check; one with a port of its own must make room for the next. */
  async release(started: Started): Promise<void> {
    if (this.#spec.fixedPort === undefined) this.#idle.push(started);
    else await this.leave(started);
  }

  /** Stops a server and removes its folder. */
  async leave(started: Started): Promise<void> {
    const { elided } = started.program.output('stdout');
    if (elided > 0)
      this.notes.add('The program printed so much that only the beginning and the end were kept.');
    await started.place.leave();
  }

  /** At the end of the run. */
  async leaveAll(): Promise<void> {
    const unused = (await Promise.all(this.#fresh)).filter((it): it is Started => !('problem' in it));
    await Promise.all([...this.#idle, ...unused].map(started => this.leave(started)));
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
