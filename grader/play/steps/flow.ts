/** Steps that hold steps: repeat, and legal alternatives. */
import type { EitherStep, RepeatStep, Step } from '../../fixture/schema.ts';
import { sleep } from '../../wire/signal.ts';
import type { Context } from '../context.ts';
import { Unmet } from '../failure.ts';

export type PlaySteps = (steps: readonly Step[], context: Context) => Promise<void>;

async function repeat(step: RepeatStep, context: Context, play: PlaySteps): Promise<void> {
  const rounds = Array.from({ length: step.repeat }, (_, i) => (step.reverse ? step.repeat - i : i + 1));
  const failures: Unmet[] = [];
  const round = async (i: number): Promise<void> => {
    const fork = context.fork(i);
    try {
      await play(step.steps, fork);
    } catch (error) {
      if (!(error instanceof Unmet && step.credit)) throw error;
      failures.push(error);
    } finally {
      context.join(fork);
    }
  };
  if (step.beside) {
    // allSettled: a round that fails must not leave the others talking behind the check's back.
    const ends = await Promise.allSettled(rounds.map(round));
    const failed = ends.find(end => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } else {
    for (const [n, i] of rounds.entries()) {
      if (n > 0 && step.apart !== undefined) await sleep(step.apart);
      await round(i);
    }
  }
  const [first] = failures;
  if (first === undefined) return;
  const credit = { k: rounds.length - failures.length, n: rounds.length };
  throw new Unmet(`${credit.k} of ${credit.n} as wanted; the first of the others: ${first.message}`, {
    difference: first.difference,
    channel: first.channel,
    credit,
  });
}

/** All alternatives watch at the same time; the first that is content decides. */
async function either(step: EitherStep, context: Context, play: PlaySteps): Promise<void> {
  const forks = step.either.map(() => context.fork());
  const tries = step.either.map(async ({ steps }, i) => {
    const fork = forks[i] ?? context.fork();
    await play(steps, fork);
    return fork;
  });
  try {
    const winner = await Promise.any(tries);
    for (const fork of forks) if (fork !== winner) fork.cancel();
    context.join(winner);
  } catch (error) {
    const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const trouble = reasons.find(reason => !(reason instanceof Unmet));
    if (trouble !== undefined) throw trouble;
    const [first] = reasons;
    const names = step.either.map(({ name }) => name).join('; or: ');
    const detail = first instanceof Unmet ? first : undefined;
    throw new Unmet(`none of what would be right came (${names}): ${detail?.message}`, {
      difference: detail?.difference,
      channel: detail?.channel,
    });
  }
}

export const flow = { repeat, either };
