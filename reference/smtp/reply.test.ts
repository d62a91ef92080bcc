import { describe, expect, test } from 'vitest';
import { encodeReply, reply, replyText, severity } from './reply.ts';

describe('a reply', () => {
  test('of one line', () => {
    expect(String(encodeReply(reply(250, 'OK')))).toBe('250 OK\r\n');
  });

  test('of several lines has a hyphen on all but the last', () => {
    expect(String(encodeReply(reply(250, 'hamburger.edu', 'SIZE 10', 'HELP')))).toBe(
      '250-hamburger.edu\r\n250-SIZE 10\r\n250 HELP\r\n',
    );
  });

  test('is cut to 512 bytes a line', () => {
    const wire = String(encodeReply(reply(250, 'x'.repeat(600), 'OK')));
    expect(wire.indexOf('\r\n')).toBe(510);
    expect(wire.endsWith('\r\n250 OK\r\n')).toBe(true);
  });

  test('for people, and its severity', () => {
    expect(replyText(reply(550, 'No', 'really'))).toBe('550 No / really');
    expect(replyText(reply(550, ''))).toBe('550');
    expect([severity(reply(299, '')), severity(reply(354, '')), severity(reply(500, ''))]).toEqual([2, 3, 5]);
  });
});
