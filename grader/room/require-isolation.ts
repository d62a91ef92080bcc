/** Refuses, with what to do about it, where programs can not be shut in. */
import { UsageError } from '../errors.ts';
import { canIsolate } from './offers.ts';

/** Throws a UsageError. */
export async function requireIsolation(): Promise<void> {
  const can = await canIsolate();
  if (can.ok) return;
  const why = can.missing.map(({ what, why: because, install }) => `  ${what}: ${because}\n    ${install}`);
  throw new UsageError(
    `This machine can not shut programs in:\n${why.join('\n')}\nSee: wiremark doctor. Programs that you trust can be graded with --room open.`,
  );
}
