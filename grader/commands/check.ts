/** wiremark check: grade one program, print what it earned and why. */
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Contract } from '../assignment/contract.ts';
import { cannotWrite, noSuchCheck, UsageError } from '../errors.ts';
import { loadPlan, type Plan } from '../fixture/plan.ts';
import { type StartSpec, startServer } from '../play/start.ts';
import type { Result } from '../report/result.ts';
import type { Style } from '../report/style.ts';
import { makeFolder, removeFolder } from '../room/folder.ts';
import { openRoom } from '../room/open.ts';
import { anchorCommand, quoteCommand } from '../subject/command.ts';
import type { Io } from './io.ts';
import { showProgress } from './progress.ts';

export interface CheckOptions {
  only?: readonly string[] | undefined;
  port?: number | undefined;
  seed?: string | undefined;
  format: 'text' | 'json';
  out?: string | undefined;
  slow: number;
  verbose: boolean;
  room: 'open' | 'isolated';
  /** Shell line that builds the program first. */
  build?: string | undefined;
}

/** 0 full marks, 1 marks lost, 3 void checks. */
export function exitStatus(result: Result): number {
  // A command that is not there is a slip of whoever typed it, and so is a program that can't be built.
  if (['unstartable', 'missing', 'build', 'unreadable'].includes(result.problem?.kind ?? '')) return 2;
  if (result.checks.some(check => check.verdict === 'void')) return 3;
  // Bonus is beyond the hundred: missing it loses nothing.
  const lost = result.checks.some(check => check.level !== 'bonus' && check.verdict !== 'met');
  const bonusOnly = result.checks.every(check => check.level === 'bonus');
  return lost || (bonusOnly && result.checks.some(check => check.verdict !== 'met')) ? 1 : 0;
}

export async function checkCommand(
  assignment: string,
  command: readonly string[],
  options: CheckOptions,
  io: Io,
): Promise<number> {
  const plan = await loadPlan(assignment);
  refuseUnknown(plan, options.only);
  if (options.out !== undefined) refuseUnwritable(resolve(io.cwd, options.out), options.out);
  const result =
    options.room === 'isolated'
      ? await (await import('./in-lane.ts')).gradeInLane(plan, command, options, io)
      : await gradeHere(plan, command, options, io);
  const { textReport } = await import('../report/text.ts');
  const again = { verbose: options.verbose, command: typed(command, options) };
  const text =
    options.format === 'json'
      ? `${JSON.stringify(result, null, 2)}\n`
      : textReport(result, styleFor(options, io), again);
  write(result, text, options, io);
  return exitStatus(result);
}

/** In the open room: as a process of whoever runs the grader. */
async function gradeHere(
  plan: Plan,
  command: readonly string[],
  options: CheckOptions,
  io: Io,
): Promise<Result> {
  const products = makeFolder();
  try {
    const run = await runnable(plan.contract, command, products, options, io);
    const spec: StartSpec = {
      room: openRoom(),
      contract: plan.contract,
      // The program runs in a fresh folder; what is named relative to this one must still be found.
      command: anchorCommand(run, io.cwd),
      extra: { out: products, source: io.cwd },
      fixedPort: options.port,
      slow: options.slow,
    };
    // The program starts while the rest of the grader is being loaded.
    const ahead = plan.contract.role === 'server' ? startServer(spec) : undefined;
    const [{ grade }] = await Promise.all([import('../play/grade.ts'), import('../report/text.ts')]);
    const progress = showProgress(io);
    const result = await grade({
      ...spec,
      plan,
      ahead,
      seed: options.seed,
      everything: options.verbose,
      progress: progress.step,
      ...(options.only === undefined ? {} : { only: options.only }),
    });
    progress.done();
    return result;
  } finally {
    await removeFolder(products);
  }
}

function refuseUnknown({ contract, checks }: Plan, only: readonly string[] = []): void {
  const ids = checks.map(({ id }) => id);
  for (const id of only) if (!ids.includes(id)) throw noSuchCheck(id, contract.id, ids);
}

/** Before anything is graded: nobody wants to wait for a report that can not be written. */
function refuseUnwritable(file: string, shown: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw cannotWrite(shown, 'it is a folder');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw cannotWrite(shown, code === 'ENOENT' ? 'its folder does not exist' : 'its folder is not writable');
  }
}

/** The command to start; the compiler's part is only loaded when there is something to find or build. */
async function runnable(
  contract: Contract,
  command: readonly string[],
  products: string,
  { build }: CheckOptions,
  io: Io,
): Promise<readonly string[]> {
  if (command.length > 0 && build === undefined) return command;
  const { prepare } = await import('./prepare.ts');
  return prepare({ contract, command, products, build }, io);
}

const styleFor = ({ out }: CheckOptions, io: Io): Style => ({
  color: io.color && out === undefined,
  unicode: io.unicode,
  width: out === undefined ? io.width : 100,
});

/** What followed the assignment, as it would be typed again. */
function typed(command: readonly string[], { port, slow, build, room }: CheckOptions): string {
  return [
    ...(room === 'open' ? [] : ['--room', room]),
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(slow === 1 ? [] : ['--slow', String(slow)]),
    ...(build === undefined ? [] : ['--build', quoteCommand([build])]),
    ...(command.length === 0 ? [] : ['--', quoteCommand(command)]),
  ].join(' ');
}

function write(result: Result, text: string, { out }: CheckOptions, io: Io): void {
  if (out === undefined) {
    io.out(text);
    return;
  }
  writeFileSync(resolve(io.cwd, out), text);
  const { earned, of } = result.score;
  io.err(`${earned}/${of} · written to ${out}\n`);
}
