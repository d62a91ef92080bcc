/** How long a subject's processes have done nothing: a program that only sleeps will not open a port. */
import { isBusy, type Stat } from './proc.ts';

export class Activity {
  #ticks = -1;
  #activeAt = performance.now();

  /** Takes note of the processes as they are now. */
  note(stats: readonly Stat[]): void {
    const ticks = stats.reduce((sum, stat) => sum + stat.ticks, 0);
    // A clock tick is 10 ms of processor time: shorter work shows in the state only, if at all.
    if (ticks !== this.#ticks || stats.some(isBusy)) this.#activeAt = performance.now();
    this.#ticks = ticks;
  }

  /** Milliseconds since a process was last seen at work. */
  get idleMs(): number {
    return performance.now() - this.#activeAt;
  }
}
