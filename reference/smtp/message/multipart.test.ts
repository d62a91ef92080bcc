import { expect, test } from 'vitest';
import { multipartMixed } from './multipart.ts';

const part = (content: string) => ({ fields: [['Content-Type', 'text/plain']] as const, content });

test('parts stand between delimiters, and the last delimiter says so', () => {
  expect(multipartMixed([part('one\r\n'), part('two')], () => '=_b')).toEqual({
    fields: [['Content-Type', 'multipart/mixed; boundary="=_b"']],
    content: [
      '--=_b',
      'Content-Type: text/plain',
      '',
      'one',
      '', // The text's own line break; the next one belongs to the delimiter.
      '--=_b',
      'Content-Type: text/plain',
      '',
      'two',
      '--=_b--',
      '',
    ].join('\r\n'),
  });
});

test('a boundary that stands in a part is not taken', () => {
  const boundaries = ['a', 'b', 'c'];
  const { content } = multipartMixed([part('--a\r\n'), part('b')], () => boundaries.shift() ?? 'none');
  expect(content.endsWith('--c--\r\n') || content.endsWith('--none--\r\n')).toBe(true);
  expect(boundaries).toEqual([]);
});
