import { describe, expect, it } from 'vitest';
import { type KeyParts, keyOf, seedOf } from './seed.ts';

const parts: KeyParts = {
  content: 'c',
  student: 'ana',
  seed: '0badcafe',
  fixtures: 'f',
  version: '1',
  options: { slow: 1, room: 'isolated' },
};

describe('seedOf', () => {
  it('is eight digits, the same for the same student and secret only', () => {
    expect(seedOf('secret', 'ana')).toMatch(/^[0-9a-f]{8}$/);
    expect(seedOf('secret', 'ana')).toBe(seedOf('secret', 'ana'));
    expect(seedOf('secret', 'ben')).not.toBe(seedOf('secret', 'ana'));
    expect(seedOf('Secret', 'ana')).not.toBe(seedOf('secret', 'ana'));
  });

  it('does not change from release to release: journals hold on to it', () => {
    expect(seedOf('00112233445566778899aabbccddeeff', 'ana')).toBe('df6b9634');
  });
});

describe('keyOf', () => {
  it('is 64 hexadecimal digits', () => expect(keyOf(parts)).toMatch(/^[0-9a-f]{64}$/));

  it.each<Partial<KeyParts>>([
    { content: 'd' },
    { student: 'ben' },
    { seed: '0badcaff' },
    { fixtures: 'g' },
    { version: '2' },
    { options: { slow: 2, room: 'isolated' } },
    { options: { slow: '1', room: 'isolated' } },
    { options: { slow: 1 } },
    // Nothing runs into its neighbour.
    { content: 'can', student: 'a' },
    { content: 'c","ana', student: '' },
  ])('changes with %j', change => expect(keyOf({ ...parts, ...change })).not.toBe(keyOf(parts)));

  it('does not change with the order of options, nor with those that are not given', () => {
    const options = { room: 'isolated', only: undefined, slow: 1 };
    expect(keyOf({ ...parts, options })).toBe(keyOf(parts));
  });

  it('tells a list from its words', () => {
    const of = (only: string | string[]) => keyOf({ ...parts, options: { only } });
    expect(new Set([of(['a', 'b']), of(['a,b']), of('a,b'), of(['b', 'a'])]).size).toBe(4);
  });
});
