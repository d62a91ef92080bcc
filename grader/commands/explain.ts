/** wiremark explain: an assignment's contract, or one check. */
import { noSuchCheck } from '../errors.ts';
import { loadPlan } from '../fixture/plan.ts';
import { explainAssignment, explainCheck } from '../report/explain.ts';
import type { Io } from './io.ts';

export async function explainCommand(what: string, io: Io): Promise<number> {
  const [assignment = '', id] = what.split('/');
  const plan = await loadPlan(assignment);
  const ids = plan.checks.map(check => check.id);
  if (id !== undefined && !ids.includes(id)) throw noSuchCheck(id, assignment, ids);
  io.out(id === undefined ? explainAssignment(plan, io) : explainCheck(plan, id, io));
  return 0;
}
