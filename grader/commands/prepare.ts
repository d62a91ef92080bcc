/** Before the first start: finds how the program in the current folder is started, and builds it. */
import type { Contract } from '../assignment/contract.ts';
import { UsageError } from '../errors.ts';
import { build } from '../subject/build.ts';
import { quoteCommand } from '../subject/command.ts';
import { discover } from '../subject/discover.ts';
import type { Io } from './io.ts';

/** Milliseconds that a compiler gets. */
const buildLimit = 120_000;

interface Wanted {
  contract: Contract;
  command: readonly string[];
  build?: string | undefined;
  /** Folder for build products, {out} in commands. */
  products: string;
}

/** The command to run. Throws a UsageError when nothing is found or the build fails. */
export async function prepare(wanted: Wanted, io: Io): Promise<string[]> {
  let run = [...wanted.command];
  let builds = wanted.build === undefined ? undefined : ['sh', '-c', wanted.build];
  if (run.length === 0) {
    const found = discover(io.cwd, wanted.contract.program);
    if (found.kind !== 'found') {
      const says = found.found.length === 0 ? found.says : `${found.says} Found: ${found.found.join(', ')}.`;
      throw new UsageError(`${says}\nGive the command yourself: wiremark check ${wanted.contract.id} -- …`);
    }
    io.err(`No command given; found ${found.how}: ${quoteCommand(found.run)}\n`);
    run = found.run;
    builds ??= found.build;
  }
  if (builds === undefined) return run;
  const command = builds.map(word => word.replaceAll('{out}', wanted.products));
  const done = await build({ command, cwd: io.cwd, out: wanted.products, limitMs: buildLimit, env: {} });
  if (!done.ok) throw new UsageError(`The build failed: ${quoteCommand(command)}\n${done.output.trimEnd()}`);
  return run.map(word => word.replaceAll('{out}', wanted.products));
}
