/** The output folder of a class run: whether it may be one, and what `.wiremark/run.json` says of it. */
import { randomBytes } from 'node:crypto';
import { accessSync, chmodSync, constants, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DiskTrouble, reasonOf, replaceFile, syncFolder } from './durable.ts';
import { hasOwnSecret, isIllegible, isNoFolder, isNotOurs, isOfAnother, isUnwritable } from './refusals.ts';

const runFormat = 'wiremark/run/1';

export interface Place {
  dir: string;
  /** As typed, for messages. */
  shown: string;
  run: string;
  journal: string;
  lock: string;
  half: string;
}

export function placeOf(dir: string, shown: string): Place {
  const whole = resolve(dir);
  const own = join(whole, '.wiremark');
  return {
    dir: whole,
    shown,
    run: join(own, 'run.json'),
    journal: join(own, 'journal'),
    lock: join(own, 'lock'),
    half: join(own, 'half'),
  };
}

/** Makes the folders, then does what needs them first. Throws as `Journal.open` says. */
export async function prepareFolder<Kind>(place: Place, first: () => Promise<Kind>): Promise<Kind> {
  const { dir, shown, run, journal, half } = place;
  try {
    if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() === false) throw isNoFolder(shown);
    mkdirSync(dir, { recursive: true });
    const names = readdirSync(dir).filter(name => !name.startsWith('.'));
    // A run that was killed before it had written run.json has put nothing else there.
    if (names.length > 0 && statSync(run, { throwIfNoEntry: false }) === undefined)
      throw isNotOurs(shown, names.sort());
    accessSync(dir, constants.W_OK);
    mkdirSync(dirname(run), { recursive: true, mode: 0o700 });
    // A mask of the shell can only take rights away; a folder that was copied may have more.
    chmodSync(dirname(run), 0o700);
    mkdirSync(journal, { recursive: true });
    mkdirSync(half, { recursive: true });
    return await first();
  } catch (error) {
    throw refusalOf(error, shown);
  }
}

function refusalOf(error: unknown, shown: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  // Ours are worded already.
  if (code === undefined) return error;
  if (['ENOSPC', 'EDQUOT', 'EIO'].includes(code)) return new DiskTrouble(shown, error);
  return isUnwritable(shown, reasonOf(error));
}

/** The secret of this run. A folder of another assignment is refused; what is new is written down. */
export async function settleRun(
  place: Place,
  { assignment, secret, fresh }: { assignment: string; secret?: string | undefined; fresh: boolean },
): Promise<string> {
  const { run, shown, half, dir } = place;
  const known = knownRun(place);
  if (known !== undefined && known.assignment !== assignment)
    throw isOfAnother(shown, known.assignment, assignment);
  if (secret !== undefined && known !== undefined && known.secret !== secret && !fresh)
    throw hasOwnSecret(shown);
  const settled = secret ?? known?.secret ?? randomBytes(16).toString('hex');
  if (settled === known?.secret) return settled;
  const text = `${JSON.stringify({ format: runFormat, assignment, secret: settled }, null, 2)}\n`;
  try {
    await replaceFile({ file: run, text, temporary: join(half, 'run'), mode: 0o600, durable: true });
    for (const folder of [dir, dirname(dir)]) await syncFolder(folder);
  } catch (error) {
    throw new DiskTrouble(join(shown, '.wiremark', 'run.json'), error);
  }
  return settled;
}

function knownRun({ run, shown }: Place): { assignment: string; secret: string } | undefined {
  const illegible = isIllegible(shown, join(shown, '.wiremark', 'run.json'));
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(run, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw illegible;
  }
  const { format, assignment, secret } = (json ?? {}) as Record<string, unknown>;
  if (format !== runFormat || typeof assignment !== 'string' || typeof secret !== 'string') throw illegible;
  return { assignment, secret };
}
