import { describe, expect, it } from 'vitest';
import { Flow, type FlowFate, luckOf } from './impair.ts';
import { sleep } from './signal.ts';

/** A small generator for the tests. */
function randomFrom(seed: number): () => number {
  return luckOf(() => seed / 4294967296);
}

function flowOf(fate: FlowFate, random = randomFrom(1)): { flow: Flow<number>; out: number[] } {
  const out: number[] = [];
  return { flow: new Flow<number>(fate, random, item => out.push(item)), out };
}

/** What arrives of 1 … n, without waiting. */
function arrivals(fate: FlowFate, n: number, random = randomFrom(1)): number[] {
  const { flow, out } = flowOf(fate, random);
  for (let item = 1; item <= n; item += 1) flow.pass(item);
  return out;
}

describe('a flow of datagrams', () => {
  it('passes everything on when nothing is asked', () => {
    expect(arrivals({}, 4)).toEqual([1, 2, 3, 4]);
  });

  it('drops by ordinal, and says so', () => {
    const { flow, out } = flowOf({ drop: [1, 3] });
    expect([1, 2, 3, 4].map(item => flow.pass(item))).toEqual([false, true, false, true]);
    expect(out).toEqual([2, 4]);
  });

  it('duplicates by ordinal', () => {
    expect(arrivals({ duplicate: [2] }, 3)).toEqual([1, 2, 2, 3]);
  });

  it('counts what was dropped: ordinals do not shift', () => {
    expect(arrivals({ drop: [1], duplicate: [2] }, 3)).toEqual([2, 2, 3]);
    expect(arrivals({ drop: [2], swap: [1] }, 3)).toEqual([3, 1]);
  });

  it('drops rather than duplicates, swaps or delays', () => {
    expect(arrivals({ drop: [1], duplicate: [1], swap: [1], delay: { 1: 1 } }, 2)).toEqual([2]);
  });

  it('swaps with the next', () => {
    expect(arrivals({ swap: [1] }, 3)).toEqual([2, 1, 3]);
    expect(arrivals({ swap: [1, 3] }, 4)).toEqual([2, 1, 4, 3]);
    const { flow } = flowOf({ swap: [1] });
    expect(flow.pass(1)).toBe(true);
  });

  it('loses nothing when neighbours are to be swapped', () => {
    expect(arrivals({ swap: [1, 2] }, 3)).toEqual([3, 1, 2]);
  });

  it('delays by ordinal, and keeps the time', async () => {
    const { flow, out } = flowOf({ delay: { 1: 60, 2: 20 } });
    for (const item of [1, 2, 3]) expect(flow.pass(item)).toBe(true);
    expect(out).toEqual([3]);
    for (let turn = 0; turn < 200 && out.length < 3; turn += 1) await sleep(10);
    expect(out).toEqual([3, 2, 1]);
  });

  it('delivers a delayed duplicate twice', async () => {
    const { flow, out } = flowOf({ delay: { 1: 5 }, duplicate: [1] });
    flow.pass(1);
    for (let turn = 0; turn < 200 && out.length < 2; turn += 1) await sleep(10);
    expect(out).toEqual([1, 1]);
  });

  it('delivers nothing after it was disposed of', async () => {
    const { flow, out } = flowOf({ delay: { 1: 10 }, swap: [2] });
    flow.pass(1);
    flow.pass(2);
    flow.dispose();
    flow.pass(3);
    await sleep(40);
    expect(out).toEqual([3]);
  });

  it('loses the same ones for the same seed, others for another', () => {
    const once = arrivals({ loss: 0.5 }, 200, randomFrom(7));
    expect(arrivals({ loss: 0.5 }, 200, randomFrom(7))).toEqual(once);
    expect(arrivals({ loss: 0.5 }, 200, randomFrom(8))).not.toEqual(once);
    expect(once.length).toBeGreaterThan(50);
    expect(once.length).toBeLessThan(150);
  });

  it('loses none or all at the ends of the range', () => {
    expect(arrivals({ loss: 0 }, 50)).toHaveLength(50);
    expect(arrivals({ loss: 1 }, 50)).toHaveLength(0);
  });

  it('does not shift the luck of the others by dropping one', () => {
    const without = arrivals({ loss: 0.5 }, 100, randomFrom(3));
    const [first = 0] = without;
    const dropped = arrivals({ loss: 0.5, drop: [first] }, 100, randomFrom(3));
    expect(dropped).toEqual(without.slice(1));
  });
});

describe('luck', () => {
  it('draws from [0, 1), evenly enough', () => {
    const draw = randomFrom(5);
    const drawn = Array.from({ length: 4000 }, draw);
    expect(drawn.every(value => value >= 0 && value < 1)).toBe(true);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
  });

  it('takes one draw, so that two of the same source differ and go their own ways', () => {
    let draws = 0;
    const source = () => {
      draws += 1;
      return draws / 100;
    };
    const [a, b] = [luckOf(source), luckOf(source)];
    const first = [a(), a(), a()];
    expect(draws).toBe(2);
    draws = 0;
    const [again, other] = [luckOf(source), luckOf(source)];
    // Drawing from one between does not change the other.
    expect([again(), other(), again(), other(), again()].filter((_, i) => i % 2 === 0)).toEqual(first);
    expect([b(), b(), b()]).not.toEqual(first);
  });
});
