/**
 * What the rest of the grader may know of a program under test. How it is started and watched is the
 * business of the files beside this one; where it runs is the room's.
 */

export type Transport = 'tcp' | 'udp';

/** A socket that the contract wants the program to open. */
export interface Listening {
  transport: Transport;
  /** Port, host byte order. */
  port: number;
}

/** A socket that the program has opened. */
export interface Bound extends Listening {
  /** The address it is bound to, where that is not one that takes what is sent to 127.0.0.1, e.g. "::1". */
  address?: string;
}

/** How the first process of the program ended. */
export interface Ending {
  /**
   * Exit status as a shell reports it: 0-255, or 128 + signal number; 127 or 126 if it could not be
   * started (not found, not executable).
   */
  status: number;
  /** Name of the signal that ended it, e.g. "SIGSEGV". */
  signal: string | undefined;
  /** Milliseconds from the start. */
  afterMs: number;
  /** The limit for which it was stopped, if it was, in words: "used 520 MB of 512 MB of memory". */
  stopped?: string | undefined;
}

/** Output is kept by its head and its tail; a flood loses its middle. */
export interface Captured {
  /** Decoded as UTF-8 with replacement; where bytes were dropped, a line in brackets says how many. */
  text: string;
  /** All bytes that the program wrote, kept or not. */
  length: number;
  /** Bytes dropped between head and tail. */
  elided: number;
}

export type Readiness =
  | { kind: 'ready'; afterMs: number }
  /** It ended before it listened. */
  | { kind: 'ended'; ending: Ending }
  /** It listens, but not where the contract says. */
  | { kind: 'elsewhere'; found: Bound[] }
  /** It slept (no processor time, no socket) for the whole idle limit, or was busy until the limit. */
  | { kind: 'never'; idle: boolean; afterMs: number }
  /** The machine refused to start it: no such file, not executable, … */
  | { kind: 'unstartable'; reason: string; machine: boolean };

export interface LaunchSpec {
  /** Program and arguments, placeholders already filled. */
  command: readonly string[];
  /** Working directory. */
  cwd: string;
  /** Added to the environment. */
  env: Readonly<Record<string, string>>;
  /** Variables that it does not inherit. */
  without?: readonly string[] | undefined;
  /**
   * What the program reads: nothing (end of file at once), a text that ends, or a text after which the
   * grader keeps the pipe open.
   */
  stdin: { kind: 'none' } | { kind: 'text'; text: string } | { kind: 'open'; text: string };
}

export interface Subject {
  readonly command: readonly string[];
  readonly pid: number | undefined;
  /** Settles when the first process has ended; never rejects. */
  readonly ended: Promise<Ending>;
  /** Settles when no process of its tree lives any more (a daemonised child outlives the first process). */
  readonly gone: Promise<void>;
  /** Why the system refused to start it, if it did; `machine`: for want of room, not for a fault of the program. */
  readonly unstartable: { reason: string; machine: boolean } | undefined;
  /** The ending if it has already happened. */
  readonly ending: Ending | undefined;
  /**
   * Waits for the sockets, by what the operating system says; sends nothing (see probe.ts for the
   * exception). Never rejects. No sockets wanted: ready at once.
   * @param limits `readyMs` from the start of the program, however busy; `idleMs` of sleep without a socket
   */
  ready(listens: readonly Listening[], limits: { readyMs: number; idleMs: number }): Promise<Readiness>;
  /** What it has printed so far, or until it was stopped. */
  output(stream: 'stdout' | 'stderr'): Captured;
  /**
   * Bytes that the grader has sent over the TCP connection between these two ports and the program has not
   * read yet; undefined where the system does not tell.
   */
  unreadBytes(ours: number, theirs: number): number | undefined;
  /**
   * Milliseconds, so far, in which it was ready to run but the machine gave it no processor (the worst of its
   * threads); 0 where the system does not tell, and once it has ended.
   */
  starvedMs(): number;
  /** Limits that were hit, in words: "used 520 MB of 512 MB of memory", "filled its 64 MB of disk". */
  readonly hits: readonly string[];
  /** To the first process only; nothing happens if it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Ends the whole tree: SIGKILL to group and descendants; settles when they are gone. Idempotent. */
  stop(): Promise<void>;
}
