/** Cuts what a server says into replies; their shape is told in reply.ts. */
import type { Message, Reader } from '../../wire/reader.ts';
import { LineCutter, lastLine, type RawLine } from './line-cutter.ts';
import { isLast, replyOf } from './reply.ts';
import { become } from './taken.ts';

export class ReplyReader implements Reader {
  readonly #cutter = new LineCutter();
  /** Lines of the reply that has begun. */
  #lines: RawLine[] = [];
  #bytes = 0;
  /** A reply that was taken before its end came. */
  #taken: Message | undefined;

  push(bytes: Buffer): Message[] {
    const replies: Message[] = [];
    this.#cutter.feed(bytes);
    for (let line = this.#cutter.next(); line !== undefined; line = this.#cutter.next()) {
      this.#lines.push(line);
      this.#bytes += line.bytes.length + line.end.length;
      if (isLast(line, this.#lines.length === 1)) replies.push(...this.#finish(replyOf(this.#lines, true)));
    }
    return replies;
  }

  end(): Message[] {
    const reply = this.#begun();
    this.#cutter.takeRest();
    return reply === undefined ? [] : this.#finish(reply);
  }

  #finish(reply: Message): Message[] {
    this.#lines = [];
    this.#bytes = 0;
    const taken = this.#taken;
    this.#taken = undefined;
    if (taken === undefined) return [reply];
    become(taken, reply);
    return [];
  }

  #begun(): Message | undefined {
    const rest = this.#cutter.rest();
    const lines = rest.length === 0 ? this.#lines : [...this.#lines, lastLine(rest)];
    return lines.length === 0 ? undefined : replyOf(lines, false);
  }

  get pending(): number {
    return this.#taken === undefined ? this.#bytes + this.#cutter.pending : 0;
  }

  partial(): Message | undefined {
    return this.#taken === undefined ? this.#begun() : undefined;
  }

  takePartial(): Message | undefined {
    const reply = this.partial();
    this.#taken ??= reply;
    return reply;
  }
}
