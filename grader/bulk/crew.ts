/**
 * The lanes of one run, seen from outside: starts their processes, gives each one job at a time, and starts a
 * new one where one has died. A job whose process dies goes to a fresh one; if it takes several with it, it is
 * given up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Result } from '../report/result.ts';
import { makeGroup, removeGroup, writableGroups } from '../room/groups.ts';
import { type Lane, laneCommand, laneEnvironment, laneUser } from '../room/lane.ts';
import { type Watch, watchGroups } from './caretaker.ts';
import type { Hands } from './hands.ts';
import type { Job, Word } from './job.ts';

export interface CrewOptions {
  /** Lanes at the same time. */
  lanes: number;
  /** Command that runs the grader's lane process. */
  command: readonly string[];
  /** Places that programs may have at once in a lane. */
  places: number;
  diskBytes: number;
  jobBytes: number;
  addresses: readonly string[];
  /** Folders that programs must not see. */
  hidden?: readonly string[];
}

/** The processes that worked on a job died, one after the other. */
export class LaneDied extends Error {}

/** So many lanes a job may take with it. */
const mostDeaths = 2;
/** No job lasts longer, ms: every wait in it has a limit of its own, so this is for what nobody has foreseen. */
const longestJob = 15 * 60_000;
/** For a lane to be there, ms. */
const longestStart = 30_000;

/** What jobs are told that come too late. */
const CLOSED = 'the lanes have been closed';
/** For a lane's last processes to die, so that its control groups can be removed, ms. */
const longestDying = 5000;

/** Of this process. */
let crews = 0;

export class Crew implements Hands {
  readonly #options: CrewOptions;
  readonly #idle: Worker[] = [];
  readonly #waiting: { resolve(worker: Worker): void; reject(error: Error): void }[] = [];
  readonly #all = new Set<Worker>();
  readonly #indices: number[];
  /** Names of the lanes' control groups begin so. */
  readonly #prefix: string;
  #offered: ReturnType<typeof writableGroups>;
  /** Removes the lanes' control groups if this process is killed. */
  #watch: Watch | undefined;
  /** Lanes, so far. */
  #started = 0;
  #closed = false;

  constructor(options: CrewOptions) {
    crews += 1;
    this.#prefix = `wiremark-${process.pid}-${crews}`;
    this.#options = options;
    this.#indices = Array.from({ length: options.lanes }, (_, i) => options.lanes - 1 - i);
  }

  get many(): number {
    return this.#options.lanes;
  }

  /** Waits for a free lane. Rejects with LaneDied; `tell` hears what the lane says before the result. */
  async run(job: Job, tell: (word: Word) => void = () => {}): Promise<Result> {
    let said = '';
    for (let deaths = 0; deaths < mostDeaths; deaths += 1) {
      const worker = await this.#take();
      const answer = await worker.work(job, tell);
      this.#release(worker);
      if ('result' in answer) return answer.result;
      said = answer.says;
    }
    throw new LaneDied(said);
  }

  async #take(): Promise<Worker> {
    if (this.#closed) throw new LaneDied(CLOSED);
    const idle = this.#idle.pop();
    // One that was killed while it had nothing to do has cost no job.
    if (idle !== undefined) return idle.dead ? this.#replace(idle) : idle;
    const index = this.#indices.pop();
    if (index !== undefined) return this.#start(index);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #start(index: number): Worker {
    if (this.#watch === undefined) {
      this.#offered = writableGroups();
      const groups = Object.values(this.#offered?.folders ?? {}).map(folder => join(folder, this.#prefix));
      if (groups.length > 0) this.#watch = watchGroups(groups);
    }
    // Never the name of one before: its groups may be on their way out.
    this.#started += 1;
    const offered = this.#offered && { ...this.#offered, name: `${this.#prefix}-${this.#started}` };
    const worker = new Worker(index, this.#options, offered);
    this.#all.add(worker);
    return worker;
  }

  #replace(dead: Worker): Worker {
    this.#all.delete(dead);
    return this.#start(dead.index);
  }

  #release(worker: Worker): void {
    if (this.#closed) return;
    const next = worker.dead ? this.#replace(worker) : worker;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting.resolve(next);
    else this.#idle.push(next);
  }

  /** Process ids of the lanes, for who measures them. */
  get pids(): number[] {
    return [...this.#all].flatMap(worker => worker.pid ?? []);
  }

  /** Ends all lanes; settles when they are gone. Jobs that are not done, and later ones, reject with LaneDied. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new LaneDied(CLOSED));
    await Promise.all([...this.#all].map(worker => worker.end()));
    await this.#watch?.end();
  }
}

/** Undefined where the system will not make them any more: the lane's other limits stay. */
function groupsIn(
  folders: Readonly<Record<string, string>>,
  name: string,
): Record<string, string> | undefined {
  try {
    return makeGroup(folders, name);
  } catch {
    return undefined;
  }
}

type Answer = { result: Result } | { says: string };

class Worker {
  readonly index: number;
  readonly #child: ChildProcess;
  readonly #groups: Record<string, string> | undefined;
  readonly #gone: Promise<void>;
  /** Its control groups have been removed, too. */
  readonly #cleared: Promise<void>;
  dead = false;
  #ready = false;
  #errors = '';
  /** Called with every word of the lane, and at its end. */
  #hear: (word: Word | 'gone') => void = () => {};

  /** @param offered control groups may be made in these folders, called so */
  constructor(
    index: number,
    options: CrewOptions,
    offered: (NonNullable<ReturnType<typeof writableGroups>> & { name: string }) | undefined,
  ) {
    this.index = index;
    this.#groups = offered && groupsIn(offered.folders, offered.name);
    const { places, diskBytes, jobBytes, addresses, hidden = [] } = options;
    const lane: Lane = {
      user: laneUser(index),
      places,
      diskBytes,
      jobBytes,
      groups: offered && this.#groups && { version: offered.version, folders: this.#groups },
      addresses,
      hidden,
    };
    const [program = '', ...args] = laneCommand(options.command, lane);
    this.#child = spawn(program, args, {
      env: laneEnvironment(lane),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C is for the coordinator, which ends its lanes.
      detached: true,
    });
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes).slice(-4000);
    });
    this.#child.on('message', word => {
      if ((word as Word).kind === 'ready') this.#ready = true;
      this.#hear(word as Word);
    });
    this.#gone = new Promise(resolve => {
      const end = (): void => {
        this.dead = true;
        this.#killGroup();
        this.#hear('gone');
        resolve();
      };
      this.#child.once('exit', end);
      this.#child.once('error', error => {
        this.#errors += error.message;
        end();
      });
    });
    // A failing send shows as the end of the process.
    this.#child.on('error', () => undefined);
    this.#cleared = this.#gone.then(() => this.#removeGroups());
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Gives it a job, when it is ready; settles with the result, or with what is known of its death. */
  work(job: Job, tell: (word: Word) => void): Promise<Answer> {
    return new Promise(resolve => {
      let timer = setTimeout(() => this.kill('its lane was not there in time'), longestStart);
      const finish = (answer: Answer): void => {
        clearTimeout(timer);
        this.#hear = () => {};
        resolve(answer);
      };
      const begin = (): void => {
        clearTimeout(timer);
        // What was said of earlier jobs is not about this one.
        this.#errors = '';
        timer = setTimeout(() => this.kill('it took longer than any submission may'), longestJob);
        this.#child.send(job, () => undefined);
      };
      this.#hear = word => {
        if (word === 'gone') finish({ says: this.#errors.trim() || 'the process of its lane was ended' });
        else if (word.kind === 'ready') begin();
        else if (word.kind === 'done') finish({ result: word.result });
        else if (word.kind === 'trouble') this.kill(word.says);
        else tell(word);
      };
      if (this.dead) this.#hear('gone');
      else if (this.#ready) begin();
    });
  }

  /** @param because told to whoever waits for its answer */
  kill(because?: string): void {
    if (because !== undefined) this.#errors = because;
    this.#killGroup();
  }

  /**
   * The lane's inner process dies with the outer one only once it is set up (bubblewrap sets the parent-death
   * signal last): killed before that, it would live on. It is of the same process group.
   */
  #killGroup(): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nobody is left in it.
    }
  }

  async end(): Promise<void> {
    this.kill();
    await this.#cleared;
  }

  /** The lane's outer process is gone first; what ran inside may still be dying. */
  async #removeGroups(): Promise<void> {
    if (this.#groups === undefined) return;
    const until = performance.now() + longestDying;
    while (!removeGroup(this.#groups) && performance.now() < until)
      await new Promise(resolve => setTimeout(resolve, 5));
  }
}
