/**
 * Cuts a stream into lines at LF, the byte that CRLF and a bare LF have in common; which of the two it was is
 * told with the line. RFC 5321 §2.3.8 knows CRLF only: that is for the checks to say.
 */
const LF = 0x0a;
const CR = 0x0d;

/** A line without its end; "" stands for the end of the stream, or for an end that is still to come. */
export interface RawLine {
  readonly bytes: Buffer;
  readonly end: '\r\n' | '\n' | '\r' | '';
}

/** Pieces are joined once a line, so that a long line costs linear time. */
export class LineCutter {
  #pieces: Buffer[] = [];
  #fresh: Buffer = Buffer.alloc(0);
  /** Bytes that belong to no line yet. */
  pending = 0;

  /** To be called when `next` has nothing more. */
  feed(bytes: Buffer): void {
    this.#fresh = bytes;
    this.pending += bytes.length;
  }

  next(): RawLine | undefined {
    const at = this.#fresh.indexOf(LF);
    if (at === -1) {
      if (this.#fresh.length > 0) this.#pieces.push(this.#fresh);
      this.#fresh = Buffer.alloc(0);
      return undefined;
    }
    this.#pieces.push(this.#fresh.subarray(0, at));
    this.#fresh = this.#fresh.subarray(at + 1);
    this.pending = this.#fresh.length;
    const line = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return line.at(-1) === CR ? { bytes: line.subarray(0, -1), end: '\r\n' } : { bytes: line, end: '\n' };
  }

  /** The pending bytes, without taking them. */
  rest(): Buffer {
    const all = Buffer.concat([...this.#pieces, this.#fresh]);
    this.#pieces = all.length === 0 ? [] : [all];
    this.#fresh = Buffer.alloc(0);
    return all;
  }

  takeRest(): Buffer {
    const all = this.rest();
    this.#pieces = [];
    this.pending = 0;
    return all;
  }
}

/** What is left of a stream, as a line: a CR at its end is all that came of a line end. */
export function lastLine(rest: Buffer): RawLine {
  return rest.at(-1) === CR ? { bytes: rest.subarray(0, -1), end: '\r' } : { bytes: rest, end: '' };
}

/** Bytes that RFC 5321 §2.3.8 and §2.4 do not allow on the wire, counted. */
export interface Strays {
  /** LF without CR before it. */
  bareLf: number;
  /** CR without LF behind it. */
  bareCr: number;
  /** Bytes above 127. */
  eightBit: number;
}

export function straysIn(bytes: Buffer): Strays {
  const strays = { bareLf: 0, bareCr: 0, eightBit: 0 };
  let before = 0;
  for (const byte of bytes) {
    if (byte > 0x7f) strays.eightBit += 1;
    else if (byte === LF && before !== CR) strays.bareLf += 1;
    if (before === CR && byte !== LF) strays.bareCr += 1;
    before = byte;
  }
  if (before === CR) strays.bareCr += 1;
  return strays;
}
