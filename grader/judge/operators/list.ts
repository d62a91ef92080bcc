/** Operators over lists in their order: $head, $tail, $each, $distinct. */
import { indexPath, keyPath, type Miss, missed } from '../difference.ts';
import { canonical } from '../exact.ts';
import { isList, isObject, type Json, member } from '../json.ts';
import { eachChild, type Judge, type Operator, sayAll } from '../operator.ts';
import { rendered } from '../render.ts';
import { fitsAll } from './choice.ts';

const EMPTY = "can't fail: nothing is asked of any element";

/** The first elements. */
export const head: Operator = wanted => {
  if (!isList(wanted)) return 'wants a list';
  return {
    words: say => `a list starting with ${sayAll(wanted, say)}`,
    compare(value, path, judge) {
      if (!isList(value)) return missed(path, `a list starting with ${sayAll(wanted, judge.say)}`, value);
      return compareFrom(0, wanted, value, path, judge);
    },
    children: eachChild(wanted),
    idle: wanted.length === 0 ? EMPTY : undefined,
  };
};

/** The last elements; paths count from the start of the whole list. */
export const tail: Operator = wanted => {
  if (!isList(wanted)) return 'wants a list';
  return {
    words: say => `a list ending in ${sayAll(wanted, say)}`,
    compare(value, path, judge) {
      if (!isList(value) || value.length < wanted.length) {
        return missed(path, `a list ending in ${sayAll(wanted, judge.say)}`, value);
      }
      return compareFrom(value.length - wanted.length, wanted, value, path, judge);
    },
    children: eachChild(wanted),
    idle: wanted.length === 0 ? EMPTY : undefined,
  };
};

function compareFrom(
  start: number,
  wanted: readonly Json[],
  value: readonly Json[],
  path: string,
  judge: Judge,
): Miss | undefined {
  for (const [index, expectation] of wanted.entries()) {
    const at = indexPath(path, start + index);
    const item = value[start + index];
    const miss = judge.compare(expectation, item, at);
    if (miss) return miss;
    // An element that may be absent is still counted: the list is too short.
    if (item === undefined) return missed(at, judge.say(expectation), item);
  }
  return undefined;
}

/** Every element; so a list without elements fits. */
export const each: Operator = wanted => ({
  words: say => `each element ${say(wanted)}`,
  compare(value, path, judge) {
    if (!isList(value)) return missed(path, `each element ${judge.say(wanted)}`, value);
    for (const [index, item] of value.entries()) {
      const miss = judge.compare(wanted, item, indexPath(path, index));
      if (miss) return miss;
    }
    return undefined;
  },
  children: [{ path: '', expectation: wanted }],
  idle: fitsAll(wanted) ? EMPTY : undefined,
});

/** true: no two elements are equal. A path ("id", "header.id", "[0]"): no two have the same value there. */
export const distinct: Operator = operand => {
  if (operand !== true && (typeof operand !== 'string' || operand === '')) return 'wants true or a path';
  const keys = operand === true ? [] : operand.split(/[.[\]]+/u).filter(key => key !== '');
  const words = operand === true ? 'distinct elements' : `distinct values of ${operand}`;
  return {
    words: () => words,
    compare(value, path) {
      if (!isList(value)) return missed(path, words, value);
      const seen = new Map<string, number>();
      for (const [index, item] of value.entries()) {
        const found = reach(item, keys, indexPath(path, index));
        if (found.value === undefined) return missed(found.path, 'something here', undefined);
        const key = canonical(found.value);
        const first = seen.get(key);
        if (first !== undefined) return repeated(found.path, indexPath(path, first), found.value);
        seen.set(key, index);
      }
      return undefined;
    },
  };
};

function repeated(path: string, first: string, value: Json): Miss {
  const words = `another value than in ${first}`;
  return { path, expected: words, got: rendered(value), words };
}

function reach(item: Json, keys: readonly string[], path: string): { value: Json | undefined; path: string } {
  let value: Json | undefined = item;
  let at = path;
  for (const key of keys) {
    const listed = isList(value);
    at = listed && /^\d+$/u.test(key) ? indexPath(at, Number(key)) : keyPath(at, key);
    value = isList(value) ? value[Number(key)] : isObject(value) ? member(value, key) : undefined;
  }
  return { value, path: at };
}
