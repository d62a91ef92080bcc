/** Operators over text: $match, $starts, $ends. ($contains and $count serve lists as well and stand with those.) */
import { type Miss, missed, missedText } from '../difference.ts';
import { isObject, type Json, member } from '../json.ts';
import type { Operator } from '../operator.ts';
import { LIMIT, quote, splitsPair, windowOf } from '../render.ts';

/**
 * A regular expression that is found somewhere in the text: a source (with `(?i)` in front: letters of either
 * case), or {"pattern", "flags"} with flags of "ims". The flag u is always on.
 */
export const pattern: Operator = operand => {
  const expression = compile(operand);
  if (typeof expression === 'string') return expression;
  const words = windowOf(`text matching ${expression.shown}`);
  return {
    words: () => words,
    compare: (value, path) =>
      typeof value === 'string' && expression.test(value) ? undefined : missed(path, words, value),
    idle: expression.idle ? "can't fail: the pattern is found in every text" : undefined,
  };
};

interface Expression {
  shown: string;
  test(text: string): boolean;
  idle: boolean;
}

function compile(operand: Json): Expression | string {
  const given = isObject(operand) ? member(operand, 'pattern') : operand;
  const flags = isObject(operand) ? (member(operand, 'flags') ?? '') : '';
  if (typeof given !== 'string' || typeof flags !== 'string') {
    return 'wants a regular expression, or {"pattern": …, "flags": …}';
  }
  // g and y would make the answer depend on the question before.
  if (!/^[imsu]*$/u.test(flags)) return `knows the flags i, m and s, not "${flags}"`;
  const folded = given.startsWith('(?i)');
  const source = folded ? given.slice(4) : given;
  const allFlags = [...new Set(`${flags}${folded ? 'i' : ''}u`)].join('');
  try {
    const expression = new RegExp(source, allFlags);
    const shown = `/${source}/${allFlags.replace('u', '')}`;
    return { shown: shown, test: text => expression.test(text), idle: foundEverywhere(source, allFlags) };
  } catch (error) {
    return error instanceof Error ? `has a bad pattern: ${error.message}` : 'has a bad pattern';
  }
}

/** A pattern that the empty text fits, and that asserts nothing but one end, fits the empty piece of any text. */
function foundEverywhere(source: string, flags: string): boolean {
  const free = source.startsWith('^') ? source.slice(1) : source.replace(/(?<!\\)\$$/u, '');
  if (/[\^$]|\\[bB]|\(\?<?[=!]/u.test(free)) return false;
  return new RegExp(free, flags).test('');
}

export const starts: Operator = operand => {
  if (typeof operand !== 'string') return 'wants a text';
  const words = `text starting with ${quote(operand)}`;
  return {
    words: () => words,
    compare(value, path) {
      if (typeof value !== 'string') return missed(path, words, value);
      return value.startsWith(operand) ? undefined : atFirstDifference(path, words, operand, value);
    },
    idle: operand === '' ? "can't fail: every text starts with nothing" : undefined,
  };
};

function atFirstDifference(path: string, words: string, prefix: string, value: string): Miss {
  return { ...missedText(path, prefix, value), expected: words, words };
}

/** No offset here: where the two ends part says little when a line is missing or one too many. */
export const ends: Operator = operand => {
  if (typeof operand !== 'string') return 'wants a text';
  const words = `text ending in ${quote(operand)}`;
  return {
    words: () => words,
    compare(value, path) {
      if (typeof value !== 'string') return missed(path, words, value);
      return value.endsWith(operand) ? undefined : missed(path, words, lastPart(value));
    },
    idle: operand === '' ? "can't fail: every text ends in nothing" : undefined,
  };
};

function lastPart(text: string): string {
  const start = text.length - LIMIT + 1;
  if (start <= 1) return text;
  return windowOf(text, splitsPair(text, start) ? start + 1 : start);
}
