/** Whoever grades submissions for a coordinator, which does not know where that happens. */
import { availableParallelism } from 'node:os';
import { Pool } from '../play/pool.ts';
import type { Result } from '../report/result.ts';
import type { Job, Word } from './job.ts';
import { workOn } from './work.ts';
import { openWorkshop } from './workshop.ts';

export interface Hands {
  /** Submissions that they take on at the same time. */
  readonly many: number;
  /** Rejects with LaneDied when the job has brought its process down again and again. */
  run(job: Job, tell?: (word: Word) => void): Promise<Result>;
  close(): Promise<void>;
}

/** In this process and as its user: for programs that are trusted. */
export function openHands(many: number): Hands {
  const pool = new Pool(availableParallelism(), 8 * many);
  return {
    many,
    run: (job, tell = () => {}) => workOn(job, () => openWorkshop(pool), tell),
    close: () => Promise.resolve(),
  };
}
