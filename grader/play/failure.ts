/** Why a check is not met. Thrown by steps, caught by the player; the first one ends the check. */
import type { Difference } from '../judge/difference.ts';

export interface Failure {
  /** One sentence, about the program: "no reply came within 1 s". */
  says: string;
  difference: Difference | undefined;
  /** Connection, socket or actor that it is about. */
  channel: string | undefined;
  /** Index of the step at the top level of the check, from 0. */
  step: number;
}

export class Unmet extends Error {
  readonly difference: Difference | undefined;
  readonly channel: string | undefined;
  /** k of n rounds held, where rounds earn points one by one. */
  readonly credit: { k: number; n: number } | undefined;

  constructor(
    says: string,
    detail: {
      difference?: Difference | undefined;
      channel?: string | undefined;
      credit?: { k: number; n: number } | undefined;
    } = {},
  ) {
    super(says);
    this.difference = detail.difference;
    this.channel = detail.channel;
    this.credit = detail.credit;
  }
}

export const seconds = (ms: number): string =>
  ms < 950 ? `${Math.round(ms / 10) * 10} ms` : `${Math.round(ms / 100) / 10} s`;
