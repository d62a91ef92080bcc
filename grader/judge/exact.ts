/** Whole values against whole values, for what was bound: no operators, and no key is free. */
import { indexPath, keyPath, type Miss, missed, missedLiteral } from './difference.ts';
import { isList, isObject, type Json, member } from './json.ts';

export const NOTHING_HERE = 'nothing here';

/** The first difference of two values, in the order of `expected`; undefined where they are equal. */
export function differ(expected: Json, got: Json | undefined, path: string): Miss | undefined {
  if (expected === got) return undefined;
  if (isList(expected) && isList(got)) {
    for (const [index, item] of expected.entries()) {
      const miss = differ(item, got[index], indexPath(path, index));
      if (miss) return miss;
    }
    const extra = got[expected.length];
    return extra === undefined ? undefined : missed(indexPath(path, expected.length), NOTHING_HERE, extra);
  }
  if (isObject(expected) && isObject(got)) {
    for (const [key, item] of Object.entries(expected)) {
      const miss = differ(item, member(got, key), keyPath(path, key));
      if (miss) return miss;
    }
    const extra = Object.keys(got).find(key => !Object.hasOwn(expected, key));
    return extra === undefined ? undefined : missed(keyPath(path, extra), NOTHING_HERE, member(got, extra));
  }
  return missedLiteral(path, expected, got);
}

/** One text per value: equal values have the same, whatever the order of their keys. */
export function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const parts = Object.keys(value)
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${parts.join(',')}}`;
}
