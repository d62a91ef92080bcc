/** Operators over numbers and lengths: $range, $count. */
import { missed } from '../difference.ts';
import { isList, isObject, type Json } from '../json.ts';
import type { Operator } from '../operator.ts';

/** `[least, most]`, both included; null leaves that side open. Numbers only: text "7" is not in [1, 9]. */
export const range: Operator = operand => {
  if (!isList(operand) || operand.length !== 2 || !operand.every(isBound)) {
    return 'wants [least, most], each a number or null';
  }
  const [least = null, most = null] = operand;
  if (typeof least === 'number' && typeof most === 'number' && least > most) {
    return `can never fit: ${least} is more than ${most}`;
  }
  const words = rangeWords(least, most);
  return {
    words: () => words,
    compare: (value, path) =>
      typeof value === 'number' && value >= (least ?? -Infinity) && value <= (most ?? Infinity)
        ? undefined
        : missed(path, words, value),
    idle: least === null && most === null ? "can't fail: both ends are open" : undefined,
  };
};

const isBound = (bound: Json): bound is number | null => bound === null || typeof bound === 'number';

function rangeWords(least: number | null, most: number | null): string {
  if (least === null) return most === null ? 'a number' : `at most ${most}`;
  return most === null ? `at least ${least}` : `between ${least} and ${most}`;
}

/** An expectation of the number of a list's elements, or of a text's characters (code points, as JSON Schema counts). */
export const count: Operator = wanted => ({
  words: say => `count ${say(wanted)}`,
  compare(value, path, judge) {
    const [noun, amount] = isList(value)
      ? ['count', value.length]
      : typeof value === 'string'
        ? ['length', characters(value)]
        : ['count', undefined];
    if (amount === undefined) return missed(path, `count ${judge.say(wanted)}`, value);
    const miss = judge.compare(wanted, amount, path);
    if (!miss) return undefined;
    const words = `${noun} ${miss.words}`;
    return { path, expected: words, got: `${noun} ${amount}`, words };
  },
  children: [{ path: '', expectation: wanted }],
  idle: countsAll(wanted) ? "can't fail: no count is less than 0" : undefined,
});

function characters(text: string): number {
  let pairs = 0;
  for (const _ of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) pairs += 1;
  return text.length - pairs;
}

function countsAll(wanted: Json): boolean {
  if (!isObject(wanted) || Object.keys(wanted).join() !== '$range' || !isList(wanted.$range)) return false;
  const [least, most] = wanted.$range;
  return typeof least === 'number' && least <= 0 && most === null;
}
