// Cuts a byte stream into lines. Pure: the socket hands it whatever has arrived, it hands back the lines that
// are complete by now. It is not a decoder (lines are bytes) and not a limit (see `pendingBytes`).

const NEWLINE = 0x0a;
const NOTHING = new Uint8Array(0);

/**
 * One framer per connection: what it keeps belongs to one stream.
 *
 * TCP keeps the order of the bytes and nothing else: a line may come in many pieces, and a piece may hold many
 * lines (RFC 9293 §2.2). Only the newline ends a line. It is taken away; a `\r` before it stays.
 */
export class LineFramer {
  #buffer = NOTHING; // The unfinished line, with room to grow.
  #length = 0; // How many bytes of #buffer are in use.

  /** Size of the unfinished line. Whoever reads from strangers must watch it: the framer would grow for ever. */
  get pendingBytes(): number {
    return this.#length;
  }

  /** Takes the next piece of the stream; returns the lines that it completes, often none. */
  push(piece: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    // Only the new piece is searched: the bytes kept from before are known to hold no newline.
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, start)) {
      this.#keep(piece.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(piece.subarray(start));
    return lines;
  }

  /** The stream is over: returns the last line if it came without a newline, `undefined` if nothing is left. */
  end(): Uint8Array | undefined {
    return this.#length === 0 ? undefined : this.#take();
  }

  #keep(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      // Room doubles, so each byte is moved about twice however small the pieces are. A list of pieces would be
      // simpler, but a sender of single bytes could make each of them cost a hundred.
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  #take(): Uint8Array {
    const line = this.#buffer.subarray(0, this.#length);
    this.#buffer = NOTHING; // The buffer goes with the line: whoever has the line may keep it.
    this.#length = 0;
    return line;
  }
}
