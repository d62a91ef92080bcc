/** wiremark new: a starter and the handout, in a folder of the student's. */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { packageRoot } from '../assignment/root.ts';
import { UsageError } from '../errors.ts';
import { loadPlan } from '../fixture/plan.ts';
import type { Io } from './io.ts';

export async function newCommand(
  assignment: string,
  language: string,
  dir: string | undefined,
  io: Io,
): Promise<number> {
  const { contract } = await loadPlan(assignment);
  const source = join(packageRoot(), 'assignments', contract.id);
  const starter = join(source, 'starter', language);
  if (!existsSync(starter)) throw new UsageError(`${assignment} has no starter in ${language}.`);
  const shown = dir ?? contract.id;
  const target = resolve(io.cwd, shown);
  if (existsSync(target) && !statSync(target).isDirectory())
    throw new UsageError(`${shown} is a file, not a folder.`);
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new UsageError(
      `${shown} is there already and not empty. Name another folder: wiremark new ${assignment} --lang ${language} DIR`,
    );
  makeFolders(target, shown);
  cpSync(starter, target, { recursive: true });
  cpSync(join(source, 'handout.md'), join(target, 'handout.md'));
  const names = readdirSync(target).sort().join('  ');
  io.out(`${shown}/   ${names}\nRead handout.md, then:  cd ${shown} && wiremark check ${assignment}\n`);
  return 0;
}

/** Step by step: where folders can not be made at all, Node's recursive way does not come to an end. */
function makeFolders(folder: string, shown: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder), shown);
  try {
    mkdirSync(folder);
  } catch (error) {
    throw new UsageError(`Can not make the folder ${shown}: ${(error as NodeJS.ErrnoException).code}.`);
  }
}
