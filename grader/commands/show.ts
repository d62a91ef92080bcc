/** wiremark show: print a result again, whole or one check of it. */
import { readFileSync } from 'node:fs';
import { noSuchCheck, UsageError } from '../errors.ts';
import { type Result, resultFormat, result as resultSchema } from '../report/result.ts';
import { showCheck, textReport } from '../report/text.ts';
import type { Io } from './io.ts';

/** Reads and validates a result; throws a UsageError that says what is wrong with it. */
export function readResult(file: string): Result {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      missing ? `There is no file ${file}.` : `${file} is not JSON: ${(error as Error).message}`,
    );
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== resultFormat)
    throw new UsageError(
      `${file} is not a result that this version reads (format ${JSON.stringify(format)}, wanted "${resultFormat}").`,
    );
  const parsed = resultSchema.safeParse(value);
  if (parsed.success) return parsed.data as Result;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${file} is not a whole result: ${issue?.path.join('.')}: ${issue?.message}`);
}

export async function showCommand(
  file: string,
  check: string | undefined,
  verbose: boolean,
  io: Io,
): Promise<number> {
  const result = readResult(file);
  const ids = result.checks.map(({ id }) => id);
  if (check !== undefined && !ids.includes(check)) throw noSuchCheck(check, result.assignment.id, ids);
  io.out(
    check === undefined ? textReport(result, io, { verbose, command: '-- …' }) : showCheck(result, check, io),
  );
  return 0;
}
