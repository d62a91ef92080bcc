/** `check --room isolated`: the program of the current folder, graded in one lane as a class would be. */
import { cpus } from 'node:os';
import { relative, resolve, sep } from 'node:path';
import { LaneDied } from '../bulk/crew.ts';
import { machineCrew } from '../bulk/lanes-of-machine.ts';
import type { Plan } from '../fixture/plan.ts';
import { newSeed } from '../play/grade.ts';
import { ungraded } from '../play/ungraded.ts';
import type { Result } from '../report/result.ts';
import { submissionPath } from '../room/sandbox.ts';
import { quoteCommand } from '../subject/command.ts';
import { closeInherited } from '../subject/inherited.ts';
import type { CheckOptions } from './check.ts';
import type { Io } from './io.ts';
import { showProgress } from './progress.ts';
import { requireIsolation } from './require-isolation.ts';

/** Throws a UsageError where nothing can be isolated. */
export async function gradeInLane(
  plan: Plan,
  command: readonly string[],
  options: CheckOptions,
  io: Io,
): Promise<Result> {
  closeInherited();
  await requireIsolation(io);
  const crew = machineCrew(plan.contract, 1);
  const progress = showProgress(io);
  const seed = options.seed ?? newSeed();
  try {
    return await crew.run(
      {
        assignment: plan.contract.id,
        submission: { student: 'you', origin: io.cwd, content: { kind: 'folder', path: io.cwd } },
        command: command.map(word => insideOf(io.cwd, word)),
        build: options.build,
        seed,
        slow: options.slow,
        only: options.only,
        fixedPort: options.port,
        everything: options.verbose,
        // Nobody else's submission runs beside it.
        cpus: cpus().length,
      },
      word => {
        if (word.kind === 'progress') progress.step(word.decided, word.of);
        if (word.kind === 'found')
          io.err(`No command given; found ${word.how}: ${quoteCommand(word.command)}\n`);
      },
    );
  } catch (error) {
    if (!(error instanceof LaneDied)) throw error;
    const says = 'The process that graded it was ended again and again.';
    const problem = { kind: 'machine' as const, says, advice: [], output: error.message };
    return ungraded({ plan, room: 'isolated', seed, slow: options.slow, problem, command });
  } finally {
    progress.done();
    await crew.close();
  }
}

/** A path of the current folder, as the program will find it; other words stay. */
function insideOf(cwd: string, word: string): string {
  if (!word.startsWith('/')) return word;
  const path = relative(cwd, resolve(word));
  return path.startsWith('..') || path.startsWith(sep) ? word : `${submissionPath}/${path}`;
}
