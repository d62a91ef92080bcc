/**
 * Lines of text over TCP, ended by LF; a CR before it is kept apart. A message is
 * { text, end, length }: the text without its line end (UTF-8, bad bytes replaced), the line end as it
 * came ("\n", "\r\n" or "" at the end of the stream), and the length of the text in bytes.
 */
import type { Message, Reader } from '../wire/reader.ts';
import { pipeToTcp, serveByHand } from './by-hand.ts';
import type { Protocol } from './protocol.ts';

const LF = 0x0a;
const CR = 0x0d;

function lineOf(bytes: Buffer, end: '' | '\n' | '\r\n'): Message {
  return { text: bytes.toString('utf8'), end, length: bytes.length };
}

/** Pieces are kept as they came and joined once a line, so that a long line costs linear time. */
export class LineReader implements Reader {
  #pieces: Buffer[] = [];
  pending = 0;
  /** A message that was taken before its line end came. */
  #open: Message | undefined;

  push(bytes: Buffer): Message[] {
    const messages: Message[] = [];
    let start = 0;
    for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, start)) {
      this.#pieces.push(bytes.subarray(start, at));
      start = at + 1;
      const line = this.#endLine();
      if (line !== undefined) messages.push(line);
    }
    if (start < bytes.length) this.#pieces.push(bytes.subarray(start));
    this.pending += bytes.length - start;
    return messages;
  }

  #endLine(): Message | undefined {
    const line = this.#joined();
    this.#pieces = [];
    this.pending = 0;
    const crlf = line.at(-1) === CR;
    const text = crlf ? line.subarray(0, -1) : line;
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined && text.length === 0) {
      open.end = crlf ? '\r\n' : '\n';
      return undefined;
    }
    return lineOf(text, crlf ? '\r\n' : '\n');
  }

  end(): Message[] {
    if (this.partial() === undefined) return [];
    // No LF can follow any more, so a CR at the end is a byte of the text.
    const rest = lineOf(this.#joined(), '');
    this.#pieces = [];
    return [rest];
  }

  #joined(): Buffer {
    const [first] = this.#pieces;
    return this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
  }

  partial(): Message | undefined {
    if (this.#pieces.length === 0) return undefined;
    const line = this.#joined();
    this.#pieces = [line];
    const text = line.at(-1) === CR ? line.subarray(0, -1) : line;
    return text.length === 0 && this.#open !== undefined ? undefined : lineOf(text, '');
  }

  takePartial(): Message | undefined {
    const message = this.partial();
    if (message === undefined) return undefined;
    this.#open = message;
    // A CR at the end may be the first half of its line end.
    const line = this.#joined();
    this.#pieces = line.at(-1) === CR ? [line.subarray(-1)] : [];
    this.pending = this.#pieces.length;
    return message;
  }
}

export const lines: Protocol = {
  name: 'lines',
  transport: 'tcp',
  main: 'text',
  encodeText: text => Buffer.from(`${text}\n`, 'utf8'),
  reader: () => new LineReader(),
  byHand: pipeToTcp,
  byHandServer: (acts, port) => serveByHand(acts, port, 'tcp'),
};
