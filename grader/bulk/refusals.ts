/** Why a folder can not be the output folder of this run, and what to do instead. */
import { UsageError } from '../errors.ts';
import type { Holder } from './lock.ts';

const another = 'Name another folder with --out.';

/** @param shown the folder as typed */
export const isNoFolder = (shown: string): UsageError =>
  new UsageError(`--out wants a folder, and ${shown} is a file. ${another}`);

/** @param names what stands there */
export function isNotOurs(shown: string, names: readonly string[]): UsageError {
  const most = 3;
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return new UsageError(
    `${shown} holds other files (${names.slice(0, most).join(', ')}${more}) and no results of wiremark. Name an empty or a new folder with --out.`,
  );
}

export const isOfAnother = (shown: string, theirs: string, ours: string): UsageError =>
  new UsageError(`${shown} holds the results of ${theirs}, not of ${ours}. ${another}`);

/** @param file that says whose results they are */
export const isIllegible = (shown: string, file: string): UsageError =>
  new UsageError(
    `${shown} can not be continued: ${file} is damaged, or written by another version of wiremark. ${another}`,
  );

export function isLocked(shown: string, { pid, elsewhere, file }: Holder): UsageError {
  if (elsewhere === undefined)
    return new UsageError(
      `${shown} is being graded already, by process ${pid}. Wait for it, or end it; if that is no wiremark, remove ${file}`,
    );
  return new UsageError(
    `${shown} is being graded already, by process ${pid} on ${elsewhere} or in a container there, which can not be looked at from here. If it has ended, remove ${file}`,
  );
}

export const isUnwritable = (shown: string, reason: string): UsageError =>
  new UsageError(`Can not write in ${shown}: ${reason}. ${another}`);

export const hasOwnSecret = (shown: string): UsageError =>
  new UsageError(
    `The results in ${shown} were made with another secret: with this one, every student would have other values. To grade all of them anew with it, add --fresh. (The seed of one student's feedback is for wiremark check --seed.)`,
  );
