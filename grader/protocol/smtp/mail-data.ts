/**
 * What a client sends after 354 (RFC 5321 §4.1.1.4). It is one message:
 *
 *   { verb: "message", ended, early, size, longest, bareLf, bareCr, eightBit, undoubled, data, lines, stuffed, mail }
 *
 *   ended      CRLF.CRLF has come; where it has not, `tail` holds the last five bytes that came
 *   early      its first byte came before the 354 was sent
 *   size       bytes on the wire, without the dot that ends it and its CRLF
 *   longest    bytes of the longest line on the wire, without its CRLF (§4.5.3.1.6)
 *   bareLf, bareCr, eightBit   how many bytes of these kinds it holds
 *   undoubled  lines that begin with one dot and no second: the client did not add its own (§4.5.2)
 *   data       the text without the added dots; bad UTF-8 replaced
 *   lines      the lines of it, `stuffed` the same as they came; only CRLF ends a line
 *   mail       header fields, parts and faults, read by mail/mail.ts
 *
 * The last four are worked out when a check asks for them.
 */
import type { Json } from '../../judge/json.ts';
import type { Message } from '../../wire/reader.ts';
import { straysIn } from './line-cutter.ts';
import { readMail } from './mail/mail.ts';

const DOT = 0x2e;

/** @param bytes as they came, without the dot that ends them and its CRLF */
export function mailDataOf(bytes: Buffer, { ended, early }: { ended: boolean; early: boolean }): Message {
  const shape = shapeOf(bytes);
  const unstuffed = once(() => withoutDots(bytes, shape.starts));
  const data = once(() => unstuffed().toString('utf8'));
  const lines = once(() => linesOf(data()));
  const stuffed = once(() => linesOf(bytes.toString('utf8')));
  const mail = once((): Json => readMail(unstuffed()));
  return {
    verb: 'message',
    ended,
    early,
    ...(ended ? {} : { tail: bytes.subarray(-5).toString('latin1') }),
    size: bytes.length,
    longest: shape.longest,
    ...straysIn(bytes),
    undoubled: shape.undoubled,
    get data() {
      return data();
    },
    get lines() {
      return lines();
    },
    get stuffed() {
      return stuffed();
    },
    get mail() {
      return mail();
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

interface Shape {
  /** Where lines begin that begin with a dot. */
  starts: number[];
  longest: number;
  undoubled: number;
}

function shapeOf(bytes: Buffer): Shape {
  const shape: Shape = { starts: [], longest: 0, undoubled: 0 };
  for (let start = 0; start < bytes.length; ) {
    const at = bytes.indexOf('\r\n', start, 'latin1');
    const end = at === -1 ? bytes.length : at;
    shape.longest = Math.max(shape.longest, end - start);
    if (bytes[start] === DOT) {
      shape.starts.push(start);
      if (bytes[start + 1] !== DOT) shape.undoubled += 1;
    }
    start = end + 2;
  }
  return shape;
}

/** RFC 5321 §4.5.2: of each line that begins with a dot, that dot is taken away. */
function withoutDots(bytes: Buffer, starts: readonly number[]): Buffer {
  const edges = [-1, ...starts, bytes.length];
  return Buffer.concat(edges.slice(1).map((edge, i) => bytes.subarray((edges[i] ?? 0) + 1, edge)));
}

function linesOf(text: string): string[] {
  const lines = text.split('\r\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
