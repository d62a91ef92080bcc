/**
 * Kin: all processes that descend from a subject's first one, daemons included. Kinship is seen in
 * the parent, in the process group or session, or in an environment variable that only this subject's
 * descendants carry: a daemon escapes the first two, seldom all of them. This is no wall against malice;
 * that is what the isolated room is for.
 */
import {
  allPids,
  childrenOf,
  environmentOf,
  isDead,
  lastPid,
  type Stat,
  statOf,
  workingFolder,
} from './proc.ts';

/** Environment variable that marks a subject's processes. */
export const MARKER = 'WIREMARK_SUBJECT';

export class Kin {
  readonly root: number;
  /** False where there is no /proc to read. */
  readonly visible: boolean;
  readonly #marker: string;
  readonly #folder: string | undefined;
  readonly #born: number;
  /** pid -> when it was started, or undefined if that has not been read yet. */
  #known: Map<number, number | undefined>;
  /** Processes found to be none of the subject's: they never become so. */
  readonly #strangers = new Set<number>();
  #lastPid = 0;
  readonly #groups: Set<number>;
  readonly #sessions: Set<number>;

  /**
   * @param root pid of the first process, which leads a session of its own and has not been waited for
   * @param mark value of MARKER in its environment
   * @param folder a working folder that only this subject has, if there is one
   */
  constructor(root: number, mark: string, folder?: string) {
    this.#folder = folder;
    this.root = root;
    const stat = process.platform === 'linux' ? statOf(root) : undefined;
    this.visible = stat !== undefined;
    this.#marker = `${MARKER}=${mark}`;
    this.#born = stat?.born ?? 0;
    this.#known = new Map([[root, stat?.born]]);
    this.#groups = new Set([root]);
    this.#sessions = new Set([root]);
  }

  /** Quick look, for polling: those known and their children. May hold dead ones and miss daemons. */
  look(): number[] {
    const found = [...this.#known.keys()];
    // The list grows while it is walked: grandchildren are met in the same pass.
    for (const pid of found) {
      for (const child of childrenOf(pid)) {
        if (this.#known.has(child)) continue;
        this.#known.set(child, undefined);
        found.push(child);
      }
    }
    return found;
  }

  /** Full search: every living process of the subject, daemons included. */
  scan(): Stat[] {
    if (!this.visible) return [];
    let others = this.#candidates();
    const kin = new Map<number, Stat>();
    for (let before = -1; before !== kin.size; ) {
      before = kin.size;
      others = others.filter(stat => {
        if (!this.#isKin(stat, kin)) return true;
        kin.set(stat.pid, stat);
        this.#strangers.delete(stat.pid);
        this.#groups.add(stat.group);
        this.#sessions.add(stat.session);
        return false;
      });
    }
    this.#known = new Map([...kin.values()].map(stat => [stat.pid, stat.born]));
    return [...kin.values()];
  }

  /** Living processes that may belong to the subject: not older than its first one. */
  #candidates(): Stat[] {
    // Pids are given out in ascending order, so only higher ones can be younger, unless they wrapped round.
    const last = lastPid();
    const wrapped = last < this.root;
    if (last < this.#lastPid) this.#strangers.clear();
    this.#lastPid = last;
    const stats: Stat[] = [];
    for (const pid of allPids()) {
      if ((pid < this.root && !wrapped && !this.#known.has(pid)) || pid === process.pid) continue;
      if (this.#strangers.has(pid)) continue;
      const stat = statOf(pid);
      if (stat && !isDead(stat) && stat.born >= this.#born) stats.push(stat);
    }
    return stats;
  }

  #isKin(stat: Stat, kin: ReadonlyMap<number, Stat>): boolean {
    const { pid } = stat;
    if (this.#known.has(pid) && (this.#known.get(pid) ?? stat.born) === stat.born) return true;
    if (kin.has(stat.parent) || this.#groups.has(stat.group) || this.#sessions.has(stat.session)) return true;
    if (this.#strangers.has(pid)) return false;
    const environment = environmentOf(pid);
    if (environment?.includes(this.#marker)) return true;
    // A daemon that has cleared its environment still stands where it was started; so does the next program of
    // the same place, which has a mark of its own.
    const another = environment?.includes(`${MARKER}=`) === true;
    if (!another && this.#folder !== undefined && workingFolder(pid)?.startsWith(this.#folder)) return true;
    // An empty one may be that of a process in the middle of exec.
    if (environment?.length !== 0) this.#strangers.add(pid);
    return false;
  }
}
