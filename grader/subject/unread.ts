/**
 * How many bytes of ours a program has not read yet. A program that works through a long message slowly is
 * not silent, though nothing comes from it; what shrinks in the kernel's queues shows that it works.
 */
import { readProc } from './proc.ts';

/**
 * Bytes between the grader's end of a TCP connection and the program's, in the send queue of the one and the
 * receive queue of the other; undefined where the system does not tell.
 * @param of pid of the program, or "self"
 * @param ours port of the grader's end
 * @param theirs port of the program's end
 */
export function unreadBytes(of: number | 'self', ours: number, theirs: number): number | undefined {
  let found: number | undefined;
  for (const name of ['tcp', 'tcp6']) {
    for (const line of (readProc(`/proc/${of}/net/${name}`) ?? '').split('\n')) {
      const [, local, remote, , queues] = line.trim().split(/\s+/);
      const [sending, receiving] = (queues ?? '').split(':').map(digits => Number.parseInt(digits, 16));
      const ends = [portOf(local), portOf(remote)];
      if (ends[0] === ours && ends[1] === theirs) found = (found ?? 0) + (sending ?? 0);
      if (ends[0] === theirs && ends[1] === ours) found = (found ?? 0) + (receiving ?? 0);
    }
  }
  return found;
}

const portOf = (address: string | undefined): number => Number.parseInt(address?.split(':').at(-1) ?? '', 16);
