/**
 * What shuts a program in, as `launch` needs to know it. How it is done is the room's business
 * (`room/sandbox.ts`); here is only what changes for whoever starts and watches the program.
 */

/** What a program may use. Whoever goes beyond is stopped, or notices that there is no more. */
export interface Limits {
  /** From its start to its end, ms. */
  wallMs: number;
  /** Processor time of all its processes together, ms. */
  cpuMs: number;
  /** Of all its processes together, bytes. */
  memoryBytes: number;
  /** Processes and threads at the same time. */
  processes: number;
  /** Open descriptors of one process. */
  openFiles: number;
  /** One file, bytes. */
  fileBytes: number;
  /** All that it writes in its folders, bytes; the same again for /tmp. */
  diskBytes: number;
}

export interface Enclosure {
  readonly limits: Limits;
  /** The command that starts `command` inside, in the working folder `cwd`. */
  wrap(command: readonly string[], cwd: string): string[];
  /** All that the program inherits, in place of the grader's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user, in the grader's own numbers, that the started process becomes; the grader's when left out. */
  readonly user: { uid: number; gid: number } | undefined;
  /** Opens what the wrapping command reads from descriptors 3 and up; `launch` closes them. */
  descriptors(): number[];
  /** Processes above the program's first: the sandbox's own. */
  readonly depth: number;
  /** Why the command can't be started inside, told beforehand: inside, nobody could tell it from a failure. */
  refuse(command: readonly string[], cwd: string): { reason: string; machine: boolean } | undefined;
  /** What is full now, in words, of the disks that the program may write to; `pid` is one of its processes. */
  full(pid: number): string[];
  /** Told of the first process, as soon as there is one: for control groups. */
  entered(pids: readonly number[]): void;
  /** What the system itself has enforced meanwhile, in words, and whether that ended a process. */
  enforced(): string | undefined;
}
