import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Message } from '../wire/reader.ts';
import { LineReader, lines } from './lines.ts';

/** All messages of a stream that comes in these pieces and then ends. */
function read(...pieces: (string | Buffer)[]): Message[] {
  const reader = new LineReader();
  const messages = pieces.flatMap(piece => reader.push(Buffer.from(piece)));
  return [...messages, ...reader.end()];
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...[...at].map(edge => edge % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

const line = (text: string, end: string, length = Buffer.byteLength(text)): Message => ({
  text,
  end,
  length,
});

const sample = Buffer.concat([
  Buffer.from('one\n\ntwo words\r\n\r\nà é\n'),
  Buffer.from([0x00, 0xff, 0xc3, 0x0a, 0x0d, 0x61, 0x0d, 0x0d, 0x0a]),
  Buffer.from('the rest'),
]);
const sampleMessages = [
  line('one', '\n'),
  line('', '\n'),
  line('two words', '\r\n'),
  line('', '\r\n'),
  line('à é', '\n'),
  line('\0\ufffd\ufffd', '\n', 3),
  line('\ra\r', '\r\n'),
  line('the rest', ''),
];

describe('a reader of lines', () => {
  it('cuts a stream at its line ends, and keeps them apart', () => {
    expect(read(sample)).toEqual(sampleMessages);
  });

  it('reads the same byte by byte', () => {
    expect(read(...[...sample].map(byte => Buffer.from([byte])))).toEqual(sampleMessages);
  });

  it('reads the same split at every offset', () => {
    for (let at = 0; at <= sample.length; at += 1)
      expect(read(sample.subarray(0, at), sample.subarray(at)), `split at ${at}`).toEqual(sampleMessages);
  });

  property.prop([
    fc.array(
      fc.tuple(
        fc.uint8Array({ maxLength: 12 }).map(bytes => Buffer.from(bytes.filter(byte => byte !== 0x0a))),
        fc.constantFrom('\n', '\r\n'),
      ),
      { maxLength: 8 },
    ),
    fc.array(fc.nat(), { maxLength: 10 }),
  ])('reads the same however any lines are split', (parts, at) => {
    const bytes = Buffer.concat(parts.flatMap(([text, end]) => [text, Buffer.from(end)]));
    const wanted = parts.map(([raw, end]) => {
      const full = Buffer.concat([raw, Buffer.from(end)]).subarray(0, -1);
      const crlf = full.at(-1) === 0x0d;
      const text = crlf ? full.subarray(0, -1) : full;
      return line(text.toString('utf8'), crlf ? '\r\n' : '\n', text.length);
    });
    expect(read(...cut(bytes, at))).toEqual(wanted);
  });

  it('has no message in an empty stream, nor after a line end', () => {
    expect(read()).toEqual([]);
    expect(read('')).toEqual([]);
    expect(read('a\n')).toEqual([line('a', '\n')]);
  });

  it('keeps a CR that no LF follows', () => {
    expect(read('a\rb\n')).toEqual([line('a\rb', '\n')]);
    expect(read('last\r')).toEqual([line('last\r', '')]);
  });

  it('is not disturbed when the caller uses its buffer again', () => {
    const reader = new LineReader();
    const shared = Buffer.from('abc\nde');
    const [first] = reader.push(shared);
    shared.fill(0x78, 0, 4);
    expect(first).toEqual(line('abc', '\n'));
  });
});

describe('an unfinished line', () => {
  it('can be looked at as it grows', () => {
    const reader = new LineReader();
    expect(reader.partial()).toBeUndefined();
    reader.push(Buffer.from('pro'));
    expect(reader.partial()).toEqual(line('pro', ''));
    reader.push(Buffer.from('mpt> '));
    expect(reader.partial()).toEqual(line('prompt> ', ''));
    expect(reader.push(Buffer.from('x\n'))).toEqual([line('prompt> x', '\n')]);
    expect(reader.partial()).toBeUndefined();
  });

  it('is shown without the CR that may belong to its end', () => {
    const reader = new LineReader();
    reader.push(Buffer.from('ok\r'));
    expect(reader.partial()).toEqual(line('ok', ''));
    expect(reader.push(Buffer.from('\n'))).toEqual([line('ok', '\r\n')]);
  });

  for (const [end, pieces] of [
    ['\n', ['\n']],
    ['\r\n', ['\r\n']],
    ['\r\n', ['\r', '\n']],
  ] as const)
    it(`is completed by ${JSON.stringify(pieces)} that comes after it was taken`, () => {
      const reader = new LineReader();
      reader.push(Buffer.from('taken'));
      const taken = reader.takePartial();
      expect(taken).toEqual(line('taken', ''));
      expect(reader.partial()).toBeUndefined();
      expect(reader.takePartial()).toBeUndefined();
      expect(pieces.flatMap(piece => reader.push(Buffer.from(piece)))).toEqual([]);
      expect(taken).toEqual(line('taken', end));
      expect(reader.push(Buffer.from('\nnext\n'))).toEqual([line('', '\n'), line('next', '\n')]);
      expect(taken?.end).toBe(end);
    });

  it('is completed by CRLF also when it was taken between the two', () => {
    const reader = new LineReader();
    reader.push(Buffer.from('taken\r'));
    const taken = reader.takePartial();
    expect(taken).toEqual(line('taken', ''));
    expect(reader.partial()).toBeUndefined();
    expect(reader.push(Buffer.from('\n'))).toEqual([]);
    expect(taken?.end).toBe('\r\n');
  });

  it('gives what follows a taken one as a message of its own', () => {
    const reader = new LineReader();
    reader.push(Buffer.from('user: '));
    const taken = reader.takePartial();
    expect(reader.push(Buffer.from('pass: \n'))).toEqual([line('pass: ', '\n')]);
    expect(taken).toEqual(line('user: ', ''));
  });

  it('is not given again at the end of the stream', () => {
    for (const tail of ['', '\r']) {
      const reader = new LineReader();
      reader.push(Buffer.from('taken'));
      reader.takePartial();
      reader.push(Buffer.from(tail));
      expect(reader.end()).toEqual([]);
    }
  });

  property.prop([fc.string({ maxLength: 20 }), fc.array(fc.nat(), { maxLength: 5 })])(
    'may be looked at between any pieces without changing what is read',
    (text, at) => {
      const bytes = Buffer.from(`${text}\nb\r\nc`);
      const reader = new LineReader();
      const messages = cut(bytes, at).flatMap(piece => {
        const now = reader.push(piece);
        reader.partial();
        return now;
      });
      expect([...messages, ...reader.end()]).toEqual(read(bytes));
    },
  );
});

describe('a long line', () => {
  const MiB = 1024 * 1024;
  /** Milliseconds, the best of some: what disturbs the machine only adds. */
  function timeOf(size: number): number {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const times = Array.from({ length: 5 }, () => {
      const begun = performance.now();
      const reader = new LineReader();
      for (let sent = 0; sent < size; sent += piece.length) expect(reader.push(piece)).toEqual([]);
      const [message] = reader.push(Buffer.from('\n'));
      expect(message?.length).toBe(size);
      return performance.now() - begun;
    });
    return Math.min(...times);
  }

  it('costs time in proportion to its length', () => {
    timeOf(MiB);
    const [small, large] = [timeOf(2 * MiB), timeOf(8 * MiB)];
    // Four times the bytes: about 4 when linear, 16 when each piece joined all before it.
    expect(large / Math.max(small, 0.5)).toBeLessThan(12);
  });
});

describe('the protocol', () => {
  it('frames a text with LF', () => {
    expect(lines.encodeText('à')).toEqual(Buffer.from('à\n'));
    expect(lines).toMatchObject({ name: 'lines', transport: 'tcp', main: 'text' });
    expect(lines.encodeMessage).toBeUndefined();
  });

  it('gives each connection a reader of its own', () => {
    const [a, b] = [lines.reader('client'), lines.reader('client')];
    a.push(Buffer.from('half'));
    expect(b.partial()).toBeUndefined();
  });

  it('is shown by hand with nc', () => {
    const acts = [{ kind: 'send' as const, bytes: Buffer.from('hi\n') }];
    expect(lines.byHand(acts, '127.0.0.1', 12000)).toBe(
      "(printf 'hi\\n'; sleep 1) | nc -w 2 127.0.0.1 12000",
    );
    expect(lines.byHandServer(acts, 12000)).toBe("(printf 'hi\\n'; sleep 2) | nc -l 12000");
  });
});
