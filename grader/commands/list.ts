/** wiremark list: assignments, or the checks of one. */
import { assignmentIds, loadPlan } from '../fixture/plan.ts';
import { listAssignments, listChecks } from '../report/listing.ts';
import type { Io } from './io.ts';

export async function listCommand(assignment: string | undefined, io: Io): Promise<number> {
  if (assignment !== undefined) io.out(listChecks(await loadPlan(assignment), io));
  else io.out(listAssignments(await Promise.all(assignmentIds().map(loadPlan)), io));
  return 0;
}
