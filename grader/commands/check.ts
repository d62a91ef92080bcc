/** wiremark check: grade one program, print what it earned and why. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contract } from '../assignment/contract.ts';
import { cannotWrite } from '../errors.ts';
import { loadPlan } from '../fixture/plan.ts';
import { grade } from '../play/grade.ts';
import type { Result } from '../report/result.ts';
import { textReport } from '../report/text.ts';
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
  /** Shell line that builds the program first. */
  build?: string | undefined;
}

/** 0 full marks, 1 marks lost, 3 void checks. */
export function exitStatus(result: Result): number {
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
  const products = mkdtempSync(join(tmpdir(), 'wiremark-out-'));
  try {
    const run = await runnable(plan.contract, command, products, options, io);
    const progress = showProgress(io);
    const result = await grade({
      plan,
      room: openRoom(),
      // The program runs in a fresh folder; what is named relative to this one must still be found.
      command: anchorCommand(run, io.cwd),
      extra: { out: products, source: io.cwd },
      seed: options.seed,
      slow: options.slow,
      fixedPort: options.port,
      everything: options.verbose,
      progress: progress.step,
      ...(options.only === undefined ? {} : { only: options.only }),
    });
    progress.done();
    write(result, render(result, command.length === 0 ? [] : command, options, io), options, io);
    return exitStatus(result);
  } finally {
    rmSync(products, { recursive: true, force: true });
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

function render(result: Result, command: readonly string[], options: CheckOptions, io: Io): string {
  if (options.format === 'json') return `${JSON.stringify(result, null, 2)}\n`;
  const style = {
    color: io.color && options.out === undefined,
    unicode: io.unicode,
    width: options.out === undefined ? io.width : 100,
  };
  const again = [
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
    ...(options.slow === 1 ? [] : ['--slow', String(options.slow)]),
    ...(options.build === undefined ? [] : ['--build', quoteCommand([options.build])]),
  ];
  const rest = command.length === 0 ? [] : ['--', quoteCommand(command)];
  return textReport(result, style, { verbose: options.verbose, command: [...again, ...rest].join(' ') });
}

function write(result: Result, text: string, options: CheckOptions, io: Io): void {
  if (options.out === undefined) {
    io.out(text);
    return;
  }
  try {
    writeFileSync(options.out, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw cannotWrite(options.out, code === 'ENOENT' ? 'its folder does not exist' : String(code));
  }
  const { earned, of } = result.score;
  io.err(`${earned}/${of} · written to ${options.out}\n`);
}
