/**
 * What happens to datagrams on the way: loss, duplication, delay, change of order. The network of a
 * laptop does none of that, and the kernel's own emulation is seldom there, so it is done here, chosen
 * by the ordinal of the datagram in its flow and, for random loss, by the seed.
 */
export interface FlowFate {
  drop?: readonly number[] | undefined;
  duplicate?: readonly number[] | undefined;
  /** Ordinal -> milliseconds. */
  delay?: Readonly<Record<string, number>> | undefined;
  swap?: readonly number[] | undefined;
  /** Share of datagrams lost, 0 to 1. */
  loss?: number | undefined;
}

/**
 * A series of draws from [0, 1) of its own (mulberry32), begun by one draw of `random`. With it the luck of
 * one direction does not depend on how its datagrams fall between those of the other.
 */
export function luckOf(random: () => number): () => number {
  let state = Math.floor(random() * 4294967296);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Flow<T> {
  readonly #fate: FlowFate;
  readonly #random: () => number;
  readonly #deliver: (item: T) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #ordinal = 0;
  /** Those that wait for the next to overtake them. */
  #held: T[] = [];

  /** `random` draws from [0, 1); `deliver` gets what arrives, when it arrives. */
  constructor(fate: FlowFate, random: () => number, deliver: (item: T) => void) {
    this.#fate = fate;
    this.#random = random;
    this.#deliver = deliver;
  }

  /** Takes the next datagram of the flow; the answer says whether it will ever arrive. */
  pass(item: T): boolean {
    this.#ordinal += 1;
    const n = this.#ordinal;
    const fate = this.#fate;
    // Drawn for every datagram, so that dropping one by ordinal does not shift the others' luck.
    const lost = this.#random() < (fate.loss ?? 0);
    if (lost || fate.drop?.includes(n)) return false;
    if (fate.swap?.includes(n)) {
      this.#held.push(item);
      return true;
    }
    const delay = fate.delay?.[String(n)] ?? 0;
    for (let copy = 0; copy < (fate.duplicate?.includes(n) ? 2 : 1); copy += 1) this.#after(delay, item);
    for (const late of this.#held.splice(0)) this.#after(delay, late);
    return true;
  }

  #after(ms: number, item: T): void {
    if (ms === 0) {
      this.#deliver(item);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#deliver(item);
    }, ms);
    this.#timers.add(timer);
  }

  dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#held = [];
  }
}
