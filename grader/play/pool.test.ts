import { describe, expect, it } from 'vitest';
import { sleep } from '../wire/signal.ts';
import { Pool, waitingAfter } from './pool.ts';

/** A task that ends when told to. */
function job(
  log: string[],
  name: string,
): { task: () => Promise<string>; end(): void; fail(error: Error): void } {
  let [end, fail] = [() => {}, (_: Error) => {}];
  const ends = new Promise<string>((resolve, reject) => {
    end = () => resolve(name);
    fail = reject;
  });
  return {
    task: () => {
      log.push(name);
      return ends;
    },
    end: () => end(),
    fail: error => fail(error),
  };
}

const soon = () => new Promise(resolve => setImmediate(resolve));

describe('a pool', () => {
  it('runs so many tasks at once as it has turns, first come first served', async () => {
    const log: string[] = [];
    const pool = new Pool(2, 9);
    const jobs = ['a', 'b', 'c', 'd'].map(name => job(log, name));
    const runs = jobs.map(({ task }) => pool.run(task));
    await soon();
    expect(log).toEqual(['a', 'b']);
    jobs[1]?.end();
    await runs[1];
    await soon();
    expect(log).toEqual(['a', 'b', 'c']);
    for (const one of jobs) one.end();
    expect(await Promise.all(runs)).toEqual(['a', 'b', 'c', 'd']);
    expect(log).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives the turn of a task that lasts to the next', async () => {
    const log: string[] = [];
    const pool = new Pool(1, 9);
    const jobs = ['a', 'b', 'c'].map(name => job(log, name));
    const runs = jobs.map(({ task }) => pool.run(task));
    await soon();
    expect(log).toEqual(['a']);
    for (let turn = 0; turn < 200 && log.length < 3; turn += 1) await sleep(waitingAfter);
    expect(log).toEqual(['a', 'b', 'c']);
    // A waiter that ends gives back no second turn: only one of the next two starts.
    const more = ['d', 'e'].map(name => job(log, name));
    for (const one of jobs) one.end();
    await Promise.all(runs);
    const rest = more.map(({ task }) => pool.run(task));
    await soon();
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    for (const one of more) one.end();
    await Promise.all(rest);
  });

  it('has no more tasks at work or waiting than its limit', async () => {
    const log: string[] = [];
    const pool = new Pool(2, 2);
    const jobs = ['a', 'b', 'c'].map(name => job(log, name));
    const runs = jobs.map(({ task }) => pool.run(task));
    await sleep(3 * waitingAfter);
    expect(log).toEqual(['a', 'b']);
    jobs[0]?.end();
    await runs[0];
    await soon();
    expect(log).toEqual(['a', 'b', 'c']);
    for (const one of jobs) one.end();
    await Promise.all(runs);
  });

  it('hands on what a task throws, and the turn', async () => {
    const log: string[] = [];
    const pool = new Pool(1, 1);
    const [bad, good] = [job(log, 'bad'), job(log, 'good')];
    const first = pool.run(bad.task);
    const second = pool.run(() => {
      throw new Error('at once');
    });
    const third = pool.run(good.task);
    bad.fail(new Error('later'));
    await expect(first).rejects.toThrow('later');
    await expect(second).rejects.toThrow('at once');
    good.end();
    expect(await third).toBe('good');
    expect(log).toEqual(['bad', 'good']);
  });

  it('gets through many tasks', async () => {
    const pool = new Pool(3, 5);
    let [now, most] = [0, 0];
    const done = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        pool.run(async () => {
          now += 1;
          most = Math.max(most, now);
          await soon();
          now -= 1;
          return i;
        }),
      ),
    );
    expect(done).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(most).toBeLessThanOrEqual(5);
  });
});
