import { describe, expect, it } from 'vitest';
import type { Message } from '../../wire/reader.ts';
import { CommandReader } from './command-reader.ts';

/** Messages of what a client says after 354. */
function after354(...pieces: (string | Buffer)[]): Message[] {
  const reader = new CommandReader();
  reader.sent(Buffer.from('220 x\r\n'));
  reader.push(Buffer.from('DATA\r\n'));
  reader.sent(Buffer.from('354 go\r\n'));
  const heard = pieces.flatMap(piece => reader.push(Buffer.from(piece)));
  return [...heard, ...reader.end()];
}
const mail = (bytes: string | Buffer): Message => after354(bytes)[0] ?? {};

describe('mail data', () => {
  it('is what stands before CRLF.CRLF', () => {
    expect(mail('a\r\n\r\nb\r\n.\r\n')).toMatchObject({
      verb: 'message',
      ended: true,
      data: 'a\r\n\r\nb\r\n',
      lines: ['a', '', 'b'],
      stuffed: ['a', '', 'b'],
      size: 8,
      longest: 1,
      bareLf: 0,
      bareCr: 0,
      eightBit: 0,
      undoubled: 0,
    });
  });

  it('may be empty: the CRLF of DATA counts', () => {
    expect(mail('.\r\n')).toMatchObject({ ended: true, data: '', lines: [], size: 0, longest: 0 });
    expect(mail('\r\n.\r\n')).toMatchObject({ ended: true, data: '\r\n', lines: [''] });
  });

  it('is the same in any pieces, also where its end is split', () => {
    const bytes = Buffer.from('a\r\n..b\r\n.\r\nQUIT\r\n');
    const whole = JSON.stringify(after354(bytes));
    expect(JSON.stringify(after354(...[...bytes].map(byte => Buffer.from([byte]))))).toBe(whole);
    for (let at = 0; at <= bytes.length; at += 1)
      expect(JSON.stringify(after354(bytes.subarray(0, at), bytes.subarray(at)))).toBe(whole);
  });

  it('loses the dot that was added, and no other', () => {
    const lines = ['..', '..hidden', '...x', 'a.', 'x . y', ' .', 'end'];
    const message = mail(`${lines.join('\r\n')}\r\n.\r\n`);
    expect(message).toMatchObject({ stuffed: lines, undoubled: 0 });
    expect(message.lines).toEqual(['.', '.hidden', '..x', 'a.', 'x . y', ' .', 'end']);
    // RFC 5321 §4.5.2: the first dot goes, whether there is a second or not.
    expect(mail('.hidden\r\n.\r\n')).toMatchObject({ lines: ['hidden'], undoubled: 1 });
  });

  it('ends at the first lone dot, whatever the client meant', () => {
    expect(after354('before\r\n.\r\nafter\r\n.\r\n').map(({ verb }) => verb)).toEqual([
      'message',
      'AFTER',
      '.',
    ]);
  });

  for (const end of ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\n.\r', '\r\n.\0\r\n'])
    it(`does not end at ${JSON.stringify(end)}`, () => {
      const [message, next] = after354(`a${end}MAIL FROM:<x@y>\r\n.\r\nQUIT\r\n`);
      const smuggled = Buffer.from(`a${end}`, 'latin1').toString('latin1');
      expect(message).toMatchObject({ verb: 'message', ended: true });
      expect(message?.data).toContain('MAIL FROM:<x@y>');
      expect(message?.bareLf).toBe(smuggled.match(/(?<!\r)\n/g)?.length ?? 0);
      expect(message?.bareCr).toBe(smuggled.match(/\r(?!\n)/g)?.length ?? 0);
      expect(next).toMatchObject({ verb: 'QUIT' });
    });

  it('is counted in bytes', () => {
    expect(mail('é日\r\nab\r\n.\r\n')).toMatchObject({
      size: 11,
      longest: 5,
      eightBit: 5,
      data: 'é日\r\nab\r\n',
    });
    expect(mail(Buffer.from([0xff, 0x0d, 0x0a, 0x2e, 0x0d, 0x0a]))).toMatchObject({
      eightBit: 1,
      data: '\ufffd\r\n',
    });
  });

  it('can be taken before its end came, and commands follow', () => {
    const reader = new CommandReader();
    reader.sent(Buffer.from('220 x\r\n'));
    reader.push(Buffer.from('DATA\r\n'));
    reader.sent(Buffer.from('354 go\r\n'));
    expect(reader.partial()).toBeUndefined();
    expect(reader.push(Buffer.from('a\nb\n.\n'))).toEqual([]);
    expect(reader.pending).toBe(6);
    expect(reader.takePartial()).toMatchObject({ ended: false, tail: '\nb\n.\n'.slice(-5), bareLf: 3 });
    expect([reader.partial(), reader.pending]).toEqual([undefined, 0]);
    reader.sent(Buffer.from('250 ok\r\n'));
    expect(reader.push(Buffer.from('QUIT\r\n'))).toMatchObject([{ verb: 'QUIT', early: false }]);
    expect(reader.end()).toEqual([]);
  });

  it('costs time in proportion to its length, in small pieces too', () => {
    const timeOf = (lines: number): number => {
      const text = Buffer.from(`${'.'.repeat(2)}${'x'.repeat(60)}\r\n`.repeat(lines));
      const times = Array.from({ length: 3 }, () => {
        const begun = performance.now();
        const reader = new CommandReader();
        reader.sent(Buffer.from('354 go\r\n'));
        for (let at = 0; at < text.length; at += 500) reader.push(text.subarray(at, at + 500));
        const [message] = reader.push(Buffer.from('.\r\n'));
        expect(message?.lines).toHaveLength(lines);
        return performance.now() - begun;
      });
      return Math.min(...times);
    };
    timeOf(2000);
    const [small, large] = [timeOf(5000), timeOf(40_000)];
    // Eight times the bytes: about 8 when linear, 64 when each piece joined all before it.
    expect(large / Math.max(small, 0.5)).toBeLessThan(30);
  });
});
