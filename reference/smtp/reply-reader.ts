// Finds replies in the server's byte stream (RFC 5321 §4.2), for the client. Pure: bytes in, replies out.
// What a reply means for the mail is for the dialogue to decide.

import type { Reply } from './reply.ts';

const MAX_REPLY_BYTES = 65_536; // Our own rule. §4.5.3.1.5 allows 512 a line, and any number of lines.

/** What the server sends is no reply; the message says what it is. */
export class MalformedReply extends Error {}

/** One reader a connection. */
export class ReplyReader {
  #unread = ''; // What has come of the unfinished line. A character for each byte.
  #lines: string[] = []; // The lines of the unfinished reply.
  #code = 0;

  /**
   * Takes the next piece of the stream; returns the replies that it completes, often none: a reply may come
   * in many pieces, even single bytes. Throws MalformedReply.
   */
  push(piece: Uint8Array): Reply[] {
    this.#unread += Buffer.from(piece).toString('latin1');
    // §2.3.8: only CRLF ends a line.
    const lines = this.#unread.split('\r\n');
    this.#unread = lines.pop() ?? '';
    // It will not come to its senses: better to say so than to wait.
    if (this.#unread.includes('\n')) throw new MalformedReply('it ended a line by LF alone');
    const replies = lines.flatMap(line => this.#add(line) ?? []);
    const kept = this.#lines.reduce((sum, line) => sum + line.length, this.#unread.length);
    if (kept > MAX_REPLY_BYTES) throw new MalformedReply('its reply has no end');
    return replies;
  }

  #add(line: string): Reply | undefined {
    // §4.2: three digits, a hyphen or a space, and text, which may be missing, and the space with it.
    const [, digits, separator, text = ''] = /^([2-5]\d\d)(?:([- ])([^\r\n]*))?$/.exec(line) ?? [];
    if (digits === undefined) throw new MalformedReply(`it sent ${JSON.stringify(line.slice(0, 80))}`);
    const code = Number(digits);
    // §4.2.1: all lines of a reply have the same code.
    if (this.#lines.length > 0 && code !== this.#code) throw new MalformedReply('its reply has two codes');
    this.#code = code;
    this.#lines.push(text);
    if (separator === '-') return undefined; // §4.2.1: a hyphen behind the code: more lines follow.
    const reply: Reply = { code, lines: this.#lines };
    this.#lines = [];
    return reply;
  }
}
