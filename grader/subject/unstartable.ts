/** Says in words why the system refused to start a program. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

const CARRIAGE_RETURN = ', and the line ends with a carriage return (CRLF): save the file with LF';

/**
 * @param program as it was to be started: a path or a name on PATH
 * @param cwd where it was to be started
 * @param path value of PATH
 */
export function whyUnstartable(
  error: unknown,
  program: string,
  cwd: string,
  path: string | undefined,
): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (!existsSync(cwd)) return `the working folder ${cwd} does not exist`;
  const file = program.includes('/') ? resolve(cwd, program) : onPath(program, path);
  if (code === 'ENOENT') {
    if (!file && !program.includes('/')) return `there is no program called ${program} on PATH`;
    if (!file || !existsSync(file)) return `there is no file ${file ?? program}`;
    const first = firstLine(file);
    if (!first.startsWith('#!')) return `${file} can't be started: its loader or a library is missing`;
    const tail = first.includes('\r') ? CARRIAGE_RETURN : '';
    return `${file} names an interpreter that is not there: ${first.trim()}${tail}`;
  }
  if (code === 'EACCES') {
    const what = file ?? program;
    if (file && statSync(file, { throwIfNoEntry: false })?.isDirectory())
      return `${what} is a folder, not a program`;
    return `${what} is not executable (chmod +x ${what})`;
  }
  if (code === 'ENOEXEC') return `${file ?? program} is not a program of this kind of machine`;
  if (code === 'E2BIG') return 'the arguments and the environment are too long';
  if (isMachineTrouble(error)) {
    return `the machine has no room for another process (${code})`;
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * The same, found out before the start, for a program that is to be started where paths mean something else.
 * @param folders of PATH, there
 * @param outside where such a path lies here; undefined if nothing is there
 */
export function unstartableIn(
  program: string,
  folders: readonly string[],
  outside: (path: string) => string | undefined,
): string | undefined {
  const there = (path: string): string | undefined => {
    const file = outside(path);
    return file !== undefined && existsSync(file) ? file : undefined;
  };
  if (!program.includes('/')) {
    const found = folders.some(folder => there(`${folder}/${program}`) !== undefined);
    return found ? undefined : `there is no program called ${program} on PATH (${folders.join(delimiter)})`;
  }
  const file = there(program);
  if (file === undefined) return `there is no file ${program}`;
  const { mode } = statSync(file);
  if (statSync(file).isDirectory()) return `${program} is a folder, not a program`;
  if ((mode & 0o111) === 0) return `${program} is not executable (chmod +x ${program})`;
  const first = firstLine(file);
  const interpreter = /^#!\s*(\S+)/.exec(first)?.[1];
  if (interpreter === undefined || there(interpreter) !== undefined) return undefined;
  const tail = first.includes('\r') ? CARRIAGE_RETURN : '';
  return `${program} names an interpreter that is not there: ${first.trim()}${tail}`;
}

/** Whether the machine, not the program, is the reason. */
export function isMachineTrouble(error: unknown): boolean {
  return ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function onPath(program: string, path: string | undefined): string | undefined {
  for (const folder of (path ?? '').split(delimiter)) {
    const file = resolve(folder || '.', program);
    if (existsSync(file)) return file;
  }
  return undefined;
}

/** Up to 200 bytes of it. */
function firstLine(file: string): string {
  const buffer = Buffer.alloc(200);
  try {
    const descriptor = openSync(file, 'r');
    try {
      const length = readSync(descriptor, buffer, 0, buffer.length, 0);
      return buffer.toString('utf8', 0, length).split('\n')[0] ?? '';
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}
