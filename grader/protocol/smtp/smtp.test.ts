import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../judge/json.ts';
import { match } from '../../judge/match.ts';
import { aboutMain, asHeard, encodePayload } from '../protocol.ts';
import { protocolNamed } from '../registry.ts';
import { encodeReply, smtp } from './smtp.ts';

describe('the protocol', () => {
  it('is in the registry', () => {
    expect(protocolNamed('smtp')).toBe(smtp);
    expect(smtp).toMatchObject({ name: 'smtp', transport: 'tcp', main: 'code' });
  });

  it('frames lines with CRLF', () => {
    expect(encodePayload(smtp, 'HELO crepes.fr').toString()).toBe('HELO crepes.fr\r\n');
    expect(encodePayload(smtp, ['a', '', '.']).toString()).toBe('a\r\n\r\n.\r\n');
    expect(encodePayload(smtp, { text: 'a\n' }).toString()).toBe('a\n');
  });

  it('writes replies by their fields', () => {
    expect(encodeReply({ code: 250, text: 'ok' }).toString()).toBe('250 ok\r\n');
    expect(encodeReply({ code: 250, lines: ['a', 'b', ''] }).toString()).toBe('250-a\r\n250-b\r\n250 \r\n');
    expect(encodeReply({ code: 7 }).toString()).toBe('007 \r\n');
    const bad: Json[] = [
      null,
      'x',
      {},
      { code: '250' },
      { code: 1000 },
      { code: 250, lines: [] },
      { code: 250, lines: [1] },
    ];
    for (const message of bad) expect(() => encodeReply(message)).toThrow('an SMTP reply wants');
  });

  property.prop([
    fc.integer({ min: 200, max: 559 }).filter(code => Math.floor(code / 10) % 10 < 6),
    fc.array(
      fc.string({ maxLength: 40 }).filter(text => !/[^ -~]/.test(text)),
      { minLength: 1, maxLength: 4 },
    ),
  ])('reads what it has written', (code, lines) => {
    const [message, ...more] = smtp.reader('client').push(encodeReply({ code, lines }));
    expect(message).toMatchObject({ code, lines, text: lines.at(-1), wellFormed: true });
    expect(more).toEqual([]);
  });

  it('has an expectation without a field be about the code, or about the verb where the grader is the server', () => {
    expect(aboutMain(smtp, 250)).toEqual({ code: 250 });
    expect(aboutMain(asHeard(smtp), 'QUIT')).toEqual({ verb: 'QUIT' });
    expect(asHeard(protocolNamed('lines'))).toBe(protocolNamed('lines'));
  });
});

describe('expectations', () => {
  const fits = (expectation: Json, message: Json | undefined): boolean =>
    match(expectation, message, new Map()) === undefined;

  it('of a check of servers', () => {
    const [one, several] = smtp.reader('client').push(Buffer.from('250 ok\r\n250-a\r\n250 b\n'));
    expect(fits(aboutMain(smtp, 250), one)).toBe(true);
    expect(fits({ code: { $any: [250, 251] }, end: '\r\n', wellFormed: true }, one)).toBe(true);
    expect(match({ code: 250, end: '\r\n' }, several, new Map())).toMatchObject({ path: 'end', got: '\n' });
    expect(fits({ code: 250, lines: { $contains: ['a'] } }, several)).toBe(true);
  });

  it('of a check of clients, over all that was heard', () => {
    const reader = smtp.reader('server');
    const heard: Json[] = [];
    const turn = (reply: string, text: string): void => {
      reader.sent?.(Buffer.from(`${reply}\r\n`));
      heard.push(...reader.push(Buffer.from(text)));
    };
    turn('220 x', 'EHLO localhost\r\n');
    turn('502 no', 'HELO localhost\r\n');
    turn('250 ok', 'MAIL FROM:<a@b.c>\r\n');
    turn('250 ok', 'RCPT TO:<d@e.f>\r\n');
    turn('250 ok', 'DATA\r\n');
    turn('354 go', 'From: a@b.c\r\nSubject: =?utf-8?B?Y2Fmw6k=?=\r\n\r\n..x\r\n.\r\n');
    turn('250 ok', 'QUIT\r\n');
    const about = (list: Json[]): Json => list.map(item => aboutMain(asHeard(smtp), item));
    expect(
      fits(
        about(['EHLO', 'HELO', { verb: 'MAIL', path: 'a@b.c' }, 'RCPT', 'DATA', 'message', 'QUIT']),
        heard,
      ),
    ).toBe(true);
    expect(fits({ $each: { early: false, bareLf: 0, bareCr: 0, eightBit: 0 } }, heard)).toBe(true);
    expect(
      fits(
        { $contains: [{ verb: 'message', ended: true, mail: { subject: 'café', lines: ['.x'] } }] },
        heard,
      ),
    ).toBe(true);
    expect(fits({ $contains: [{ verb: 'message', mail: { subject: 'cafe' } }] }, heard)).toBe(false);
    expect(JSON.parse(JSON.stringify(heard))).toEqual(heard);
  });
});
