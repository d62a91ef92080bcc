/**
 * Errors of use: what was wrong, where, and what to type instead. The command line prints the message
 * and nothing else, and exits with 2. Everything that users can do wrong is worded here.
 */
import { nearest } from './nearest.ts';

export class UsageError extends Error {}

const list = (names: readonly string[]): string =>
  names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near.length === 0 ? '' : ` Nearest: ${list(near)}.`;
}

export const noSuchAssignment = (id: string, known: readonly string[]): UsageError =>
  new UsageError(`There is no assignment "${id}".${didYouMean(id, known)} All: wiremark list`);

export const noSuchCheck = (id: string, assignment: string, known: readonly string[]): UsageError =>
  new UsageError(
    `${assignment} has no check "${id}".${didYouMean(id, known)} All: wiremark list ${assignment}`,
  );

export const noSuchCommand = (word: string, known: readonly string[]): UsageError => {
  const [near] = nearest(word, known);
  return new UsageError(
    `There is no command "${word}".${near === undefined ? ` There are: ${known.join(', ')}` : ` Did you mean "${near}"?`}`,
  );
};

export const badOption = (option: string, value: string, wanted: string): UsageError =>
  new UsageError(`${option} takes ${wanted}, not "${value}".`);

export const cannotWrite = (file: string, reason: string): UsageError =>
  new UsageError(`Can not write ${file}: ${reason}.`);
