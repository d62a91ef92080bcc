// Cuts the client's byte stream into command lines (RFC 5321 §2.3.8). Pure: bytes in, lines out. It does not
// know what a command is, and it does not touch mail data, which has rules of its own (mail-data.ts).

const CR = 0x0d;
const LF = 0x0a;

export type Line =
  | { readonly kind: 'line'; readonly text: string } // Without the CRLF; a character for each byte.
  | { readonly kind: 'too-long' };

export interface Taken {
  /** `undefined` while the line is unfinished. */
  readonly line: Line | undefined;
  /** What stands behind the line. It may be mail data, so nobody but the session may cut it further. */
  readonly rest: Uint8Array;
}

/** One framer a connection. It never keeps more than one line of `limit` bytes, whatever a client sends. */
export class LineFramer {
  readonly #line: Uint8Array; // The unfinished line, as far as it fits.
  #length = 0; // How long the line is by now, whether it fits or not.
  #afterCr = false;

  /** `limit`: how many bytes a line may have, CRLF included. */
  constructor(limit: number) {
    this.#line = new Uint8Array(limit);
  }

  /** Takes bytes up to the end of one line. A piece of the stream may hold a part of one, or several. */
  take(piece: Uint8Array): Taken {
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] ?? 0;
      if (this.#length < this.#line.length) this.#line[this.#length] = byte;
      this.#length += 1;
      // §2.3.8: CR and LF together end a line; neither does so alone, and nothing else does.
      if (byte === LF && this.#afterCr) return { line: this.#finish(), rest: piece.subarray(at + 1) };
      this.#afterCr = byte === CR;
    }
    return { line: undefined, rest: piece.subarray(piece.length) };
  }

  #finish(): Line {
    const length = this.#length;
    this.#length = 0;
    this.#afterCr = false;
    if (length > this.#line.length) return { kind: 'too-long' };
    return { kind: 'line', text: Buffer.from(this.#line.subarray(0, length - 2)).toString('latin1') };
  }
}
