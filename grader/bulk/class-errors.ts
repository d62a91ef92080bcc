/** Inputs of `grade` that hold no class: what was there, and what to type instead. */
import { UsageError } from '../errors.ts';
import { printable, shown } from './entries.ts';

const INSTEAD =
  'Name the folder in which each submission is a folder, an archive or a source file, or the archive (.zip, .tar, .tar.gz) that the platform gave you: wiremark grade <assignment> submissions/ --out report';

/** @param typed as on the command line */
export const noSuchInput = (typed: string): UsageError =>
  new UsageError(`There is no ${typed === '' ? 'file with an empty name' : printable(typed)}. ${INSTEAD}`);

export const emptyInput = (typed: string): UsageError =>
  new UsageError(`There is nothing in ${printable(typed)}. ${INSTEAD}`);

/** @param why a clause: "permission denied" */
export const unreadableInput = (typed: string, why: string): UsageError =>
  new UsageError(`Can not read ${printable(typed)}: ${why}.`);

/** @param names what was there instead */
export function nothingFound(inputs: readonly string[], names: readonly string[]): UsageError {
  const most = 3;
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  const there = names.length === 0 ? 'nothing' : names.slice(0, most).map(shown).join(', ') + more;
  const [first = ''] = inputs;
  return new UsageError(
    names.length === 1 && names[0] === first
      ? `${printable(first)} is no submission: it is neither a folder, an archive nor source code. ${INSTEAD}`
      : `Nothing in ${inputs.length === 1 ? printable(first) : 'what you named'} looks like a submission: there is ${there}. ${INSTEAD}`,
  );
}
