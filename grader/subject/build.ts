/** Builds a submission: one command, with a limit. */
import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { dir, setGracefulCleanup } from 'tmp-promise';
import { fillCommand } from './command.ts';
import { inheritedEnvironment } from './environment.ts';
import { Kin, MARKER } from './kin.ts';
import { Recording } from './output.ts';
import { endTree, endTreeNow, register, unregister } from './stop.ts';
import { whyUnstartable } from './unstartable.ts';

export interface BuildSpec {
  /** Program and arguments; `{source}` stands for `cwd`, `{out}` for `out`. */
  command: readonly string[];
  /** The submission's folder. */
  cwd: string;
  /** Folder for the products; made if it is not there. */
  out: string;
  limitMs: number;
  /** Added to the environment. */
  env?: Readonly<Record<string, string>>;
}

export interface BuildResult {
  ok: boolean;
  /** As a shell reports it: 0-255, or 128 + signal number; 127 or 126 if it could not be started. */
  status: number;
  /** Why it is not ok, in words; undefined if it is. */
  reason: string | undefined;
  /** Standard output and error as they came, head and tail. */
  output: string;
  seconds: number;
}

/** Rejects only if the grader can't write its own files. Nothing that the build has started outlives it. */
export async function build(spec: BuildSpec): Promise<BuildResult> {
  // Dear to import, and a program that needs no build never pays for it.
  const { execa } = await import('execa');
  const [program = '', ...args] = fillCommand(spec.command, { source: spec.cwd, out: spec.out }, []).command;
  mkdirSync(spec.out, { recursive: true });
  setGracefulCleanup(); // Should the grader end under way.
  const folder = await dir({ prefix: 'wiremark-build-', unsafeCleanup: true });
  const recording = new Recording(join(folder.path, 'output'));
  const mark = `${process.pid}-build-${Math.random().toString(36).slice(2)}`;
  const env: Record<string, string> = {
    [MARKER]: mark,
    ...inheritedEnvironment(),
    PWD: spec.cwd,
    ...spec.env,
  };
  // execa passes any descriptor on; its types know those up to 9 only.
  const descriptor = recording.descriptor as 3;
  const started = performance.now();

  // Output goes to a file, not a pipe: the result must not wait for orphans that hold the pipe open. Limit
  // and end are ours, as execa's `timeout` and `cleanup` reach the first process only, not a detached group.
  const child = execa(program, args, {
    cwd: spec.cwd,
    env,
    extendEnv: false,
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdio: ['ignore', descriptor, descriptor],
  });
  const kin = child.pid === undefined ? undefined : new Kin(child.pid, mark);
  const end = async () => (kin ? endTree(kin, child) : undefined);
  const running = { stop: end, stopNow: () => (kin ? endTreeNow(kin) : undefined) };
  register(running);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void end();
  }, spec.limitMs);
  try {
    const result = await child;
    clearTimeout(timer);
    const seconds = (performance.now() - started) / 1000;
    await end();
    const { status, reason } = judge(result, { late, limitMs: spec.limitMs });
    const refused =
      child.pid === undefined ? whyUnstartable(result.cause, program, spec.cwd, env.PATH) : undefined;
    return {
      ok: status === 0 && !late,
      status,
      reason: refused ?? reason,
      output: recording.read().text,
      seconds,
    };
  } finally {
    clearTimeout(timer);
    unregister(running);
    recording.end();
    await folder.cleanup().catch(() => {});
  }
}

function judge(
  result: { exitCode?: number | undefined; signal?: string | undefined; code?: string | undefined },
  limit: { late: boolean; limitMs: number },
): { status: number; reason: string | undefined } {
  if (limit.late)
    return { status: 137, reason: `it took longer than ${limit.limitMs / 1000} s and was ended` };
  if (result.signal) {
    const number = constants.signals[result.signal as NodeJS.Signals] ?? 0;
    return { status: 128 + number, reason: `it was ended by ${result.signal}` };
  }
  const status = result.exitCode ?? (result.code === 'ENOENT' ? 127 : 126);
  return { status, reason: status === 0 ? undefined : `it ended with status ${status}` };
}
