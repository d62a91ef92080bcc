import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Host } from './command-table.ts';
import { LIMITS } from './limits.ts';
import { replyTo, Session } from './session.ts';

const host: Host = {
  name: 'hamburger.edu',
  limits: { ...LIMITS, errors: 6, messageSize: 10_000, textLine: 5000 },
  hasMailbox: user => ['bob', 'carol'].includes(user),
};

/** A session with a mail store in memory: the codes of the replies, and what was stored for whom. */
class Rehearsal {
  readonly session = new Session(host);
  readonly codes: number[] = [this.session.greeting().code];
  readonly stored: string[] = [];
  closed = false;
  #incoming = '';

  take(...pieces: readonly (string | Uint8Array)[]): this {
    for (const piece of pieces) {
      for (const action of this.session.receive(Buffer.from(String(piece), 'latin1'))) {
        switch (action.do) {
          case 'reply':
            this.codes.push(action.reply.code);
            break;
          case 'begin':
            this.#incoming = `${action.envelope.reversePath}>${action.envelope.recipients.join()}:`;
            break;
          case 'append':
            this.#incoming += Buffer.from(action.content).toString('latin1');
            break;
          case 'store':
            this.stored.push(this.#incoming);
            this.codes.push(replyTo('stored').code);
            break;
          case 'drop':
            this.#incoming = 'dropped';
            break;
          case 'close':
            this.closed = true;
        }
      }
    }
    return this;
  }
}

const TO_BOB = 'HELO crepes.fr\r\nMAIL FROM:<alice@crepes.fr>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\n';
const SLIDE = `${TO_BOB}Do you like ketchup?\r\nHow about pickles?\r\n.\r\nQUIT\r\n`;
const SLIDE_CODES = [220, 250, 250, 250, 354, 250, 221];
const SLIDE_STORED = ['alice@crepes.fr>bob:Do you like ketchup?\r\nHow about pickles?\r\n'];

describe("the lecture's session", () => {
  test('whole: commands that come together are answered in order', () => {
    const { codes, stored, closed } = new Rehearsal().take(SLIDE);
    expect({ codes, stored, closed }).toEqual({ codes: SLIDE_CODES, stored: SLIDE_STORED, closed: true });
  });

  test('byte by byte', () => {
    const { codes, stored } = new Rehearsal().take(...SLIDE);
    expect({ codes, stored }).toEqual({ codes: SLIDE_CODES, stored: SLIDE_STORED });
  });

  test('split at every offset', () => {
    for (let at = 0; at <= SLIDE.length; at += 1) {
      const { codes, stored } = new Rehearsal().take(SLIDE.slice(0, at), SLIDE.slice(at));
      expect({ codes, stored }).toEqual({ codes: SLIDE_CODES, stored: SLIDE_STORED });
    }
  });

  test.prop([fc.uniqueArray(fc.integer({ min: 0, max: SLIDE.length }))])('cut anywhere', cuts => {
    const places = [0, ...cuts.toSorted((a, b) => a - b), SLIDE.length];
    const pieces = places.slice(1).map((end, index) => SLIDE.slice(places[index], end));
    const { codes, stored } = new Rehearsal().take(...pieces);
    expect({ codes, stored }).toEqual({ codes: SLIDE_CODES, stored: SLIDE_STORED });
  });
});

describe('transactions', () => {
  test('two on one connection do not mix', () => {
    const second = 'MAIL FROM:<>\r\nRCPT TO:<carol@hamburger.edu>\r\nDATA\r\nsecond\r\n.\r\n';
    const { codes, stored } = new Rehearsal().take(`${TO_BOB}first\r\n.\r\n`, second);
    expect(stored).toEqual(['alice@crepes.fr>bob:first\r\n', '>carol:second\r\n']);
    expect(codes).toEqual([220, 250, 250, 250, 354, 250, 250, 250, 354, 250]);
  });

  test('the next one needs a MAIL of its own, but no HELO', () => {
    const { codes } = new Rehearsal().take(
      `${TO_BOB}first\r\n.\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\nMAIL FROM:<>\r\n`,
    );
    expect(codes.slice(-3)).toEqual([503, 503, 250]);
  });

  test('RSET and a second HELO forget the sender and the recipients', () => {
    const begin = 'HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@hamburger.edu>\r\n';
    for (const reset of ['RSET', 'HELO a', 'EHLO a']) {
      const { codes } = new Rehearsal().take(
        `${begin}${reset}\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\nMAIL FROM:<>\r\n`,
      );
      expect(codes.slice(-4)).toEqual([250, 503, 503, 250]);
    }
  });

  test('a refused recipient is left out, the others get the message', () => {
    const { codes, stored } = new Rehearsal().take(
      'HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<bob@hamburger.edu>\r\nRCPT TO:<dave@hamburger.edu>\r\nDATA\r\nx\r\n.\r\n',
    );
    expect(codes.slice(-4)).toEqual([250, 550, 354, 250]);
    expect(stored).toEqual(['a@b>bob:x\r\n']);
  });

  test('without a valid recipient there is no DATA, and what follows are commands', () => {
    const { codes, stored } = new Rehearsal().take(
      'HELO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<dave@hamburger.edu>\r\nDATA\r\n.\r\nNOOP\r\n',
    );
    expect(codes.slice(-4)).toEqual([550, 503, 500, 250]);
    expect(stored).toEqual([]);
  });

  test('commands in the data are data', () => {
    const { codes, stored } = new Rehearsal().take(`${TO_BOB}QUIT\r\nRSET\r\n`);
    expect(codes.at(-1)).toBe(354);
    expect(stored).toEqual([]);
  });
});

describe('messages that are refused as a whole', () => {
  test.each([
    ['a bare LF', 'one\ntwo\r\n', 554],
    ['a bare CR', 'one\rtwo\r\n', 554],
    ['a false end of data', 'one\n.\nMAIL FROM:<evil@crepes.fr>\r\n', 554],
    ['too much', `${'x'.repeat(98)}\r\n`.repeat(101), 552],
    ['a line that is too long', 'x'.repeat(6000), 554],
  ])('%s', (_, content, code) => {
    const rehearsal = new Rehearsal().take(TO_BOB, content, '\r\n.\r\n');
    expect(rehearsal.codes.at(-1)).toBe(code);
    expect(rehearsal.stored).toEqual([]);
    rehearsal.take(`RSET\r\n${TO_BOB}good\r\n.\r\n`);
    expect(rehearsal.stored).toEqual(['alice@crepes.fr>bob:good\r\n']);
  });

  test('a line of 998 characters is none of them', () => {
    const { stored } = new Rehearsal().take(`${TO_BOB}${'x'.repeat(998)}\r\n.\r\n`);
    expect(stored).toEqual([`alice@crepes.fr>bob:${'x'.repeat(998)}\r\n`]);
  });
});

describe('limits', () => {
  test('a command line may have 512 bytes', () => {
    const { codes } = new Rehearsal().take(`NOOP ${'x'.repeat(505)}\r\nNOOP ${'x'.repeat(506)}\r\nNOOP\r\n`);
    expect(codes).toEqual([220, 250, 500, 250]);
  });

  test('a line without end is not kept, and refused once', () => {
    const { codes } = new Rehearsal().take(
      ...Array.from({ length: 100 }, () => 'x'.repeat(10_000)),
      '\r\nNOOP\r\n',
    );
    expect(codes).toEqual([220, 500, 250]);
  });

  test('many errors end the session, a few do not', () => {
    const few = new Rehearsal().take('FOO\r\n'.repeat(5), 'NOOP\r\n');
    expect(few.codes.at(-1)).toBe(250);
    const many = new Rehearsal().take('FOO\r\n'.repeat(7), 'NOOP\r\n');
    expect(many.codes).toEqual([220, 500, 500, 500, 500, 500, 500, 421]);
    expect(many.closed).toBe(true);
  });

  test('nothing is answered behind QUIT', () => {
    expect(new Rehearsal().take('QUIT\r\nNOOP\r\n', 'NOOP\r\n').codes).toEqual([220, 221]);
  });
});

test('the fate of a message has a reply each', () => {
  expect([replyTo('stored').code, replyTo('disk-full').code, replyTo('failed').code]).toEqual([
    250, 452, 451,
  ]);
});
