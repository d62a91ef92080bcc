// Mail data (RFC 5321 §4.1.1.4) and its transparency (§4.5.2): how a message is made safe to send, and how
// the receiver finds its end and gets it back. Pure, and blind to the content.

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

/** What makes a message unacceptable as a whole. */
export type Fault = 'bare-cr-or-lf' | 'line-too-long' | 'message-too-big';

/** For the client: the message, whose lines end in CRLF, with dots added and the end of data behind it. */
export function encodeMailData(message: string): string {
  // §4.5.2: a line that starts with a dot gets another. The CRLF in front makes the first line like the rest.
  const stuffed = `\r\n${message}`.replaceAll('\r\n.', '\r\n..').slice(2);
  // §4.1.1.4: the CRLF of the last line is the first of CRLF.CRLF. One more would add an empty line.
  return stuffed.endsWith('\r\n') || stuffed === '' ? `${stuffed}.\r\n` : `${stuffed}\r\n.\r\n`;
}

/** What was found in a piece. */
export interface Taken {
  readonly content: Uint8Array;
  readonly ended: boolean;
  /** What stands behind the end of the data: commands. */
  readonly rest: Uint8Array;
}

/** Where in the data the decoder stands: which bytes came last. */
type Place = 'line-start' | 'text' | 'cr' | 'dot' | 'dot-cr';

/**
 * For the server: takes the data piece by piece, however they are cut. One decoder a message.
 *
 * Only CRLF.CRLF ends the data. Servers that let LF.LF or CR.CR pass for it can be made to see a second
 * message where the sender's server saw one ("SMTP smuggling"). §2.3.8 forbids bare CR and LF to clients, so
 * a message that has one is faulty as a whole; but it still ends at CRLF.CRLF and nowhere else.
 */
export class MailDataDecoder {
  // §4.1.1.4: the CRLF of the DATA command counts as the one in front of the first line.
  #place: Place = 'line-start';
  #lineLength = 0;
  #size = 0;
  #fault: Fault | undefined;
  readonly #limits: { readonly textLine: number; readonly messageSize: number };

  constructor(limits: { readonly textLine: number; readonly messageSize: number }) {
    this.#limits = limits;
  }

  /** The first fault by now. From then on no content is given out, only the end is looked for. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  take(piece: Uint8Array): Taken {
    const content = new Uint8Array(piece.length + 1); // One more than came: the CR that 'dot-cr' holds back.
    let length = 0;
    const keep = (byte: number): void => {
      this.#count();
      if (this.#fault !== undefined) return;
      content[length] = byte;
      length += 1;
    };
    const taken = (ended: boolean, end: number): Taken => ({
      content: content.subarray(0, length),
      ended,
      rest: piece.subarray(end),
    });
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] ?? 0;
      if (this.#place === 'line-start' && byte === DOT) {
        // §4.5.2: this dot is no content. Either it was added, or it is alone on its line and so the end.
        this.#place = 'dot';
        continue;
      }
      if (this.#place === 'dot' && byte === CR) {
        this.#place = 'dot-cr';
        continue;
      }
      if (this.#place === 'dot-cr') {
        if (byte === LF) return taken(true, at + 1); // §4.1.1.4: CRLF.CRLF is complete.
        keep(CR); // It was not the end, so the CR behind the dot is like any other.
        this.#place = 'cr';
      }
      // §2.3.8: CR is followed by LF, and LF follows CR.
      if ((this.#place === 'cr') !== (byte === LF)) this.#fault ??= 'bare-cr-or-lf';
      keep(byte);
      if (byte === CR) this.#place = 'cr';
      else if (byte === LF && this.#place === 'cr') this.#startLine();
      else this.#place = 'text';
    }
    return taken(false, piece.length);
  }

  #startLine(): void {
    this.#place = 'line-start';
    this.#lineLength = 0;
  }

  #count(): void {
    this.#lineLength += 1; // §4.5.3.1.6: with the CRLF, without the added dot.
    if (this.#lineLength > this.#limits.textLine) this.#fault ??= 'line-too-long';
    this.#size += 1; // RFC 1870 §5: likewise.
    if (this.#size > this.#limits.messageSize) this.#fault ??= 'message-too-big';
  }
}
