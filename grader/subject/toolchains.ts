/**
 * The languages of this machine: where their programs are, which version, how long one takes to start, and
 * which of them the isolated room can use. To add a language: 1. its commands in `commands`; 2. its package in
 * `distribution.ts`; 3. how its programs are found and built, in `languages.ts`.
 */
import { execFile } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Distribution, installLine, type PackageName } from './distribution.ts';
import { inheritedEnvironment } from './environment.ts';
import { allOnPath, onPath } from './on-path.ts';
import { type Shim, shimOf } from './shim.ts';

export interface Program {
  path: string;
  /** "3.11.2"; empty where it tells none. */
  version: string;
  /** Milliseconds for a program that does nothing, the median of three; only where students' programs run in it. */
  startMs?: number;
}

export interface Toolchain {
  language: string;
  command: string;
  /** What PATH finds: the open room uses it. */
  open?: Program & { shim?: Shim };
  /** What the isolated room uses. */
  isolated?: Program;
  /** Why one of the two is missing, though a file of that name is there. */
  says?: string;
  /** How it is installed for every user; where the isolated room has none. */
  install?: string;
}

export interface Toolchains {
  /** Milliseconds for `true`: what any start costs here. */
  floorMs: number;
  found: Toolchain[];
}

/** Where the isolated room looks for programs, and which folders are all that it mounts of the system. */
export interface Mounted {
  path: string;
  folders: readonly string[];
}

interface Command {
  language: string;
  command: string;
  version: readonly string[];
  /** Arguments of the trivial program; for what runs programs, not for what builds them. */
  start?: readonly string[];
  package: PackageName;
}

const commands: readonly Command[] = [
  { language: 'Python', command: 'python3', version: ['--version'], start: ['-c', ''], package: 'python' },
  { language: 'Java', command: 'java', version: ['-version'], start: ['-version'], package: 'java' },
  { language: 'Java', command: 'javac', version: ['-version'], package: 'java' },
  { language: 'C', command: 'cc', version: ['--version'], package: 'c' },
  { language: 'C++', command: 'c++', version: ['--version'], package: 'c++' },
  { language: 'C, C++', command: 'make', version: ['--version'], package: 'make' },
  { language: 'JavaScript', command: 'node', version: ['--version'], start: ['-e', '0'], package: 'node' },
  { language: 'JavaScript', command: 'npm', version: ['--version'], package: 'npm' },
  { language: 'Go', command: 'go', version: ['version'], package: 'go' },
  { language: 'Rust', command: 'cargo', version: ['--version'], package: 'rust' },
  { language: 'Rust', command: 'rustc', version: ['--version'], package: 'rust' },
];

/** A shim may look for its program on slow disks; whoever takes longer is no use in a run either. */
const TIME_LIMIT_MS = 10_000;

/**
 * Takes one or two seconds: programs are started three times, one after the other, so that times are true.
 * @param mounted left out where there is no isolated room
 */
export async function toolchains(distribution: Distribution, mounted?: Mounted): Promise<Toolchains> {
  const found = await Promise.all(commands.map(command => locate(command, distribution, mounted)));
  const floorMs = await startTime(onPath('true', '/usr/bin:/bin') ?? 'true', []);
  for (const [i, { start }] of commands.entries()) {
    const { open, isolated } = found[i] ?? {};
    if (start === undefined) continue;
    const here = open && (await startTime(open.path, start));
    if (open && here !== undefined) open.startMs = here;
    if (isolated)
      isolated.startMs =
        here !== undefined && isolated.path === open?.path ? here : await startTime(isolated.path, start);
  }
  return { floorMs, found };
}

async function locate(kind: Command, distribution: Distribution, mounted?: Mounted): Promise<Toolchain> {
  const { language, command } = kind;
  const chain: Toolchain = { language, command };
  const here = onPath(command, inheritedEnvironment().PATH);
  const there = allOnPath(command, mounted?.path).filter(path => isVisible(path, mounted?.folders ?? []));
  const files = [...new Set([...(here === undefined ? [] : [here]), ...there])];
  const [shim, ...versions] = await Promise.all([
    here === undefined ? undefined : shimOf(here),
    ...files.map(path => versionOf(path, kind.version)),
  ]);
  const programs = files.flatMap((path, i): Program[] => {
    const version = versions[i];
    if (typeof version === 'string') return [{ path, version }];
    if (path === here) chain.says = `${path} does not work: ${version?.message}`;
    return [];
  });
  const open = programs.find(({ path }) => path === here);
  const isolated = programs.find(({ path }) => there.includes(path));
  if (open) chain.open = { ...open, ...(shim === undefined ? {} : { shim }) };
  if (isolated) chain.isolated = { ...isolated };
  else {
    chain.install = installLine(distribution, [kind.package], process.getuid?.() === 0);
    if (open) chain.says = 'not in the isolated room';
  }
  return chain;
}

/** Whether the file, links followed, lies in one of the folders, and any user can start it there. */
export function isVisible(path: string, folders: readonly string[]): boolean {
  const file = realpathSync(path);
  const top = folders.find(folder => file.startsWith(`${folder}/`));
  if (top === undefined) return false;
  // Folders above do not matter: it is mounted from there on.
  for (let at = file; at.length >= top.length; at = dirname(at))
    if (!(statSync(at).mode & 0o001)) return false;
  return true;
}

async function versionOf(path: string, args: readonly string[]): Promise<string | Error> {
  const { error, text } = await run(path, args);
  if (!error) return versionIn(text);
  if (error.killed) return new Error(`no answer within ${TIME_LIMIT_MS / 1000} s`);
  const line = text.split('\n').find(part => part.trim() !== '');
  return new Error(line?.trim() ?? error.message);
}

/** The first number with what hangs on it, of what a program prints about itself. */
export function versionIn(text: string): string {
  // A Java that is told its options by the environment says so first.
  const own = text.replace(/^Picked up .*$/gm, '');
  return /\d+(?:\.\d+)*/.exec(own)?.[0] ?? '';
}

async function startTime(path: string, args: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const before = performance.now();
    await run(path, args);
    times.push(performance.now() - before);
  }
  return Math.round((times.sort((a, b) => a - b)[1] ?? 0) * 10) / 10;
}

/** Standard output and standard error together: Java tells its version on the latter. */
function run(
  path: string,
  args: readonly string[],
): Promise<{ error: (Error & { killed?: boolean }) | null; text: string }> {
  return new Promise(resolve => {
    const options = {
      timeout: TIME_LIMIT_MS,
      killSignal: 'SIGKILL',
      cwd: '/',
      env: inheritedEnvironment(),
    } as const;
    execFile(path, [...args], options, (error, stdout, stderr) => resolve({ error, text: stdout + stderr }));
  });
}
