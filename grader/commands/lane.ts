/** The process inside a lane: takes jobs from the coordinator that has started it, and answers with results. */
import type { Job, Word } from '../bulk/job.ts';
import { workOn } from '../bulk/work.ts';
import { laneWorkshop } from '../bulk/workshop.ts';

/** Settles when the coordinator has gone. */
export function laneProcess(): Promise<number> {
  const tell = (word: Word): void => void process.send?.(word);
  return new Promise(resolve => {
    process.once('disconnect', () => resolve(0));
    process.on('message', (job: Job) => {
      workOn(job, laneWorkshop, tell).then(
        result => tell({ kind: 'done', result }),
        (error: unknown) =>
          tell({
            kind: 'trouble',
            says: error instanceof Error ? (error.stack ?? error.message) : String(error),
          }),
      );
    });
    tell({ kind: 'ready' });
  });
}
