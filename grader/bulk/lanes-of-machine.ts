/** The lanes that this machine opens for an assignment. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Contract } from '../assignment/contract.ts';
import { buildLimits, programLimits } from '../assignment/limits.ts';
import { packageRoot } from '../assignment/root.ts';
import { Crew } from './crew.ts';

/**
 * Lanes for each processor: much of a faulty program's time is waiting for what does not come, and another lane
 * can use the processor meanwhile.
 */
const perProcessor = 2;
/** Programs that one submission may run at once: more than `play` ever starts beside each other. */
const places = 20;

export const defaultLanes = (): number => perProcessor * availableParallelism();

/** @param lanes how many, at most */
export function machineCrew(
  contract: Contract,
  lanes = defaultLanes(),
  hidden: readonly string[] = [],
): Crew {
  return new Crew({
    lanes,
    command: [process.execPath, join(packageRoot(), '.build', 'bin', 'wiremark.js'), 'lane'],
    places,
    diskBytes: programLimits(contract).diskBytes,
    jobBytes: buildLimits.diskBytes,
    addresses: Object.values(contract.hosts ?? {}),
    // Installed for all users it lies below /usr; the class may lie in /opt.
    hidden: [packageRoot(), ...hidden],
  });
}
