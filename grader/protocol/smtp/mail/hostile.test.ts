/** Mails that are no mails: whatever comes is read in bounded time, and is JSON. */
import { fc, test as property } from '@fast-check/vitest';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { readMail } from './mail.ts';

const piece = fc.constantFrom(
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    ' ',
    '\t',
    ':',
    ';',
    '=',
    '"',
    '(',
    ')',
    '<',
    '>',
    '@',
    ',',
    '\\',
    '--b',
    '--b--',
  ],
  ...[
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Type: text/plain; charset=utf-8',
    '=?utf-8?B?',
    '?=',
  ],
  ...[
    'Content-Transfer-Encoding: base64',
    'Content-Transfer-Encoding: quoted-printable',
    'Subject: ',
    'From: ',
  ],
  ...[
    'Date: Thu, 09 Mar 2017 17:53:52 +1100',
    "name*0*=utf-8''",
    '=C3',
    '\0',
    'é',
    'toString',
    '__proto__: x',
  ],
);

describe('a hostile mail', () => {
  property.prop([fc.array(fc.oneof(piece, piece, fc.string({ maxLength: 8 })), { maxLength: 60 })], {
    numRuns: 400,
  })('is read to JSON', pieces => {
    const mail = readMail(Buffer.from(pieces.join('')));
    expect(JSON.parse(JSON.stringify(mail))).toEqual(mail);
  });

  property.prop([fc.uint8Array({ maxLength: 400 })])('is read to JSON, of any bytes', bytes => {
    const mail = readMail(Buffer.from(bytes));
    expect(JSON.parse(JSON.stringify(mail))).toEqual(mail);
  });

  const many = 300_000;
  const nested = Array.from(
    { length: 60 },
    (_, i) => `--b${i}\r\nContent-Type: multipart/mixed; boundary=b${i + 1}\r\n\r\n`,
  );
  for (const [name, text] of [
    ['open comments', `From: ${'('.repeat(many)}`],
    ['open quotes', `From: ${'" '.repeat(many)}`],
    ['open brackets', `From: ${'[ '.repeat(many)}`],
    ['commas', `To: ${','.repeat(many)}`],
    ['commas in many fields', `To: ${','.repeat(60_000)}\r\n`.repeat(100)],
    ['words that look encoded', `Subject: ${'x=?a?= '.repeat(many)}`],
    ['folded lines', `X: a\r\n${' x\r\n'.repeat(many)}`],
    ['blanks', `Subject: a${' '.repeat(many)}b`],
    ['folded blanks', `Subject: a\r\n${' \r\n'.repeat(many)}`],
    ['fields', 'a: b\r\n'.repeat(many)],
    ['encoded words', `Subject: ${'=?utf-8?Q?a?= '.repeat(many)}`],
    ['halves of encoded words', `Subject: ${'=?'.repeat(many)}`],
    ['parameters', `Content-Type: a/b${'; a*1=b'.repeat(many)}`],
    ['delimiters', `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n'.repeat(many)}`],
    ['near delimiters', `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--bx\r\n'.repeat(many)}`],
    [
      'parts in parts',
      `Content-Type: multipart/mixed; boundary=b0\r\n\r\n${nested.join('')}${'x\r\n'.repeat(many)}`,
    ],
    ['padding', `Content-Transfer-Encoding: base64\r\n\r\n${'='.repeat(many)}a`],
    ['equals signs', `Content-Transfer-Encoding: quoted-printable\r\n\r\n${'='.repeat(many)}a`],
    [
      'blanks at the ends of lines',
      `Content-Transfer-Encoding: quoted-printable\r\n\r\n${' '.repeat(many)}x`,
    ],
    ['dates', `Date: ${'('.repeat(many)}`],
    ['identifiers', `Message-ID: <${'a.'.repeat(many)}`],
  ] as const)
    it(`is read in bounded time: ${name}`, () => {
      const begun = performance.now();
      const mail = readMail(Buffer.from(text));
      expect(JSON.stringify(mail.faults).length).toBeLessThan(20_000);
      // Milliseconds; what is not linear takes minutes.
      expect(performance.now() - begun).toBeLessThan(5000);
    });
});

/** Texts that both may decode in only one way: the lines of a body, and a file's bytes. */
describe('a mail that any writer might send', () => {
  property.prop(
    [
      fc.array(fc.string({ maxLength: 30, unit: 'binary' }), { maxLength: 5 }),
      fc.uint8Array({ maxLength: 200 }),
    ],
    {
      numRuns: 60,
    },
  )('is read by a library the same', async (raw, bytes) => {
    const lines = raw.map(line => line.replace(/[\r\n\0\ud800-\udfff]/g, ''));
    const body = Buffer.from(`${lines.join('\r\n')}.`).toString('base64');
    const file = Buffer.from(bytes).toString('base64');
    const folded = (text: string): string => (text.match(/.{1,76}/g) ?? []).join('\r\n');
    const mail = Buffer.from(
      [
        'From: a@b.c',
        'Date: Thu, 09 Mar 2017 17:53:52 +1100',
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary="x y"',
        '',
        '--x y',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        folded(body),
        '--x y',
        'Content-Type: application/octet-stream',
        'Content-Transfer-Encoding: base64',
        'Content-Disposition: attachment; filename="a b"',
        '',
        folded(file),
        '--x y--',
        '',
      ].join('\r\n'),
    );
    const ours = readMail(mail);
    const theirs = await PostalMime.parse(mail);
    expect(ours.faults).toEqual([]);
    // The library takes a mark of byte order away.
    const text = String(ours.text).replace(/^\ufeff/, '');
    expect(
      theirs.text
        ?.replace(/\r\n/g, '\n')
        .replace(/^\ufeff/, '')
        .trimEnd(),
    ).toBe(text.trimEnd());
    expect(Buffer.from(theirs.attachments[0]?.content as ArrayBuffer).toString('base64')).toBe(file);
    expect(ours.attachments).toMatchObject([{ base64: file, filename: 'a b' }]);
  });
});
