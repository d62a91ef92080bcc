/** wiremark new: a starter and the handout, in a folder of the student's. */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new UsageError(
      `${shown} is there already and not empty. Name another folder: wiremark new ${assignment} --lang ${language} DIR`,
    );
  mkdirSync(target, { recursive: true });
  cpSync(starter, target, { recursive: true });
  cpSync(join(source, 'handout.md'), join(target, 'handout.md'));
  const names = readdirSync(target).sort().join('  ');
  io.out(`${shown}/   ${names}\nRead handout.md, then:  cd ${shown} && wiremark check ${assignment}\n`);
  return 0;
}
