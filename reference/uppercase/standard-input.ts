// Reads one line from the keyboard (or a file, or a pipe) for the two clients. It is not a reader for several
// lines: whatever follows the first newline is dropped.

import { fail, reason } from './failure.ts';
import { LineFramer } from './line-framer.ts';

/**
 * The first line of standard input without its newline, which may be empty, or end in `\r` where a system ends
 * lines with `\r\n`. Returns at the newline, without waiting for the end of the input. Without any input there
 * is nothing to send, and the program ends.
 */
export async function readLine(): Promise<Uint8Array> {
  if (process.stdin.isTTY) process.stderr.write('Input lowercase sentence: ');
  const pieces: AsyncIterable<Uint8Array> = process.stdin;
  const framer = new LineFramer();
  try {
    for await (const piece of pieces) {
      const [line] = framer.push(piece);
      if (line !== undefined) return line; // Leaving the loop closes the input, so it cannot keep us alive.
    }
  } catch (error) {
    fail(`cannot read a line from standard input: ${error instanceof Error ? reason(error) : error}`);
  }
  return framer.end() ?? fail('standard input is empty: there is no line to send');
}
