/** Refuses, with what to do about it, where programs can not be shut in. */
import { UsageError } from '../errors.ts';
import { refusalText } from '../report/doctor-text.ts';
import { canIsolate } from '../room/offers.ts';
import type { Io } from './io.ts';

/** Throws a UsageError. */
export async function requireIsolation(io: Io): Promise<void> {
  const can = await canIsolate();
  if (!can.ok) throw new UsageError(refusalText(can.missing, { ...io, color: false }));
}
