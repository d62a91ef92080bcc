import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { firstDifference, indexPath, keyPath, missedLiteral, missedText } from './difference.ts';
import { compact, LIMIT, rendered, windowOf } from './render.ts';

describe('text', () => {
  test('short: whole texts, offset and caret at the difference', () => {
    expect(missedText('text', '.maple', '..maple')).toMatchObject({
      path: 'text',
      expected: '.maple',
      got: '..maple',
      offset: 1,
      caret: 1,
    });
  });

  test('one begins the other: the mark stands behind the shorter', () => {
    expect(missedText('', 'abc', 'ab')).toMatchObject({ got: 'ab', offset: 2, caret: 2 });
    expect(missedText('', 'ab', 'ab\r\n')).toMatchObject({ got: 'ab\r\n', offset: 2, caret: 2 });
    expect(missedText('', 'a', '')).toMatchObject({ got: '', offset: 0, caret: 0 });
  });

  test('offset counts UTF-8 bytes, caret code units', () => {
    expect(missedText('', 'ä€😀x', 'ä€😀y')).toMatchObject({ offset: 9, caret: 4 });
    // "é" and "è" (C3 A9, C3 A8) share their first byte.
    expect(missedText('', 'né', 'nè')).toMatchObject({ offset: 2, caret: 1 });
    // 😀 and 😁 share their first half in UTF-16, and three bytes in UTF-8.
    expect(missedText('', 'n😀', 'n😁')).toMatchObject({ offset: 4, caret: 1 });
  });

  test('control characters stay raw', () => {
    expect(missedText('', '250 ok\r\n', '250 ok\n')).toMatchObject({
      expected: '250 ok\r\n',
      got: '250 ok\n',
      offset: 6,
    });
  });

  test('long texts: both excerpts start at the same place', () => {
    const before = 'x'.repeat(300);
    const miss = missedText('', `${before}right${'y'.repeat(300)}`, `${before}wrong`);
    expect(miss.expected).toBe(`…${'x'.repeat(48)}right${'y'.repeat(65)}…`);
    expect(miss.got).toBe(`…${'x'.repeat(48)}wrong`);
    expect(miss).toMatchObject({ offset: 300, caret: 49 });
    expect(miss.got[miss.caret ?? -1]).toBe('w');
  });

  test('8 MiB: a short excerpt, at once', () => {
    const half = 'ä'.repeat(4 << 20);
    const started = performance.now();
    const miss = missedText('', `${half}a${half}`, `${half}b${half}`);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(miss.offset).toBe(8 << 20);
    expect(miss.got).toBe(`…${'ä'.repeat(48)}b${'ä'.repeat(69)}…`);
    expect(miss.caret).toBe(49);
  });

  test.prop([
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
  ])('offset is that of the bytes; excerpts are short, well-formed and marked inside', (shared, a, b) => {
    fc.pre(shared + a !== shared + b);
    const [ours, theirs] = [Buffer.from(shared + a), Buffer.from(shared + b)];
    const length = Math.min(ours.length, theirs.length);
    let offset = 0;
    while (offset < length && ours[offset] === theirs[offset]) offset += 1;
    const miss = missedText('', shared + a, shared + b);
    expect(miss.offset).toBe(offset);
    for (const text of [miss.expected, miss.got]) {
      expect(text.length).toBeLessThanOrEqual(LIMIT + 1);
      expect(text).not.toMatch(/\p{Surrogate}/u);
    }
    const caret = miss.caret ?? -1;
    expect(miss.got.slice(0, caret)).toBe(miss.expected.slice(0, caret));
    expect(miss.got.codePointAt(caret)).not.toBe(miss.expected.codePointAt(caret));
  });

  test('blocks: the first of differences on either side of a block is found', () => {
    for (const index of [0, 1, 4095, 4096, 4097, 9000]) {
      const text = 'a'.repeat(10_000);
      expect(firstDifference(text, `${text.slice(0, index)}b${text.slice(index + 1)}`)).toBe(index);
    }
  });
});

describe('other values', () => {
  test('compact JSON, "nothing" and raw text', () => {
    expect(missedLiteral('code', 250, 550)).toMatchObject({ path: 'code', expected: '250', got: '550' });
    expect(missedLiteral('code', 250, undefined)).toMatchObject({ expected: '250', got: 'nothing' });
    expect(missedLiteral('x', null, { a: ['b', true] })).toMatchObject({
      expected: 'null',
      got: '{"a":["b",true]}',
    });
    expect(missedLiteral('x', 'a\n', undefined)).toMatchObject({ expected: 'a\n', got: 'nothing' });
  });

  test('look-alikes are told apart', () => {
    expect(missedLiteral('', '250', 250)).toMatchObject({ expected: '250 (text)', got: '250 (number)' });
    expect(missedLiteral('', 'nothing', undefined)).toMatchObject({
      expected: 'nothing (text)',
      got: 'nothing',
    });
  });

  test('only two texts have an offset', () => {
    expect(missedLiteral('', 1, 2)).not.toHaveProperty('offset');
    expect(missedLiteral('', '1', 2)).not.toHaveProperty('caret');
  });

  test('renderings are short, whatever the value', () => {
    const big = Array.from({ length: 1e6 }, (_, index) => ({ index }));
    expect(rendered(big)).toBe(windowOf(rendered(big)));
    expect(rendered(big).length).toBe(LIMIT);
    expect(rendered({ key: 'v'.repeat(1 << 23) })).toMatch(/^\{"key":"v+…$/);
    expect(rendered({ ['k'.repeat(1000)]: 1 }).length).toBe(LIMIT);
  });

  test.prop([fc.jsonValue()])('compact is JSON, or its beginning', value => {
    const whole = JSON.stringify(value);
    const short = compact(value as never);
    if (whole.length <= LIMIT && short.length < LIMIT) expect(short).toBe(whole);
    else expect(whole.startsWith(short.replace(/…$/u, ''))).toBe(true);
  });
});

test('paths', () => {
  expect(keyPath(indexPath(keyPath('', 'lines'), 2), 'text')).toBe('lines[2].text');
  expect(keyPath('headers', 'content-type')).toBe('headers.content-type');
  expect(keyPath('names', 'a.b')).toBe('names["a.b"]');
  expect(keyPath('', '')).toBe('[""]');
});
