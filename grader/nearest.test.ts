import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { distance, nearest } from './nearest.ts';

describe('the distance of two words', () => {
  it('counts insertions, deletions, changes and swaps of neighbours', () => {
    expect(distance('check', 'check')).toBe(0);
    expect(distance('chek', 'check')).toBe(1);
    expect(distance('checkk', 'check')).toBe(1);
    expect(distance('chack', 'check')).toBe(1);
    expect(distance('chekc', 'check')).toBe(1);
    expect(distance('kitten', 'sitting')).toBe(3);
    expect(distance('', 'abc')).toBe(3);
    expect(distance('abc', '')).toBe(3);
    expect(distance('', '')).toBe(0);
  });

  const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });
  property.prop([word, word])('is the same both ways, 0 only for the same word, and bounded', (a, b) => {
    const far = distance(a, b);
    expect(distance(b, a)).toBe(far);
    expect(far === 0).toBe(a === b);
    expect(far).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    expect(far).toBeLessThanOrEqual(Math.max(a.length, b.length));
  });

  property.prop([word, fc.nat(8), fc.constantFrom('a', 'b', 'c')])(
    'is one after one insertion',
    (a, at, letter) => {
      const cut = Math.min(at, a.length);
      expect(distance(a, a.slice(0, cut) + letter + a.slice(cut))).toBe(1);
    },
  );
});

describe('the nearest names', () => {
  const known = ['udp-uppercase-server', 'udp-uppercase-client', 'tcp-uppercase-server', 'smtp-server'];

  it('are at most three, the nearest first', () => {
    expect(nearest('udp-upercase-server', known)).toEqual([
      'udp-uppercase-server',
      'tcp-uppercase-server',
      'udp-uppercase-client',
    ]);
    expect(nearest('aaaa', ['aaab', 'aaac', 'aaad', 'aaae'])).toHaveLength(3);
  });

  it('are those that go on as the word begins, before others', () => {
    expect(nearest('smtp', [...known, 'snmp'])).toEqual(['smtp-server', 'snmp']);
    expect(nearest('udp-uppercase', known)).toEqual(['udp-uppercase-server', 'udp-uppercase-client']);
  });

  it('are none where nothing is near', () => {
    expect(nearest('quantum', known)).toEqual([]);
    expect(nearest('x', [])).toEqual([]);
    expect(nearest('no', ['checks'])).toEqual([]);
  });

  it('keep their order where they are as near', () => {
    expect(nearest('lost', ['last', 'list', 'lust'])).toEqual(['last', 'list', 'lust']);
  });
});
