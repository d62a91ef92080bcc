/**
 * Values that a check fills in: `{{word}}` and its kin are drawn from the seed, so that answers can not
 * be written into a program; `{port}` and the like come from the room; `{{i}}` is the round of a repeat;
 * `{{$name}}` is a value bound by an expectation.
 *
 *   {{word}}            a small word in lower case            {{letters 2048}}   so many letters a-z
 *   {{mixed 40}}        so many characters: both cases, digits and the neighbours of a, z, A and Z
 *   {{number 10 250}}   a number from 10 to 250               {{bytes 60}}       so many printable characters
 *   {{word#2}}          another word                          {{word|upper}}     filters: upper, lower, reverse
 *
 * The same expression has the same value all through one check, whatever the order of the steps.
 */
import { createHash } from 'node:crypto';
import type { Json } from '../judge/json.ts';
import type { Bindings } from '../judge/match.ts';

/** Draws numbers from [0, 1), the same for the same key (sfc32 seeded by SHA-256). */
export function randomFrom(key: string): () => number {
  const digest = createHash('sha256').update(key).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map(at => digest.readUInt32LE(at)) as [number, number, number, number];
  return () => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
}

const words =
  'maple piano zinc radio violet kiwi pixel lizard bazaar ivory citizen mizzle prize wizard blizzard quiz ' +
  'azimuth cozy dizzy fizz grizzly hazel jazz lazy muzzle nozzle ozone puzzle razor sizzle topaz unzip';
const wordList = words.split(' ');
const lower = 'abcdefghijklmnopqrstuvwxyz';
/** The characters beside a, z, A and Z catch ranges that are off by one; i catches Turkish locales. */
const mixed = `${lower}${lower.toUpperCase()}0123456789\`{@[|}~_-+ `;
const mustHold = 'aizAIZ`{@[09';

function text(random: () => number, alphabet: string, length: number): string {
  // A long text repeats one drawn block; its length is prime, so that no buffer size hides a lost piece.
  const block = Math.min(length, 4093);
  let out = '';
  for (let i = 0; i < block; i += 1) out += alphabet[Math.floor(random() * alphabet.length)];
  return length === block ? out : out.repeat(Math.ceil(length / block)).slice(0, length);
}

function draw(kind: string, args: readonly string[], random: () => number): string | undefined {
  const [first = 0, second = 0] = args.map(Number);
  switch (kind) {
    case 'word':
      return wordList[Math.floor(random() * wordList.length)];
    case 'letters':
      return text(random, lower, first);
    case 'bytes':
      return text(random, mixed.trimEnd(), first);
    case 'mixed': {
      const out = text(random, mixed, first).split('');
      // At fixed distances, so that they stand in every text that is long enough.
      for (const [i, character] of [...mustHold].entries())
        if (1 + i < out.length - 1) out[1 + i] = character;
      out[0] = 'k';
      out[out.length - 1] = 'q';
      return out.join('');
    }
    case 'number':
      return String(first + Math.floor(random() * (second - first + 1)));
    default:
      return undefined;
  }
}

/** In UTF-8 only ASCII takes one byte a character. */
const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;

const filters: Readonly<Record<string, (text: string) => string>> = {
  // ASCII only: what other letters become is free.
  upper: text => (isAscii(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, run => run.toUpperCase())),
  lower: text => (isAscii(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, run => run.toLowerCase())),
  reverse: text => [...text].reverse().join(''),
};

const expression = /\{\{\s*([a-z$][\w-]*)((?:\s+[\w.-]+)*)\s*(#\w+)?\s*((?:\|\s*\w+\s*)*)\}\}/gi;

export class UnknownValue extends Error {}

export class Values {
  readonly #key: string;
  readonly #room: Readonly<Record<string, string>>;
  readonly #bindings: Bindings;
  readonly #rounds: Readonly<Record<string, string>>;
  readonly #drawn: Map<string, string>;

  constructor(
    key: string,
    room: Readonly<Record<string, string>>,
    bindings: Bindings,
    rounds: Readonly<Record<string, string>> = {},
    drawn = new Map<string, string>(),
  ) {
    this.#key = key;
    this.#room = room;
    this.#bindings = bindings;
    this.#rounds = rounds;
    this.#drawn = drawn;
  }

  /** The same values, with other bindings. */
  rebound(bindings: Bindings): Values {
    return new Values(this.#key, this.#room, bindings, this.#rounds, this.#drawn);
  }

  /** The same values, inside round `i` of a repeat. */
  inRound(i: number): Values {
    return new Values(this.#key, this.#room, this.#bindings, { i: String(i) }, this.#drawn);
  }

  fillText(template: string): string {
    let out = template;
    if (out.includes('{{')) {
      out = out.replace(
        expression,
        (_, name: string, args: string, label: string | undefined, piped: string) =>
          this.#evaluate(name, args.trim().split(/\s+/).filter(Boolean), label ?? '', piped),
      );
    }
    if (!out.includes('{') || template.length > 4096) return out;
    return out.replace(/\{([a-z_]+)\}/gi, (whole, name: string) => this.#room[name] ?? whole);
  }

  /** A path as people are shown it: `{mailroot}/bob` without the room's temporary folder. */
  shown(template: string): string {
    return this.fillText(template.replace(/\{([a-z_]+)\}/gi, '$1'));
  }

  /** Fills every text in a value, also the keys' values deep inside. */
  fill<T>(value: T): T {
    if (typeof value === 'string') return this.fillText(value) as T;
    if (Array.isArray(value)) return value.map(item => this.fill(item)) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fill(item)])) as T;
  }

  #evaluate(name: string, args: readonly string[], label: string, piped: string): string {
    const base = this.#base(name, args, label);
    const names = piped
      .split('|')
      .map(part => part.trim())
      .filter(Boolean);
    return names.reduce((value, filterName) => {
      const filter = Object.hasOwn(filters, filterName) ? filters[filterName] : undefined;
      if (filter === undefined) throw new UnknownValue(`there is no filter "${filterName}"`);
      // Remembered because a long text is upper-cased for each round that expects it.
      const key = [name, ...args, label, this.#rounds.i ?? '', filterName, value.length].join(' ');
      return name.startsWith('$') ? filter(value) : this.#once(`|${key}`, () => filter(value));
    }, base);
  }

  #base(name: string, args: readonly string[], label: string): string {
    if (name.startsWith('$')) return bound(this.#bindings, name.slice(1));
    const round = this.#rounds[name];
    if (round !== undefined) return round;
    // In a repeat each round draws its own values.
    const key = [name, ...args, label, this.#rounds.i ?? ''].join(' ');
    return this.#once(key, () => {
      const value = draw(name, args, randomFrom(`${this.#key}/${key}`));
      if (value === undefined) throw new UnknownValue(`there is no value "${name}"`);
      return value;
    });
  }

  #once(key: string, make: () => string): string {
    const known = this.#drawn.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#drawn.set(key, made);
    return made;
  }
}

function bound(bindings: Bindings, name: string): string {
  const value: Json | undefined = bindings.get(name);
  if (value === undefined) throw new UnknownValue(`"$${name}" is not bound yet`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
