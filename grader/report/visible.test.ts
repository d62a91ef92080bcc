import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { hexDump, pieceOf, shownData, whole } from './data.ts';
import { differenceLines, placeOf } from './difference.ts';
import type { Style } from './style.ts';
import { columns, pasteable, prose, visibleBytes, visibleText, worded } from './visible.ts';

const unicode: Style = { color: false, unicode: true, width: 80 };
const ascii: Style = { ...unicode, unicode: false };
const hidden = /[\p{C}\p{Zl}\p{Zp}]/u;
const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array));
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('visible text', () => {
  it('shows control characters as pictures or escapes', () => {
    expect(visibleText('a\r\n\0\t\u001b[31m\u007f', unicode)).toBe('a␍␊␀␉␛[31m␡');
    expect(visibleText('a\r\n\0\t\u001b[31m\u007f', ascii)).toBe('a\\r\\n\\0\\t\\x1b[31m\\x7f');
  });

  it('keeps a backslash of the text apart from its own', () => {
    expect(visibleText('\\n\n', ascii)).toBe('\\\\n\\n');
  });

  it('shows what hides, reorders or only looks like a blank', () => {
    expect(visibleText('a\u202eb\u200b\ufeff\u00a0\u009b\u{e0041}\ud800', unicode)).toBe(
      'a\\u{202e}b\\u{200b}\\u{feff}\\u{a0}\\u{9b}\\u{e0041}\\u{d800}',
    );
    expect(visibleText('é日', unicode)).toBe('é日');
    expect(visibleText('é日', ascii)).toBe('\\u{e9}\\u{65e5}');
  });

  it('shows bytes that are no UTF-8 one by one', () => {
    expect(visibleBytes(Buffer.from([0x61, 0xff, 0xc3, 0x28, 0xc3, 0xa9, 0xe2, 0x82]), unicode)).toBe(
      'a\\xff\\xc3(é\\xe2\\x82',
    );
    expect(visibleBytes(Buffer.from('\ufffd'), unicode)).toBe('\ufffd');
    // An overlong NUL and a surrogate are no UTF-8 either.
    expect(visibleBytes(Buffer.from([0xc0, 0x80, 0xed, 0xa0, 0x80]), unicode)).toBe(
      '\\xc0\\x80\\xed\\xa0\\x80',
    );
  });

  it('spells punctuation out in our own words', () => {
    expect(prose('RFC 5321 §4.5.2 – “x”…\n  y', ascii)).toBe('RFC 5321 section 4.5.2 - "x"... y');
    expect(worded('one of "\n", "  "', ascii)).toBe('one of "\\n", "  "');
  });

  test.prop([anyText])('never lets a control character through', text => {
    for (const style of [unicode, ascii])
      for (const shown of [
        visibleText(text, style),
        prose(text, style),
        worded(text, style),
        pasteable(text),
      ])
        expect(shown).not.toMatch(hidden);
    expect(visibleText(text, ascii) + prose(text, ascii)).toMatch(/^[ -~]*$/);
  });

  test.prop([bytes])('never lets a control byte through', data => {
    expect(visibleBytes(data, unicode)).not.toMatch(hidden);
    expect(visibleBytes(data, ascii)).toMatch(/^[ -~]*$/);
  });
});

describe('data', () => {
  test.prop([bytes, fc.integer({ min: 40, max: 160 }), fc.boolean()])(
    'fits its lines',
    (data, width, isUnicode) => {
      const { lines, dump } = shownData(whole(data), width, isUnicode ? unicode : ascii);
      for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
      for (const line of [...lines, ...dump]) expect(line).not.toMatch(hidden);
    },
  );

  test.prop([
    fc.string({ unit: 'grapheme', minLength: 200, maxLength: 900 }),
    fc.integer({ min: 40, max: 90 }),
  ])('counts the bytes that it cuts out', (given, width) => {
    const text = given.replace(/[\p{C}\n␠]/gu, '.');
    const [line = ''] = shownData(whole(Buffer.from(text)), width, unicode).lines;
    const cut = /^(.*)… ([\d,]+) bytes …(.*)$/su.exec(line);
    if (cut === null) return;
    const seen = Buffer.byteLength(`${cut[1]}${cut[3]}`.replaceAll('␠', ' '));
    if (!line.includes('\\u{'))
      expect(seen + Number(cut[2]?.replaceAll(',', ''))).toBe(Buffer.byteLength(text));
  });

  it('counts the parted character at a cut as cut out', () => {
    const text = Buffer.from('aé');
    const kept = Buffer.concat([text.subarray(0, 2), Buffer.from('é').subarray(1), Buffer.from('z')]);
    const data = { base64: kept.toString('base64'), length: 104, elided: 100, head: 2 };
    expect(pieceOf(data)).toEqual({ head: Buffer.from('a'), gap: 102, tail: Buffer.from('z') });
  });

  it('dumps sixteen bytes a line', () => {
    expect(hexDump(Buffer.from('0123456789abcdef\n'))).toEqual([
      '0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef',
      '0010  0a                                                .',
    ]);
  });
});

describe('difference', () => {
  /** The character above the mark. */
  function marked(expected: string, got: string, caret: number, style: Style): string {
    const [, gotLine = '', mark = ''] = differenceLines({ path: '', expected, got, caret }, 60, style);
    const column = mark.indexOf('^');
    let at = 0;
    for (const character of gotLine) {
      if (at >= column && columns(character) > 0) return character;
      at += columns(character);
    }
    return '';
  }

  it('puts the mark under the character that differs', () => {
    expect(marked('日本 x', '日本 y', 3, unicode)).toBe('y');
    expect(marked('日本 x', '日本 y', 3, ascii)).toBe('y');
    expect(marked('\r\n\0x', '\r\n\0y', 3, ascii)).toBe('y');
    expect(marked('😀é\u0301x', '😀é\u0301y', 4, unicode)).toBe('y');
    expect(marked('ab', 'ab ', 2, unicode)).toBe('␠');
    expect(marked('x'.repeat(100), `${'x'.repeat(90)}y`, 90, unicode)).toBe('y');
  });

  const unit = fc.constantFrom('a', 'B', ' ', '\n', '\u001b', 'é', '日', '😀', '\u202e', '\u0301', '\\');
  const piece = fc.array(unit, { maxLength: 60 }).map(units => units.join(''));
  test.prop([piece, fc.constantFrom('q', '界'), piece, fc.boolean()])(
    'for every text',
    (before, odd, after, isUnicode) => {
      const style = isUnicode ? unicode : ascii;
      const want = isUnicode || odd === 'q' ? odd : '\\';
      expect(marked(`${before}Z${after}`, before + odd + after, before.length, style)).toBe(want);
    },
  );

  it('tells where', () => {
    const at = (path: string, offset?: number): string =>
      placeOf({ path, expected: '', got: '', ...(offset === undefined ? {} : { offset }) }, unicode);
    expect([at(''), at('text', 0), at('lines[2]', 1), at('[1].verb'), at('answers[0].ttl')]).toEqual([
      '',
      'at byte 1',
      'in line 3, at byte 2',
      'in message 2, verb',
      'in answers[0].ttl',
    ]);
  });

  it('tells a message that did not come by its fields', () => {
    const first = (expected: string): string | undefined =>
      differenceLines({ path: '', expected, got: 'nothing' }, 60, unicode)[0];
    expect(first('{"code":250,"text":text starting with "a"}')).toBe(
      'expected  code 250, text starting with "a"',
    );
    expect(first('{"text":"HELLO \\"x\\""}')).toBe('expected  HELLO "x"');
  });
});
