/**
 * Cuts what a client says into commands (command.ts) and mail data (mail-data.ts). What the grader has sent decides
 * which: data begins when a 3yz reply has been sent whole (RFC 5321 §4.1.1.4), not when DATA was heard. So a client
 * that does not wait for 354 is heard to say its mail as commands.
 */
import type { Message, Reader } from '../../wire/reader.ts';
import { commandOf } from './command.ts';
import { LineCutter, lastLine } from './line-cutter.ts';
import { mailDataOf } from './mail-data.ts';
import { ReplyReader } from './reply-reader.ts';
import { become } from './taken.ts';

/** The line end of DATA, or of what came before 354, counts as the first CRLF of the end (RFC 5321 §4.1.1.4). */
const before = '\r\n';
const endOfData = '\r\n.\r\n';

interface MailData {
  pieces: Buffer[];
  size: number;
  /** The last bytes of it, where its end may have begun. */
  tail: Buffer;
}

export class CommandReader implements Reader {
  readonly #cutter = new LineCutter();
  readonly #sent = new ReplyReader();
  #data: MailData | undefined;
  /** Replies sent whole, messages heard whole: a greeting is due before the first. */
  #replies = 0;
  #heard = 0;
  /** Whether the message that has begun came before its time; undefined before the first byte of it. */
  #early: boolean | undefined;
  /** A command that was taken before its end came; data must not begin inside it. */
  #taken: Message | undefined;
  #dataDue = false;

  sent(bytes: Buffer): void {
    for (const { code } of this.#sent.push(bytes)) {
      this.#replies += 1;
      // 334 is a challenge (RFC 4954 §4); the other intermediate replies ask for the mail (§4.2.1).
      const asks = Number(code) >= 300 && Number(code) < 400 && code !== 334;
      if (!asks || this.#data !== undefined) continue;
      if (this.#taken === undefined) this.#beginData();
      else this.#dataDue = true;
    }
  }

  #beginData(): void {
    this.#dataDue = false;
    this.#data = { pieces: [], size: 0, tail: Buffer.from(before) };
    // Bytes of a line that began before the 354: they are of the mail, and they were early.
    const rest = this.#cutter.takeRest();
    if (rest.length > 0) this.#readData(rest, []);
  }

  push(bytes: Buffer): Message[] {
    const messages: Message[] = [];
    for (let rest = bytes; rest.length > 0; )
      rest = this.#data === undefined ? this.#readCommands(rest, messages) : this.#readData(rest, messages);
    return messages;
  }

  /** The answer is what is left for the other state. */
  #readCommands(bytes: Buffer, messages: Message[]): Buffer {
    this.#cutter.feed(bytes);
    this.#begin();
    for (let line = this.#cutter.next(); line !== undefined; line = this.#cutter.next()) {
      this.#finish(commandOf(line, this.#early === true), messages);
      if (this.#dataDue) {
        const rest = this.#cutter.takeRest();
        this.#beginData();
        return rest;
      }
      if (this.#cutter.pending > 0) this.#begin();
    }
    return Buffer.alloc(0);
  }

  #readData(bytes: Buffer, messages: Message[]): Buffer {
    const data = this.#data;
    if (data === undefined) return bytes;
    this.#begin();
    const seen = Buffer.concat([data.tail, bytes]);
    const at = seen.indexOf(endOfData, 0, 'latin1');
    const taken = at === -1 ? bytes.length : at + endOfData.length - data.tail.length;
    data.pieces.push(bytes.subarray(0, taken));
    data.size += taken;
    data.tail = seen.subarray(-(endOfData.length - 1));
    if (at === -1) return Buffer.alloc(0);
    this.#data = undefined;
    const all = Buffer.concat(data.pieces);
    // The CRLF before the dot ends the last line of the mail, which may have none.
    const mail = all.subarray(0, all.length - '.\r\n'.length);
    this.#finish(mailDataOf(mail, { ended: true, early: this.#early === true }), messages);
    return bytes.subarray(taken);
  }

  #begin(): void {
    this.#early ??= this.#replies <= this.#heard;
  }

  #finish(message: Message, messages: Message[]): void {
    const taken = this.#taken;
    this.#taken = undefined;
    this.#early = undefined;
    if (taken === undefined) {
      this.#heard += 1;
      messages.push(message);
    } else become(taken, message);
  }

  end(): Message[] {
    const messages: Message[] = [];
    const message = this.#begun();
    this.#cutter.takeRest();
    this.#data = undefined;
    if (message !== undefined) this.#finish(message, messages);
    return messages;
  }

  #begun(): Message | undefined {
    const early = this.#early === true;
    if (this.#data !== undefined) {
      const { pieces, size } = this.#data;
      return size === 0 ? undefined : mailDataOf(Buffer.concat(pieces), { ended: false, early });
    }
    const rest = this.#cutter.rest();
    return rest.length === 0 ? undefined : commandOf(lastLine(rest), early);
  }

  get pending(): number {
    if (this.#taken !== undefined) return 0;
    return this.#data?.size ?? this.#cutter.pending;
  }

  partial(): Message | undefined {
    return this.#taken === undefined ? this.#begun() : undefined;
  }

  /** Mail data that is taken counts as ended: whoever takes it answers it, and commands follow. */
  takePartial(): Message | undefined {
    const message = this.partial();
    if (message === undefined) return undefined;
    this.#heard += 1;
    if (this.#data === undefined) this.#taken = message;
    else this.#early = undefined;
    this.#data = undefined;
    return message;
  }
}
