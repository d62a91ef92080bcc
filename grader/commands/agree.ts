/** Shows which published marks would move, and asks whether they may. */
import { createInterface } from 'node:readline/promises';
import type { Outcome } from '../bulk/coordinate.ts';
import { movesText } from '../report/moves-text.ts';
import type { Io } from './io.ts';

/** @param yes agreed to beforehand; without a terminal nothing else agrees */
export async function agree(
  { moves, unchanged }: Pick<Outcome, 'moves' | 'unchanged'>,
  yes: boolean,
  io: Io,
): Promise<boolean> {
  if (moves.length === 0) return true;
  io.out(movesText(moves, unchanged, io));
  if (yes) return true;
  if (io.outIsTerminal && process.stdin.isTTY === true && (await ask('Replace them? [y/N] '))) return true;
  io.err('Nothing was replaced. To replace them, run the same with --yes: nothing is graded twice.\n');
  return false;
}

/** Ctrl-C and Ctrl-D are a no. */
async function ask(question: string): Promise<boolean> {
  const gone = new AbortController();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.once('SIGINT', () => gone.abort()).once('close', () => gone.abort());
  try {
    return /^y(es)?$/i.test((await terminal.question(question, { signal: gone.signal })).trim());
  } catch {
    process.stderr.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}
