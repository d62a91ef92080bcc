/**
 * Shims of version managers (pyenv, asdf, rustup …): a file on PATH that only leads to the program. It costs
 * a start of its own each time, and the program behind it lies in somebody's home folder.
 */
import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { inheritedEnvironment } from './environment.ts';
import { onPath } from './on-path.ts';

export interface Shim {
  /** "pyenv" */
  manager: string;
  /** The program that it starts; undefined if the manager does not tell. */
  leadsTo?: string;
}

/** Managers whose shims are links to the manager itself. */
const linked: Readonly<Record<string, string>> = {
  rustup: 'rustup',
  mise: 'mise',
  'volta-shim': 'volta',
  'proto-shim': 'proto',
};
/** In a script: exec "/home/ada/.pyenv/libexec/pyenv" exec "$program" … */
const scripted = /(?:^|[\s/"'])(pyenv|rbenv|nodenv|goenv|jenv|asdf|mise)["']?\s+exec\b/m;

/** Undefined if `path` is the program itself. Asks the manager, which takes up to 5 s. */
export async function shimOf(path: string): Promise<Shim | undefined> {
  const real = realpathSync(path);
  const manager = managerOf(basename(real), head(real));
  if (manager === undefined || manager === basename(path)) return undefined;
  const leadsTo = await which(linked[basename(real)] ? real : manager, manager, basename(path));
  return leadsTo === undefined ? { manager } : { manager, leadsTo };
}

/**
 * @param name of the file that a link leads to
 * @param text its beginning
 */
export function managerOf(name: string, text: string): string | undefined {
  return linked[name] ?? (text.startsWith('#!') ? scripted.exec(text)?.[1] : undefined);
}

/** All of them know `which`. */
function which(program: string, manager: string, command: string): Promise<string | undefined> {
  const { PATH } = inheritedEnvironment();
  // Only under its own name is rustup the manager.
  const file = onPath(manager, PATH) ?? program;
  return new Promise(resolve => {
    const options = { timeout: 5000, killSignal: 'SIGKILL', cwd: '/', env: inheritedEnvironment() } as const;
    execFile(file, ['which', command], options, (error, stdout) => {
      const path = stdout.trim();
      resolve(!error && path.startsWith('/') ? path : undefined);
    });
  });
}

/** Up to 2,000 bytes. */
function head(file: string): string {
  const buffer = Buffer.alloc(2000);
  try {
    const descriptor = openSync(file, 'r');
    try {
      return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}
