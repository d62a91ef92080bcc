/** Where a program is, as a shell would find it. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

/** Folders of system tools that an ordinary user's PATH often lacks. */
export const SYSTEM_TOOLS = '/usr/local/sbin:/usr/sbin:/sbin';

/**
 * The first executable file of that name; links are not followed. Undefined if there is none.
 * @param path folders in the form of PATH
 */
export function onPath(program: string, path: string | undefined): string | undefined {
  return allOnPath(program, path)[0];
}

/** All of that name, in the order of the folders. */
export function allOnPath(program: string, path: string | undefined): string[] {
  const folders = new Set((path ?? '').split(delimiter).filter(Boolean));
  const name = process.platform === 'win32' ? `${program}.exe` : program;
  return [...folders].map(folder => resolve(folder, name)).filter(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
