/**
 * Starts a program under test. On the path of every check, hence bare `spawn`: a wrapper's import alone
 * would cost more than most checks.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Enclosure } from './enclosure.ts';
import { inheritedEnvironment } from './environment.ts';
import { type Guarded, guard, megabytes, unguard } from './guard.ts';
import { Kin, MARKER } from './kin.ts';
import { Recording } from './output.ts';
import { probeSockets } from './probe.ts';
import { childrenOf, starvedMs } from './proc.ts';
import { awaitSockets, type ReadyLimits } from './ready.ts';
import { endTree, endTreeNow, register, type Stoppable, unregister } from './stop.ts';
import type { Captured, Ending, LaunchSpec, Listening, Readiness, Subject } from './subject.ts';
import { unreadBytes } from './unread.ts';
import { isMachineTrouble, whyUnstartable } from './unstartable.ts';

export interface LaunchOptions {
  /** Existing folder, out of the program's way, for the files with its input and output. */
  folder: string;
  /** How readiness is found out: from the system where it tells (Linux), or by trial connections. */
  readiness?: 'system' | 'probe';
  /** Shuts the program in. */
  enclosure?: Enclosure | undefined;
  /** Standard error goes where standard output goes, as for a compiler. */
  merged?: boolean;
}

let serial = 0;

/**
 * Starts the program in a session and process group of its own. Does not throw for a program that can't be
 * started: `ready` and `ended` tell. Throws if `folder` can't be written.
 */
export function launch(spec: LaunchSpec, options: LaunchOptions): Subject {
  return new Running(spec, options);
}

class Running implements Subject, Stoppable {
  readonly command: readonly string[];
  readonly ended: Promise<Ending>;
  readonly gone: Promise<void>;
  readonly startedAt: number;
  readonly #options: LaunchOptions;
  readonly #stdout: Recording;
  readonly #stderr: Recording;
  readonly #child: ChildProcess | undefined;
  readonly #kin: Kin | undefined;
  readonly #guarded: Guarded | undefined;
  #ending: Ending | undefined;
  #exceeded: string | undefined;
  /** The end of a program that was stopped for a limit. */
  #ended: Promise<void> | undefined;
  readonly #hits = new Set<string>();
  unstartable: { reason: string; machine: boolean } | undefined;
  #stopping: Promise<void> | undefined;

  constructor(spec: LaunchSpec, options: LaunchOptions) {
    this.command = spec.command;
    this.#options = options;
    serial += 1;
    const file = join(options.folder, String(serial));
    const mark = `${process.pid}-${serial}-${Math.random().toString(36).slice(2)}`;
    // The marker comes first, where a search for it ends soonest.
    const { enclosure } = options;
    const env: Record<string, string> = {
      [MARKER]: mark,
      ...(enclosure?.environment ?? inheritedEnvironment()),
      PWD: spec.cwd,
      ...spec.env,
    };
    for (const name of spec.without ?? []) if (!(name in spec.env)) delete env[name];
    const input = openInput(spec.stdin, `${file}.in`);
    this.#stdout = new Recording(`${file}.out`);
    this.#stderr = options.merged ? this.#stdout : new Recording(`${file}.err`);

    let settle: (ending: Ending) => void = () => {};
    this.ended = new Promise(resolve => {
      settle = resolve;
    });
    this.gone = this.ended.then(() => this.#watchKin());
    const end = (status: number, signal: string | undefined) => {
      const stopped = this.#exceeded ?? (enclosure === undefined ? undefined : whichLimit(signal, enclosure));
      if (stopped !== undefined) this.#hits.add(stopped);
      this.#ending ??= { status, signal, afterMs: performance.now() - this.startedAt, stopped };
      settle(this.#ending);
    };
    const refuse = (error: unknown) => {
      const reason = whyUnstartable(error, spec.command[0] ?? '', spec.cwd, env.PATH);
      this.unstartable = { reason, machine: isMachineTrouble(error) };
      end((error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : 126, undefined);
    };

    this.startedAt = performance.now();
    this.unstartable = enclosure?.refuse(spec.command, spec.cwd);
    const inherited = this.unstartable ? [] : (enclosure?.descriptors() ?? []);
    try {
      const [program = '', ...args] = enclosure?.wrap(spec.command, spec.cwd) ?? spec.command;
      const stdio = [input, this.#stdout.descriptor, this.#stderr.descriptor, ...inherited];
      // A session of its own: signals reach the whole group, and the grader's Ctrl-C does not.
      const how = { cwd: spec.cwd, env, detached: true, windowsHide: true, stdio, ...enclosure?.user };
      if (this.unstartable) end(this.unstartable.machine ? 126 : 127, undefined);
      else this.#child = spawn(program, args, how);
    } catch (error) {
      refuse(error);
    }
    for (const descriptor of [input, ...inherited]) if (typeof descriptor === 'number') closeSync(descriptor);
    if (!this.#child) return;
    this.#child.once('error', error => (this.pid === undefined ? refuse(error) : undefined));
    this.#child.once('exit', (code, signal) => {
      // What shuts a program in reports its end as a shell does.
      const within = enclosure && code !== null ? signalOf(code) : undefined;
      end(code ?? 128 + numberOf(signal), within ?? signal ?? undefined);
    });
    if (this.#child.pid === undefined) return;
    this.#kin = new Kin(this.#child.pid, mark, spec.cwd);
    register(this);
    if (enclosure) {
      this.#guarded = this.#guardedBy(enclosure, this.#kin);
      guard(this.#guarded);
      // A later program of the same place would count as its kin.
      void this.gone.then(() => this.#guarded && unguard(this.#guarded));
    }
    if (spec.stdin.kind === 'open' && this.#child.stdin) {
      this.#child.stdin.on('error', () => {}); // It may end without having read.
      this.#child.stdin.write(spec.stdin.text);
    }
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  async ready(listens: readonly Listening[], limits: ReadyLimits): Promise<Readiness> {
    const kin = this.#kin;
    if (!kin) {
      await this.ended;
      return {
        kind: 'unstartable',
        reason: 'the system did not say why',
        machine: false,
        ...this.unstartable,
      };
    }
    if (listens.length === 0) return { kind: 'ready', afterMs: performance.now() - this.startedAt };
    if (this.#options.readiness === 'probe' || !kin.visible) return probeSockets(this, listens, limits);
    const subject = this;
    const watched = {
      kin,
      startedAt: this.startedAt,
      ended: this.ended,
      get ending() {
        return subject.ending;
      },
    };
    return awaitSockets(watched, listens, limits);
  }

  output(stream: 'stdout' | 'stderr'): Captured {
    return (stream === 'stdout' ? this.#stdout : this.#stderr).read();
  }

  unreadBytes(ours: number, theirs: number): number | undefined {
    return this.pid === undefined ? undefined : unreadBytes(this.pid, ours, theirs);
  }

  starvedMs(): number {
    return this.#kin === undefined || this.#ending ? 0 : Math.max(0, ...this.#kin.look().map(starvedMs));
  }

  get hits(): readonly string[] {
    return [...this.#hits];
  }

  signal(name: NodeJS.Signals): void {
    if (this.#ending) return;
    const pid = this.#first();
    if (pid === undefined || pid === this.pid) this.#child?.kill(name);
    else process.kill(pid, name);
  }

  /** The first process of the program itself, below those that shut it in. */
  #first(): number | undefined {
    let pid = this.pid;
    for (let depth = this.#options.enclosure?.depth ?? 0; depth > 0 && pid !== undefined; depth -= 1)
      pid = childrenOf(pid)[0];
    return pid;
  }

  #guardedBy(enclosure: Enclosure, kin: Kin): Guarded {
    const { limits, depth } = enclosure;
    return {
      limits,
      depth,
      startedAt: this.startedAt,
      scan: () => kin.scan(),
      full: () => enclosure.full(this.#first() ?? kin.root),
      entered: pids => enclosure.entered(pids),
      enforced: () => enclosure.enforced(),
      note: says => this.#hits.add(says),
      exceed: says => {
        this.#exceeded ??= says;
        this.#hits.add(says);
        // Awaited by `stop`: it must not go on searching when the next program stands in the same folder.
        this.#ended = endTree(kin, this.ended);
      },
    };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  stopNow(): void {
    if (this.#kin) endTreeNow(this.#kin);
  }

  /** Settles when nothing of the tree lives: at once, unless it has left a daemon. */
  async #watchKin(): Promise<void> {
    // The timers do not keep the grader alive; who stops the subject searches by himself.
    for (
      let wait = 10;
      !this.#stopping && (this.#kin?.scan().length ?? 0) > 0;
      wait = Math.min(2 * wait, 100)
    ) {
      await new Promise(resolve => setTimeout(resolve, wait).unref());
    }
    await this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.#guarded) {
      // A last look: what is short-lived must not stay unnamed.
      for (const says of this.#guarded.full()) this.#hits.add(says);
      const enforced = this.#guarded.enforced();
      if (enforced !== undefined) this.#hits.add(enforced);
      unguard(this.#guarded);
    }
    await this.#ended;
    if (this.#kin) await endTree(this.#kin, this.ended);
    this.#child?.stdin?.destroy();
    this.#stdout.end();
    this.#stderr.end();
    unregister(this);
  }
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal ? constants.signals[signal] : 0;
}

function signalOf(status: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => status === 128 + number)?.[0];
}

/** Signals with which the kernel enforces what one process may use, or all of them together. */
function whichLimit(signal: string | undefined, enclosure: Enclosure): string | undefined {
  const { limits } = enclosure;
  // Quicker than the guard looks.
  if (signal === 'SIGKILL') return enclosure.enforced();
  if (signal === 'SIGXCPU') return `used ${limits.cpuMs / 1000} s of processor time, all that it may`;
  if (signal === 'SIGXFSZ') return `wrote more than ${megabytes(limits.fileBytes)} into one file`;
  return undefined;
}

/** A descriptor for the program's standard input, or what `spawn` is to make of it. */
function openInput(stdin: LaunchSpec['stdin'], path: string): number | 'ignore' | 'pipe' {
  if (stdin.kind === 'open') return 'pipe';
  if (stdin.kind === 'none') return 'ignore';
  writeFileSync(path, stdin.text, { mode: 0o644 });
  return openSync(path, 'r');
}
