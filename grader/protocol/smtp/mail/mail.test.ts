import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { readMail } from './mail.ts';

/** Lines to bytes, each with CRLF. */
const bytesOf = (lines: readonly string[]): Buffer =>
  Buffer.from(lines.map(line => `${line}\r\n`).join(''), 'utf8');
const read = (...lines: string[]) => readMail(bytesOf(lines));

const top = [
  'Date: Thu, 09 Mar 2017 17:53:52 +1100',
  'From: Alice <alice@crepes.fr>',
  'To: bob@hamburger.edu,',
  ' "Carol, C." <carol@hamburger.edu>',
  'Subject: =?utf-8?B?Y2Fmw6k=?= =?utf-8?Q?_au_lait?=',
  'Message-ID: <1.abc@crepes.fr>',
];
const attachment = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7) % 256));
const base64 = attachment.toString('base64').match(/.{1,76}/g) ?? [];
const mixed = [
  ...top,
  'MIME-Version: 1.0 (by hand)',
  'Content-Type: multipart/mixed; boundary="=_b 1"',
  '',
  'preamble',
  '--=_b 1',
  'Content-Type: text/plain; charset=UTF-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'un caf=C3=A9 =',
  'noir',
  '',
  '--boundary',
  '--=_b 1  ',
  'Content-Type: application/octet-stream; name="old.bin"',
  'Content-Transfer-Encoding: BASE64',
  'Content-Disposition: attachment; filename="report 1.pdf"',
  '',
  ...base64,
  '--=_b 1--',
  'epilogue',
];

describe('a plain mail', () => {
  const plain = [...top, '', 'Hello', '', '  Bob', 'From me'];

  it('has fields, and one part', () => {
    expect(read(...plain)).toMatchObject({
      separated: true,
      from: ['alice@crepes.fr'],
      to: ['bob@hamburger.edu', 'carol@hamburger.edu'],
      subject: 'café au lait',
      date: { valid: true, ms: Date.UTC(2017, 2, 9, 6, 53, 52) },
      messageId: { value: '<1.abc@crepes.fr>', valid: true },
      type: 'text/plain',
      text: 'Hello\n\n  Bob\nFrom me\n',
      lines: ['Hello', '', '  Bob', 'From me'],
      parts: [{ type: 'text/plain', encoding: '7bit', within: [], size: 25, longestLine: 7, faults: [] }],
      attachments: [],
      preamble: '',
      epilogue: '',
      faults: [],
      notes: [],
    });
  });

  it('keeps its fields in order, unfolded and as they came', () => {
    const { headers } = read(...plain);
    expect((headers as { name: string }[]).map(({ name }) => name)).toEqual([
      'date',
      'from',
      'to',
      'subject',
      'message-id',
    ]);
    expect((headers as object[])[2]).toEqual({
      name: 'to',
      value: 'bob@hamburger.edu, "Carol, C." <carol@hamburger.edu>',
      raw: 'To: bob@hamburger.edu,\r\n "Carol, C." <carol@hamburger.edu>',
    });
  });

  it('may have no body, or an empty one', () => {
    expect(read(...top)).toMatchObject({ separated: true, text: '', lines: [], faults: [] });
    expect(read(...top, '')).toMatchObject({ separated: true, text: '', lines: [], faults: [] });
    expect(readMail(Buffer.alloc(0))).toMatchObject({ headers: [], parts: [{ size: 0 }], text: '' });
  });

  it('without an empty line has a body all the same', () => {
    expect(read(...top, 'Hello Bob', '', 'more')).toMatchObject({
      separated: false,
      lines: ['Hello Bob', '', 'more'],
      faults: ['line 7 is no header field, and no empty line stands before it: "Hello Bob"'],
    });
  });

  it('is read with LF alone too, which the message tells', () => {
    expect(readMail(Buffer.from(plain.join('\n')))).toMatchObject({ subject: 'café au lait', faults: [] });
  });

  it('with bytes that are not ASCII does not pass for an encoded one', () => {
    const mail = read('From: a@b', 'Date: Thu, 09 Mar 2017 17:53:52 +1100', 'Subject: café', '', 'thé');
    expect(mail).toMatchObject({
      subject: 'caf\ufffd\ufffd',
      text: 'th\ufffd\ufffd\n',
      faults: [
        'line 3 of the header holds bytes that are not ASCII',
        'part 1: 7bit is said, and some bytes are not',
        'part 1: some bytes are not ASCII, and no other charset is said',
      ],
    });
  });
});

describe('a mail with an attachment', () => {
  it('has its parts, decoded', () => {
    const mail = read(...mixed);
    expect(mail).toMatchObject({
      mimeVersion: '1.0',
      type: 'multipart/mixed',
      closed: true,
      preamble: 'preamble',
      epilogue: 'epilogue',
      faults: [],
      text: 'un café noir\n\n--boundary',
      lines: ['un café noir', '', '--boundary'],
      parts: [
        {
          type: 'text/plain',
          charset: 'utf-8',
          encoding: 'quoted-printable',
          within: ['multipart/mixed'],
          longestLine: 14,
          faults: [],
        },
        {
          type: 'application/octet-stream',
          encoding: 'base64',
          disposition: 'attachment',
          filename: 'report 1.pdf',
          base64: attachment.toString('base64'),
          size: 300,
          longestLine: 76,
          faults: [],
        },
      ],
    });
    expect(mail.attachments).toEqual([(mail.parts as object[])[1]]);
  });

  it('is read by a library the same', async () => {
    const theirs = await PostalMime.parse(bytesOf(mixed));
    const ours = read(...mixed);
    expect(theirs.subject).toBe(ours.subject);
    expect(theirs.text?.trimEnd()).toBe(String(ours.text).trimEnd());
    expect(theirs.from).toMatchObject({ name: 'Alice', address: 'alice@crepes.fr' });
    expect(theirs.to?.map(one => one.address)).toEqual(ours.to);
    const [file] = theirs.attachments;
    expect(file).toMatchObject({ filename: 'report 1.pdf', mimeType: 'application/octet-stream' });
    expect(Buffer.from(file?.content as ArrayBuffer)).toEqual(attachment);
  });

  it('may hold multiparts in multiparts', () => {
    const mail = read(
      ...top,
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=out',
      '',
      '--out',
      'Content-Type: multipart/alternative; boundary=out.in',
      '',
      '--out.in',
      'Content-Type: text/html',
      '',
      '<p>hi',
      '--out.in',
      '',
      'hi',
      '--out.in--',
      '--out',
      'Content-Disposition: attachment; filename=a.txt',
      '',
      'file',
      '--out--',
    );
    expect(mail).toMatchObject({
      text: 'hi',
      parts: [
        { type: 'text/html', within: ['multipart/mixed', 'multipart/alternative'] },
        { type: 'text/plain', text: 'hi' },
        {
          type: 'text/plain',
          filename: 'a.txt',
          text: 'file',
          base64: Buffer.from('file').toString('base64'),
        },
      ],
      attachments: [{ filename: 'a.txt' }],
      faults: ['line 4 of the multipart begins with the boundary and is no delimiter'],
    });
  });
});

describe('a fault', () => {
  const faultsOf = (...lines: string[]): unknown => read(...lines).faults;
  const changed = (from: string, to: string): unknown =>
    faultsOf(...mixed.flatMap(line => (line === from ? (to === '' ? [] : [to]) : [line])));

  it('in the frame of a multipart is told', () => {
    expect(changed('--=_b 1--', '')).toEqual(['the closing boundary is missing']);
    expect(changed('--=_b 1--', '--=_b 1 --')).toEqual([
      'line 21 of the multipart begins with the boundary and is no delimiter',
      'the closing boundary is missing',
      'part 2: "-" is not of the alphabet of base64',
      expect.stringContaining('part 2: '),
    ]);
    expect(
      changed('Content-Type: multipart/mixed; boundary="=_b 1"', 'Content-Type: multipart/mixed'),
    ).toEqual(['part 1: multipart/mixed without a boundary']);
    expect(
      changed('Content-Type: multipart/mixed; boundary="=_b 1"', 'Content-Type: multipart/mixed; boundary=c'),
    ).toEqual(['the boundary "c" never comes']);
    expect(changed('MIME-Version: 1.0 (by hand)', '')).toEqual(['mime-version: is missing']);
    expect(changed('MIME-Version: 1.0 (by hand)', 'MIME-Version: 2')).toEqual([
      'mime-version: is "2", not 1.0',
    ]);
  });

  it('in base64 is told', () => {
    const [first = '', ...rest] = base64;
    expect(changed(first, first + (rest[0] ?? ''))).toEqual([
      'part 2: 1 line of base64 with more than 76 characters',
    ]);
    expect(changed(first, `${first.slice(0, 40)}!${first.slice(41)}`)).toEqual([
      'part 2: "!" is not of the alphabet of base64',
      'part 2: 399 characters of base64, which is no multiple of 4',
    ]);
    expect(changed(first, `${first.slice(0, 72)}ab==`)).toEqual([
      'part 2: padding ("=") stands before the end of the base64',
    ]);
    expect(changed(first, `${first.slice(0, 72)}-_-_`)).toContain(
      'part 2: "-" is not of the alphabet of base64',
    );
  });

  it('in quoted-printable is told', () => {
    for (const [line, fault] of [
      [`${'x'.repeat(77)}`, '1 line of quoted-printable with more than 76 characters'],
      ['=C3=A', '"=" without two hexadecimal digits in quoted-printable'],
      ['=c3=a9', '"=c3" in quoted-printable: the digits are in capitals'],
      ['blank ', 'a line of quoted-printable ends in a blank that is not encoded'],
      ['é', 'byte 0xc3 must be encoded in quoted-printable'],
    ])
      expect(changed('noir', String(line)), line).toContain(`part 1: ${fault}`);
  });

  it('in the header is told', () => {
    const [date = '', ...others] = top;
    expect(faultsOf(...others, '')).toEqual(['date: is missing']);
    expect(faultsOf(...top, 'Date: x', '')).toEqual(['date: stands there 2 times']);
    expect(faultsOf(date, 'From: Alice', '')).toEqual(['from: "Alice" is no address']);
    expect(faultsOf('Date : Thu, 09 Mar 2017 17:53:52 +1100', ...others)).toEqual([
      'a blank stands before the colon: "Date : Thu, 09 Mar 2017 17:53:52 +1100"',
    ]);
    expect(faultsOf(...top, `X-Long: ${'x'.repeat(991)}`)).toEqual([
      'line 7 of the header has 999 bytes; 998 are the most',
    ]);
    expect(faultsOf(...top, 'X: a\rb')).toEqual(['line 7 of the header holds a control character']);
    expect(faultsOf(...top, 'X: a', '  ')).toEqual(['line 8 of the header holds blanks only']);
  });

  it('of a line that is too long is told', () => {
    expect(faultsOf(...top, '', 'x'.repeat(998))).toEqual([]);
    expect(faultsOf(...top, '', 'x'.repeat(999))).toEqual(['part 1: a line has 999 bytes; 998 are the most']);
  });

  it('of an encoded word that is too long is only a note', () => {
    const word = `=?utf-8?Q?${'x'.repeat(70)}?=`;
    expect(read(...top.slice(0, 4), `Subject: ${word}`)).toMatchObject({
      subject: 'x'.repeat(70),
      faults: [],
      notes: ['subject: an encoded word has 82 characters; 75 are the most'],
    });
  });

  it('of a header that was injected shows as a field of its own', () => {
    const { headers } = read(...top, 'Bcc: eve@evil.example', '');
    expect(headers).toContainEqual({ name: 'bcc', value: 'eve@evil.example', raw: 'Bcc: eve@evil.example' });
  });
});
