/** A file named exactly as the contract's program. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Found, NotFound } from './discover.ts';

/** Undefined if there is no such file. */
export function executableNamed(folder: string, program: string): Found | NotFound | undefined {
  const path = join(folder, program);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) return undefined;
  if (stat.mode & 0o111)
    return { kind: 'found', how: `the executable ${program}`, run: [`{source}/${program}`] };
  // Archives and uploads lose the permission; the first line still says how a script is run.
  const interpreter = /^#!\s*(\S+)(?:[ \t]+(\S[^\r\n]*?))?\s*$/.exec(firstLine(path));
  if (!interpreter) {
    const says = `${program} is not executable: run chmod +x ${program}, or give the command after "--".`;
    return { kind: 'nothing', found: [program], says };
  }
  const [, name = '', argument] = interpreter;
  const run = [name, ...(argument ? [argument] : []), `{source}/${program}`];
  return { kind: 'found', how: `the script ${program}`, run };
}

function firstLine(path: string): string {
  const buffer = Buffer.alloc(256);
  const descriptor = openSync(path, 'r');
  try {
    return (
      buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0)).split('\n')[0] ?? ''
    );
  } finally {
    closeSync(descriptor);
  }
}
