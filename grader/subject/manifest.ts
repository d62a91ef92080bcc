/** `wiremark.json`: how a submission says itself how it is built and started. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anchorCommand } from './command.ts';

export const MANIFEST = 'wiremark.json';

const EXAMPLE =
  '{ "build": ["javac", "-d", "{out}", "Server.java"], "run": ["java", "-cp", "{out}", "Server"] }';

/** Words that name a file of the submission get its folder put before them, as programs start elsewhere. */
export function readManifest(folder: string): { build?: string[]; run: string[] } | { wrong: string } {
  const wrong = (what: string) => ({ wrong: `${MANIFEST}: ${what}. Expected, for example: ${EXAMPLE}` });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    return wrong(`it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong('it is not an object');
  const { build, run, ...rest } = value as Record<string, unknown>;
  const unknown = Object.keys(rest).find(key => key !== '$schema');
  if (unknown !== undefined) return wrong(`"${unknown}" is not known here; there are "build" and "run"`);
  if (run === undefined) return wrong('"run" is missing');
  if (!isCommand(run)) return wrong('"run" must be a list of words');
  if (build !== undefined && !isCommand(build)) return wrong('"build" must be a list of words');
  return { ...(build ? { build } : {}), run: anchorCommand(run, folder, '{source}') };
}

function isCommand(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(word => typeof word === 'string') &&
    value[0] !== ''
  );
}
