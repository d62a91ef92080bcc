/** How long a check waits by its own script, so that others can run beside it from the start. */
import type { Step } from '../fixture/schema.ts';

/** Assumed for "every": such sends are short, a dozen bytes or so. */
const everyPieces = 10;

/** Milliseconds of pauses that a correct program can not shorten. */
export function scriptedWait(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + waitOf(step), 0);
}

function waitOf(step: Step): number {
  if ('repeat' in step) {
    const inside = scriptedWait(step.steps);
    return step.beside ? inside : step.repeat * (inside + (step.apart ?? 0));
  }
  if ('either' in step) return Math.min(...step.either.map(({ steps }) => scriptedWait(steps)));
  if ('send' in step && step.split !== undefined)
    return (step.pause ?? 25) * (step.split === 'every' ? everyPieces : step.split.length);
  if ('quiet' in step) return step.for ?? 250;
  if ('stall' in step) return step.for;
  if ('pause' in step && !('send' in step)) return step.pause ?? 0;
  return 0;
}
