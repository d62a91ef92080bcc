import { describe, expect, it } from 'vitest';
import type { Step } from '../fixture/schema.ts';
import { scriptedWait } from './estimate.ts';

const wait = (...steps: Step[]) => scriptedWait(steps);

describe('what a script waits by itself', () => {
  it('is nothing where every wait ends with an answer', () => {
    expect(wait()).toBe(0);
    expect(wait({ open: 'c' }, { send: 'x', expect: 'y', within: 900 }, { exit: 0 })).toBe(0);
  });

  it('is the sum of its pauses', () => {
    expect(wait({ pause: 30 }, { quiet: 'c' }, { quiet: 'c', for: 40 }, { stall: 'c', for: 500 })).toBe(820);
  });

  it('counts the pauses between pieces', () => {
    expect(wait({ send: 'x', split: [1, 2] })).toBe(50);
    expect(wait({ send: 'x', split: [1], pause: 7 })).toBe(7);
    expect(wait({ send: 'x', split: 'every' })).toBe(250);
    // A pause without a split has nothing to stand between.
    expect(wait({ send: 'x', pause: 7 })).toBe(0);
  });

  it('counts rounds, one after the other or at the same time', () => {
    const steps: Step[] = [{ pause: 10 }];
    expect(wait({ repeat: 4, steps })).toBe(40);
    expect(wait({ repeat: 4, apart: 5, steps })).toBeGreaterThanOrEqual(55);
    expect(wait({ repeat: 4, beside: true, steps })).toBe(10);
    expect(wait({ repeat: 2, steps: [{ repeat: 3, steps }] })).toBe(60);
  });

  it('takes the shortest of alternatives', () => {
    const slow = { name: 'slow', steps: [{ pause: 100 }] };
    expect(wait({ either: [slow, { name: 'fast', steps: [{ exit: 0 }] }] })).toBe(0);
    expect(wait({ either: [slow, { name: 'silent', steps: [{ quiet: 'c' }] }] })).toBe(100);
  });
});
