/** Operators over names: $bind, $ref. */
import { missed } from '../difference.ts';
import { differ } from '../exact.ts';
import type { Operator } from '../operator.ts';
import { unboundWords } from './choice.ts';

const NAME = /^[\w.-]+$/u;

/** Bound on first sight; afterwards what comes must equal it, whole and exactly. */
export const bind: Operator = name => {
  if (typeof name !== 'string' || !NAME.test(name)) return 'wants a name';
  return {
    words: () => `a value (${name})`,
    compare(value, path, judge) {
      const bound = judge.bound(name);
      if (bound !== undefined) return differ(bound, value, path);
      if (value === undefined) return missed(path, `a value (${name})`, value);
      judge.bind(name, value);
      return undefined;
    },
  };
};

/** Equals what was bound, whole and exactly. */
export const ref: Operator = name => {
  if (typeof name !== 'string' || !NAME.test(name)) return 'wants a name';
  return {
    words: () => `the value of ${name}`,
    compare(value, path, judge) {
      const bound = judge.bound(name);
      return bound === undefined ? missed(path, unboundWords(name), value) : differ(bound, value, path);
    },
  };
};
