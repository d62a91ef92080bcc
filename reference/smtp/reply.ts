// Replies (RFC 5321 §4.2): a code for programs and text for people. How one looks on the wire stands here;
// how a client finds replies in what it receives stands in reply-reader.ts.

const MAX_REPLY_LINE = 512; // §4.5.3.1.5, with the code and the CRLF.

export interface Reply {
  /** Three digits; the first says how it went: 2 well, 3 go on, 4 not now, 5 no (§4.2.1). */
  readonly code: number;
  /** At least one line of printable ASCII, without code and CRLF. */
  readonly lines: readonly string[];
}

export function reply(code: number, ...lines: [string, ...string[]]): Reply {
  return { code, lines };
}

/** §4.2.1: the first digit tells a client all that it must know. */
export function severity({ code }: Reply): number {
  return Math.floor(code / 100);
}

/** The lines as they go over the wire, but without CRLF. */
export function replyLines({ code, lines }: Reply): string[] {
  const last = lines.length - 1;
  // §4.2.1: a hyphen behind the code says that more lines follow, a space that this is the last.
  return lines.map((text, index) => `${code}${index < last ? '-' : ' '}${text}`);
}

/** The bytes to send. Text that would make a line too long is cut off: the code is what counts. */
export function encodeReply(answer: Reply): Uint8Array {
  const lines = replyLines(answer).map(line => `${line.slice(0, MAX_REPLY_LINE - 2)}\r\n`);
  return Buffer.from(lines.join(''), 'latin1');
}

/** For people: all lines, one behind the other. */
export function replyText({ code, lines }: Reply): string {
  return `${code} ${lines.join(' / ')}`.trim();
}
