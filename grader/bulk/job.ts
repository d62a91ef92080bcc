/** What passes between the coordinator and the process that grades one submission after another in a lane. */
import type { Result } from '../report/result.ts';
import type { Submission } from './find.ts';

export interface Job {
  assignment: string;
  submission: Submission;
  /** Starts the program, with placeholders; empty: it is looked for in the submission. */
  command: readonly string[];
  /** Shell line that builds it, in place of what is found. */
  build?: string | undefined;
  seed: string;
  slow: number;
  /** Checks to grade; all when left out. */
  only?: readonly string[] | undefined;
  /** Port that the program insists on. */
  fixedPort?: number | undefined;
  /** Processors to use; one when left out. */
  cpus?: number | undefined;
  /** Keep the transcripts of met checks too. */
  everything?: boolean | undefined;
}

/** From the lane. Its first message says that it can take a job. */
export type Word =
  | { kind: 'ready' }
  | { kind: 'progress'; decided: number; of: number }
  | { kind: 'found'; how: string; command: string[] }
  | { kind: 'done'; result: Result }
  /** What nobody has foreseen went wrong in the grader: never the program's fault. */
  | { kind: 'trouble'; says: string };
