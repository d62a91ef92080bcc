/**
 * How many bytes of ours a program has not read yet. A program that works through a long message slowly is
 * not silent, though nothing comes from it; what shrinks in the kernel's queues shows that it works.
 */
import { visitTable } from './socket-table.ts';

/**
 * Bytes between the grader's end of a TCP connection and the program's, in the send queue of the one and the
 * receive queue of the other; undefined where the system does not tell.
 * @param of pid of the program, or "self"
 * @param ours port of the grader's end
 * @param theirs port of the program's end
 */
export function unreadBytes(of: number | 'self', ours: number, theirs: number): number | undefined {
  let found: number | undefined;
  for (const name of ['tcp', 'tcp6'] as const)
    visitTable(of, name, row => {
      if (row.port === ours && row.peerPort === theirs) found = (found ?? 0) + row.sending;
      if (row.port === theirs && row.peerPort === ours) found = (found ?? 0) + row.unread;
      return false;
    });
  return found;
}
