import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Json } from '../judge/json.ts';
import { randomFrom, UnknownValue, Values } from './values.ts';

const valuesOf = (
  key = 'seed/check',
  room: Record<string, string> = {},
  bindings = new Map<string, Json>(),
) => new Values(key, room, bindings);
const fill = (template: string, key?: string) => valuesOf(key).fillText(template);

const kinds = ['{{word}}', '{{letters 30}}', '{{mixed 40}}', '{{number 1 1000000}}', '{{bytes 60}}'];

describe('drawn values', () => {
  it('are the same for the same seed and check, whatever the order', () => {
    const [one, other] = [valuesOf(), valuesOf()];
    const forwards = kinds.map(kind => one.fillText(kind));
    const backwards = [...kinds].reverse().map(kind => other.fillText(kind));
    expect(backwards.reverse()).toEqual(forwards);
    expect(kinds.map(kind => one.fillText(kind))).toEqual(forwards);
  });

  it('are others for another seed or check', () => {
    for (const kind of kinds.slice(1)) {
      expect(fill(kind, 'seed/other')).not.toBe(fill(kind));
      expect(fill(kind, 'seed2/check')).not.toBe(fill(kind));
    }
    const words = new Set(Array.from({ length: 60 }, (_, i) => fill('{{word}}', `seed/${i}`)));
    expect(words.size).toBeGreaterThan(10);
  });

  it('are others under another label', () => {
    const filled = fill('{{letters 20}} {{letters 20#2}} {{letters 20 #reply}} {{letters 20}}').split(' ');
    expect(new Set(filled).size).toBe(3);
    expect(filled[3]).toBe(filled[0]);
  });

  it('are others in each round of a repeat, and the same all through one', () => {
    const values = valuesOf();
    const rounds = [1, 2, 1].map(i => values.inRound(i).fillText('{{letters 20}} {{i}}'));
    expect(rounds[2]).toBe(rounds[0]);
    expect(rounds[1]).not.toBe(rounds[0]);
    expect(rounds.map(text => text.at(-1))).toEqual(['1', '2', '1']);
    expect(values.fillText('{{letters 20}}')).not.toBe(rounds[0]?.slice(0, 20));
    expect(() => values.fillText('{{i}}')).toThrow(UnknownValue);
  });

  it('are of their kind', () => {
    for (let i = 0; i < 20; i += 1) {
      expect(fill('{{word}}', `${i}`)).toMatch(/^[a-z]{3,10}$/);
      expect(fill('{{letters 17}}', `${i}`)).toMatch(/^[a-z]{17}$/);
      expect(fill('{{bytes 60}}', `${i}`)).toMatch(/^[!-~]{60}$/);
      const number = Number(fill('{{number 10 12}}', `${i}`));
      expect([10, 11, 12]).toContain(number);
      const mixed = fill('{{mixed 40}}', `${i}`);
      expect(mixed).toMatch(/^k[ -~]{38}q$/);
      for (const character of 'aizAIZ`{@[09') expect(mixed).toContain(character);
    }
    expect(fill('{{number 7 7}}')).toBe('7');
  });

  it('have the length that is asked for, however long', () => {
    for (const length of [1, 2, 4095, 4096, 4097, 70_000]) {
      expect(fill(`{{letters ${length}}}`)).toHaveLength(length);
      expect(fill(`{{mixed ${length}}}`)).toHaveLength(length);
    }
  });

  it('hold no two like stretches when they are long', () => {
    const text = fill('{{letters 65536}}');
    const pieces = Array.from({ length: 256 }, (_, i) => text.slice(i * 256, i * 256 + 256));
    expect(new Set(pieces).size).toBe(256);
  });

  property.prop([fc.string()])('come from a generator that is even and depends on its key', key => {
    const [a, b] = [randomFrom(key), randomFrom(key)];
    const drawn = Array.from({ length: 200 }, a);
    expect(Array.from({ length: 200 }, b)).toEqual(drawn);
    expect(drawn.every(value => value >= 0 && value < 1)).toBe(true);
    expect(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / 200 - 0.5)).toBeLessThan(0.2);
  });
});

describe('filters', () => {
  it('change the text, one after the other', () => {
    const word = fill('{{word}}');
    expect(fill('{{word|upper}}')).toBe(word.toUpperCase());
    expect(fill('{{ word | upper | lower }}')).toBe(word);
    expect(fill('{{word|reverse}}')).toBe([...word].reverse().join(''));
    expect(fill('{{word#2|upper}}')).toBe(fill('{{word#2}}').toUpperCase());
  });

  it('touch ASCII letters only', () => {
    const values = valuesOf('k', {}, new Map([['line', 'éıß Iabc']]));
    expect(values.fillText('{{$line|upper}}')).toBe('éıß IABC');
    expect(values.fillText('{{$line|lower}}')).toBe('éıß iabc');
    expect(values.fillText('{{$line|reverse}}')).toBe('cbaI ßıé');
  });

  it('are known by name only', () => {
    expect(() => fill('{{word|shout}}')).toThrow('there is no filter "shout"');
    expect(() => fill('{{word|toString}}')).toThrow(UnknownValue);
  });
});

describe('values of the room', () => {
  const values = valuesOf('k', { port: '4711', host: '127.0.0.1', mailroot: '/tmp/x/mail' });

  it('replace known names only', () => {
    expect(values.fillText('{host}:{port} {other} { port } {} {"port":1}')).toBe(
      '127.0.0.1:4711 {other} { port } {} {"port":1}',
    );
  });

  it('are shown without the temporary folder', () => {
    expect(values.shown('{mailroot}/bob/*.eml')).toBe('mailroot/bob/*.eml');
  });
});

describe('bound values', () => {
  it('are texts, or JSON of other values', () => {
    const bindings = new Map<string, Json>([
      ['name', 'x'],
      ['id', 17],
      ['list', [1]],
    ]);
    expect(valuesOf('k', {}, bindings).fillText('{{$name}} {{$id}} {{$list}}')).toBe('x 17 [1]');
  });

  it('are read when they are asked for', () => {
    const bindings = new Map<string, Json>();
    const values = valuesOf('k', {}, bindings);
    expect(() => values.fillText('{{$name}}')).toThrow('"$name" is not bound yet');
    bindings.set('name', 'a');
    expect(values.fillText('{{$name|upper}}')).toBe('A');
    bindings.set('name', 'b');
    expect(values.fillText('{{$name|upper}}')).toBe('B');
    const word = values.fillText('{{word}}');
    expect(values.rebound(new Map([['name', 'c']])).fillText('{{$name}} {{word}}')).toBe(`c ${word}`);
  });
});

describe('a template', () => {
  it('that asks for an unknown value is refused', () => {
    expect(() => fill('{{nosuch}}')).toThrow(UnknownValue);
    expect(() => fill('{{nosuch}}')).toThrow('there is no value "nosuch"');
  });

  it('stays as it is where it asks for nothing', () => {
    for (const text of ['', 'plain', '{', '{{', '{{}}', '$name', '{"a":{"b":1}}'])
      expect(fill(text)).toBe(text);
  });

  it('may stand anywhere in a value, but not in a key', () => {
    const values = valuesOf();
    const word = values.fillText('{{word}}');
    const given = { a: ['{{word}}', 1, null, { '{{word}}': 'x {{word}}' }], b: true };
    expect(values.fill(given)).toEqual({ a: [word, 1, null, { '{{word}}': `x ${word}` }], b: true });
    expect(given.a[0]).toBe('{{word}}');
  });
});
