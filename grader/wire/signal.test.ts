import { describe, expect, it } from 'vitest';
import { Signal, sleep, until } from './signal.ts';

const never = 60_000;

/** Keeps the event loop from turning, as a machine under load does. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Counts who watches it now. */
class CountedSignal extends Signal {
  watchers = 0;
  override watch(waiter: () => void): () => void {
    const stop = super.watch(waiter);
    this.watchers += 1;
    return () => {
      this.watchers -= 1;
      return stop();
    };
  }
}

describe('a signal', () => {
  it('calls whoever watches, until that ends', () => {
    const signal = new Signal();
    const heard: string[] = [];
    const stopA = signal.watch(() => heard.push('a'));
    signal.watch(() => heard.push('b'));
    signal.notify();
    stopA();
    signal.notify();
    expect(heard).toEqual(['a', 'b', 'b']);
  });

  it('may be watched or left while it notifies', () => {
    const signal = new Signal();
    let calls = 0;
    const stop = signal.watch(() => {
      calls += 1;
      stop();
      signal.watch(() => {
        calls += 10;
      });
    });
    signal.notify();
    expect(calls).toBe(1);
    signal.notify();
    expect(calls).toBe(11);
  });
});

describe('until', () => {
  it('answers at once when there is a value, without watching', async () => {
    const signal = new CountedSignal();
    expect(await until([signal], () => 'here', 0)).toBe('here');
    expect(signal.watchers).toBe(0);
  });

  it('takes false, 0 and "" for values', async () => {
    expect(await until([], () => false, never)).toBe(false);
    expect(await until([], () => 0, never)).toBe(0);
    expect(await until([], () => '', never)).toBe('');
  });

  it('answers when notified, any of its signals', async () => {
    for (const which of [0, 1, 2]) {
      const signals = [new CountedSignal(), new CountedSignal(), new CountedSignal()];
      let value: number | undefined;
      const waiting = until(signals, () => value, never);
      for (const signal of signals) signal.notify();
      value = which;
      signals[which]?.notify();
      expect(await waiting).toBe(which);
      expect(signals.map(signal => signal.watchers)).toEqual([0, 0, 0]);
    }
  });

  it('answers undefined after its time, and watches no more', async () => {
    const signal = new CountedSignal();
    const begun = performance.now();
    expect(await until([signal], () => undefined, 40)).toBeUndefined();
    expect(performance.now() - begun).toBeGreaterThan(30);
    expect(signal.watchers).toBe(0);
  });

  it('needs no notification for a value that is there at the deadline', async () => {
    let value: string | undefined;
    const waiting = until([], () => value, 20);
    value = 'unannounced';
    expect(await waiting).toBe('unannounced');
  });

  it('counts input that has come by the deadline, though the timer fires first', async () => {
    const signal = new Signal();
    let value: string | undefined;
    const waiting = until([signal], () => value, 30);
    // Handled after the timer that is due at the same time, as socket input is.
    setTimeout(() =>
      setImmediate(() => {
        value = 'came in time';
      }),
    );
    block(40);
    expect(await waiting).toBe('came in time');
  });

  it('gives back what a late timer took, once', async () => {
    const signal = new Signal();
    let value: string | undefined;
    const waiting = until([signal], () => value, 100);
    block(300);
    // The timer is 200 ms late; the program gets up to 100 ms more.
    setTimeout(() => {
      value = 'a little later';
      signal.notify();
    }, 40);
    expect(await waiting).toBe('a little later');
    const late = until([signal], () => undefined, 20);
    block(200);
    expect(await late).toBeUndefined();
  });

  it('adds the time in which the program was not let run, up to a few times the deadline', async () => {
    const begun = performance.now();
    let asked = 0;
    const starved = () => {
      asked += 1;
      return asked === 1 ? 60 : 70;
    };
    expect(await until([], () => undefined, 30, starved)).toBeUndefined();
    expect(performance.now() - begun).toBeGreaterThan(80);
    expect(asked).toBe(2);
    // However much it is, it ends.
    expect(
      await until(
        [],
        () => undefined,
        10,
        () => Number.MAX_SAFE_INTEGER,
      ),
    ).toBeUndefined();
  });

  it('asks no more once it has answered', async () => {
    const signal = new Signal();
    let asked = 0;
    const waiting = until([signal], () => (++asked > 1 ? asked : undefined), 10);
    block(15);
    setImmediate(() => signal.notify());
    await waiting;
    const before = asked;
    signal.notify();
    await sleep(20);
    expect(asked).toBe(before);
  });

  it('rejects where the test throws, whoever set it off', async () => {
    const signal = new CountedSignal();
    let bad = false;
    const test = () => {
      if (bad) throw new Error('bad test');
      return undefined;
    };
    const notified = until([signal], test, never);
    bad = true;
    signal.notify();
    await expect(notified).rejects.toThrow('bad test');
    bad = false;
    const timed = until([signal], test, 10);
    bad = true;
    await expect(timed).rejects.toThrow('bad test');
    expect(signal.watchers).toBe(0);
  });
});
