/**
 * Closes what this process was given by whoever started it: open files of a shell or of a CI runner. Node keeps
 * its own descriptors from the programs that it starts, but passes these on.
 */
import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** In the flags of /proc/<pid>/fdinfo, octal (O_CLOEXEC, fcntl(2)). */
const CLOSE_ON_EXEC = 0o2000000;

/** Before the first program of a stranger is started. Where there is no /proc, nothing happens. */
export function closeInherited(): void {
  let descriptors: string[];
  try {
    descriptors = readdirSync('/proc/self/fd');
  } catch {
    return;
  }
  for (const descriptor of descriptors.map(Number)) {
    // Node sets its own, and those of the channel to a parent, to be closed.
    if (descriptor < 3 || staysHere(descriptor)) continue;
    try {
      closeSync(descriptor);
    } catch {
      // The one with which the folder was read.
    }
  }
}

function staysHere(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
    return (Number.parseInt(flags ?? '0', 8) & CLOSE_ON_EXEC) !== 0;
  } catch {
    return true;
  }
}
