/** Steps that look at what is left: files, folders, and what an actor has heard. */
import { basename, dirname, join } from 'node:path';
import type { StepOf } from '../../fixture/schema.ts';
import type { Difference } from '../../judge/difference.ts';
import type { Json } from '../../judge/json.ts';
import { match } from '../../judge/match.ts';
import { aboutMain } from '../../protocol/protocol.ts';
import { starvedMs as starvedOf } from '../../subject/proc.ts';
import { inputRead, sleep } from '../../wire/signal.ts';
import type { Context } from '../context.ts';
import { Unmet } from '../failure.ts';
import { namesLeft, readLeft } from '../left-behind.ts';

/** Paths that fit a pattern whose last part may hold "*". Names that begin with a dot do not. */
async function paths(pattern: string, folders: readonly string[]): Promise<string[]> {
  const folder = dirname(pattern);
  const parts = basename(pattern)
    .split('*')
    .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const name = new RegExp(`^${parts.join('.*')}$`, 's');
  const entries = await namesLeft(folder, folders);
  return entries
    .filter(entry => !entry.startsWith('.') && name.test(entry))
    .map(entry => join(folder, entry));
}

/** Folders that the program was given. */
const foldersOf = ({ scene }: Context): string[] => [
  scene.place.work,
  ...Object.keys(scene.contract.folders ?? {}).flatMap(name => scene.place.values[name] ?? []),
];

/** Milliseconds, so far, in which the grader itself was ready to run but got no processor. */
export const ownStarvedMs = (): number => starvedOf(process.pid);

/** Looks once, and once more after a moment: a rename may be under way. */
async function twice(
  context: Context,
  look: () => Promise<{ says: string; difference?: Difference } | undefined>,
): Promise<void> {
  if ((await look()) === undefined) return;
  await sleep(context.scene.patience.recheck);
  const problem = await look();
  if (problem !== undefined) throw new Unmet(problem.says, { difference: problem.difference });
}

async function file(step: StepOf<'file'>, context: Context): Promise<void> {
  const pattern = context.values.fillText(step.file);
  const shown = context.values.shown(step.file);
  const about = aboutMain({ main: 'text' }, context.values.fill(step.expect));
  await twice(context, async () => {
    const found = await paths(pattern, foldersOf(context));
    const [path] = found;
    if (path === undefined) return { says: `there is no file ${shown}` };
    if (found.length > 1) return { says: `there are ${found.length} files ${shown}, not one` };
    const content = await readLeft(path, foldersOf(context));
    if (typeof content === 'string') return { says: `${shown} ${content}` };
    const { text, size } = content;
    const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
    const difference = match(about, { name: basename(path), text, lines, size }, context.bindings);
    return difference && { says: `the file ${basename(path)} is not as it should be`, difference };
  });
}

async function folder(step: StepOf<'folder'>, context: Context): Promise<void> {
  const path = context.values.fillText(step.folder);
  const about = aboutMain({ main: 'names' }, context.values.fill(step.expect));
  await twice(context, async () => {
    const names = await namesLeft(path, foldersOf(context));
    const difference = match(about, { names, count: names.length }, context.bindings);
    return (
      difference && {
        says: `the folder ${context.values.shown(step.folder)} is not as it should be`,
        difference,
      }
    );
  });
}

async function heard(step: StepOf<'heard'>, context: Context): Promise<void> {
  await inputRead();
  const { name, channel, protocol } = context.find(step.heard);
  const judge = (expectation: Json | undefined, value: Json, says: string): void => {
    if (expectation === undefined) return;
    const difference = match(context.values.fill(expectation), value, context.bindings);
    if (difference !== undefined) throw new Unmet(says, { channel: name, difference });
  };
  const { received } = channel;
  const gaps = received.slice(1).map((later, i) => Math.round(later.at - (received[i]?.at ?? 0)));
  judge(step.connections, channel.connections, 'the number of connections is another');
  judge(step.count, received.length, 'the number of messages is another');
  const list = Array.isArray(step.expect) ? step.expect.map(item => aboutMain(protocol, item)) : step.expect;
  judge(
    list,
    received.map(item => item.message),
    'what came is something else',
  );
  // What the machine kept the program waiting for may be taken off a gap; what kept the grader from reading
  // the earlier message may be added.
  const fits = (gap: number): boolean => match(step.gaps ?? null, gap, context.bindings) === undefined;
  const kept = Math.round(context.starvedMs());
  const late = Math.round(ownStarvedMs() - context.scene.graderStarvedBefore);
  for (const gap of gaps) {
    const fair = (kept > 0 && fits(gap - kept)) || (late > 0 && fits(gap + late));
    if (!fair) judge(step.gaps, gap, 'the time between two messages (ms) is another');
  }
}

export const evidence = { file, folder, heard };
