import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { folded, safeId, uniqueIds } from './student-id.ts';

describe('an id', () => {
  it.each([
    ['jane', 'jane'],
    ['Jane Doe_123456', 'Jane_Doe_123456'],
    ['jane.doe@example.org', 'jane.doe@example.org'],
    ["Conan O'Brien", 'Conan_O_Brien'],
    ['Łukasz Żółć', 'Łukasz_Żółć'],
    ['李雷', '李雷'],
    ['নাম', 'নাম'],
    ['J\u0065\u0301rome', 'J\u00e9rome'],
    ['a/b\\c\0d\ne\u202e', 'a_b_c_d_e_'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['.wiremark', 'wiremark'],
    ['.', 'unnamed'],
    ['--help', 'help'],
    ['', 'unnamed'],
    ['"', '_'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['com1', '_com1'],
    ['console', 'console'],
    ['dots...', 'dots'],
    ['jane~2', 'jane_2'],
    ['\ud800x', '_x'],
  ])('of %j is %j', (name, id) => expect(safeId(name)).toBe(id));

  it('is cut where it is too long, and still differs', () => {
    const long = 'ü'.repeat(200);
    expect(safeId(long)).toMatch(/^ü{41}-[0-9a-f]{8}$/);
    expect(safeId(`${long}a`)).not.toBe(safeId(`${long}b`));
  });

  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.uint8Array({ maxLength: 255 }).map(bytes => Buffer.from(bytes).toString('latin1')),
    fc
      .array(fc.constantFrom('.', '-', '/', ' ', 'con', 'NUL', '~2', 'é', 'e\u0301', '\n', 'A', 'ß'))
      .map(parts => parts.join('')),
  );

  property.prop([any], { numRuns: 2000 })(
    'is always a name that any system takes, and nothing more',
    name => {
      const id = safeId(name);
      expect(id).toMatch(/^[\p{L}\p{M}\p{N}_@][\p{L}\p{M}\p{N}._@-]*$/u);
      expect(id).not.toMatch(/\.$/);
      expect(id).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      expect(Buffer.byteLength(id)).toBeLessThanOrEqual(92);
      expect(id.normalize('NFC')).toBe(id);
      expect(safeId(id)).toBe(id);
      expect(safeId(name.normalize('NFD'))).toBe(
        Buffer.byteLength(id) < 80 ? id : safeId(name.normalize('NFD')),
      );
    },
  );
});

describe('ids of a class', () => {
  it('that some file system would take for one are numbered, in the order of the names', () => {
    expect(uniqueIds(['jane', 'bob', 'Jane', 'JANE', 'j/d', 'j d'])).toEqual([
      'jane~3',
      'bob',
      'Jane~2',
      'JANE',
      'j_d~2',
      'j_d',
    ]);
    expect(uniqueIds(['e\u0301', '\u00e9', 'straße', 'strasse'])).toEqual([
      'é',
      'é~2',
      'straße~2',
      'strasse',
    ]);
    expect(uniqueIds(['jane~2', 'jane', 'Jane'])).toEqual(['jane_2', 'jane~2', 'Jane']);
  });

  property.prop([fc.array(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 60 })])(
    'are different on any system, short, and the same whatever the order',
    names => {
      const ids = uniqueIds(names);
      expect(new Set(ids.map(folded)).size).toBe(names.length);
      for (const id of ids) expect(Buffer.byteLength(id)).toBeLessThanOrEqual(100);
      const back = uniqueIds(names.toReversed()).toReversed();
      const pairs = (list: readonly string[]) =>
        names.map((name, i) => JSON.stringify([name, list[i]])).sort();
      expect(pairs(back)).toEqual(pairs(ids));
    },
  );

  it('are quick for many', () => {
    const begin = performance.now();
    const ids = uniqueIds(Array.from({ length: 20_000 }, () => 'jane'));
    expect(ids.at(-1)).toBe('jane~20000');
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});
