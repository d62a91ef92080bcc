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

export class Flow<T> {
  readonly #fate: FlowFate;
  readonly #random: () => number;
  readonly #deliver: (item: T) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #ordinal = 0;
  #held: { item: T } | undefined;

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
      this.#held = { item };
      return true;
    }
    const delay = fate.delay?.[String(n)] ?? 0;
    for (let copy = 0; copy < (fate.duplicate?.includes(n) ? 2 : 1); copy += 1) this.#after(delay, item);
    if (this.#held !== undefined) {
      const { item: late } = this.#held;
      this.#held = undefined;
      this.#after(delay, late);
    }
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
  }
}
