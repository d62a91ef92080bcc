import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Io } from './io.ts';
import { classProgress } from './progress-bar.ts';

let said: string[];
const io = (): Io => ({
  out: () => expect.unreachable(),
  err: text => said.push(text),
  outIsTerminal: false,
  errIsTerminal: false,
  color: false,
  unicode: true,
  width: 80,
  cwd: '/',
});

beforeEach(() => {
  said = [];
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** So many more, each a second after the one before. */
function steps(
  progress: ReturnType<typeof classProgress>,
  count: number,
  what = { kept: false, needsYou: false },
): void {
  for (let i = 0; i < count; i += 1) {
    vi.advanceTimersByTime(1000);
    progress.step(what);
  }
}

it('says a line now and then where no terminal is, with the rate and the time that is left', () => {
  const progress = classProgress(20, io());
  steps(progress, 5);
  steps(progress, 5, { kept: false, needsYou: true });
  progress.done();
  expect(said).toEqual(['5/20   1.0/s   15 s left\n', '10/20   1.0/s   10 s left   5 need you\n']);
});

it('says nothing about what is over at once, nor at the end', () => {
  const progress = classProgress(3, io());
  vi.advanceTimersByTime(1000);
  for (let i = 0; i < 3; i += 1) progress.step({ kept: false, needsYou: false });
  steps(classProgress(1, io()), 1);
  vi.advanceTimersByTime(60_000);
  progress.done();
  expect(said).toEqual([]);
});

it('does not take what was kept for a rate', () => {
  const progress = classProgress(1000, io());
  for (let i = 0; i < 900; i += 1) progress.step({ kept: true, needsYou: false });
  steps(progress, 5);
  expect(said).toEqual(['905/1000   1.0/s   2 min left\n']);
});

it('tells slow rates by the minute, and one that needs somebody', () => {
  const progress = classProgress(100, io());
  vi.advanceTimersByTime(60_000);
  progress.step({ kept: false, needsYou: true });
  vi.advanceTimersByTime(60_000);
  progress.step({ kept: false, needsYou: false });
  expect(said).toEqual(['1/100   1 needs you\n', '2/100   1.0/min   98 min left   1 needs you\n']);
});
