/** Where a submission is taken in, built and graded: folders, and a room for its programs. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { programLimits } from '../assignment/limits.ts';
import type { Plan } from '../fixture/plan.ts';
import type { Pool } from '../play/pool.ts';
import { makeFolder, removeFolder } from '../room/folder.ts';
import { builtFolder, isolatedRoom, sourceFolder } from '../room/isolated.ts';
import { jobFolder } from '../room/lane.ts';
import { openRoom } from '../room/open.ts';
import type { Room } from '../room/room.ts';
import { builtPath, submissionPath } from '../room/sandbox.ts';
import type { Limits } from '../subject/enclosure.ts';
import { launch } from '../subject/launch.ts';
import { allPids } from '../subject/proc.ts';
import type { Subject } from '../subject/subject.ts';

export interface Workshop {
  room: Room;
  /** Where a submission is unpacked; not there yet. */
  arriving: string;
  /** The submission, and what is built from it; not there yet. */
  source: string;
  built: string;
  /** The same as programs see them: {source} and {out} of commands. */
  inside: { source: string; out: string };
  /** Shared with other submissions, where they are graded beside each other in one process. */
  pool: Pool | undefined;
  /** Starts a build in `source`, its output and errors together on standard output. */
  build(command: readonly string[], limits: Limits): Subject;
  /** Leaves no file and no process of the submission. Rejects if that can't be had. */
  clear(): Promise<void>;
}

const rooms = new Map<Plan, ReturnType<typeof isolatedRoom>>();

/** The workshop of this process's lane: one submission at a time. */
export function laneWorkshop(plan: Plan): Workshop {
  const room = rooms.get(plan) ?? isolatedRoom(programLimits(plan.contract));
  rooms.set(plan, room);
  room.clearJob();
  return {
    room,
    arriving: join(jobFolder, 'arriving'),
    source: sourceFolder,
    built: builtFolder,
    inside: { source: submissionPath, out: builtPath },
    pool: undefined,
    build: (command, limits) => room.build(command, limits),
    clear: async () => {
      await endStragglers();
      room.clearJob();
    },
  };
}

/** The lane's first process is bubblewrap; this one is the grader's. Nothing else may live between two jobs. */
async function endStragglers(): Promise<void> {
  for (let trial = 0; trial < 200; trial += 1) {
    const others = allPids().filter(pid => pid !== 1 && pid !== process.pid);
    if (others.length === 0) return;
    for (const pid of others) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone.
      }
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  throw new Error('processes of the submission could not be ended');
}

/** For programs that are trusted: any number beside each other, as this process's user. */
export function openWorkshop(pool: Pool): Workshop {
  const base = makeFolder();
  const source = join(base, 'source');
  const built = join(base, 'built');
  return {
    room: openRoom(),
    arriving: join(base, 'arriving'),
    source,
    built,
    inside: { source, out: built },
    pool,
    build: (command, { wallMs }) => {
      const folder = join(base, 'logs');
      mkdirSync(folder);
      const spec = { command, cwd: source, env: {}, stdin: { kind: 'none' as const } };
      const subject = launch(spec, { folder, merged: true });
      const timer = setTimeout(() => void subject.stop(), wallMs);
      void subject.ended.then(() => clearTimeout(timer));
      return subject;
    },
    clear: () => removeFolder(base),
  };
}
