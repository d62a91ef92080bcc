/** Says in words why the system refused to start a program. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

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
    const tail = first.includes('\r')
      ? ', and the line ends with a carriage return (CRLF): save the file with LF'
      : '';
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
