/**
 * The operators of the expectation language, by name.
 *
 * To add one: 1 write it in the file of operators/ that holds its like; 2 list it here; 3 test in `x.test.ts` beside it
 * a match, a mismatch with its exact difference, and a bad operand.
 */
import type { Operator } from './operator.ts';
import { count, range } from './operators/amount.ts';
import { bind, ref } from './operators/binding.ts';
import { absent, anyOf, not, present } from './operators/choice.ts';
import { distinct, each, head, tail } from './operators/list.ts';
import { contains, unordered } from './operators/members.ts';
import { schema } from './operators/schema.ts';
import { ends, pattern, starts } from './operators/text.ts';

export const operators: ReadonlyMap<string, Operator> = new Map([
  ['$any', anyOf],
  ['$not', not],
  ['$range', range],
  ['$match', pattern],
  ['$absent', absent],
  ['$present', present],
  ['$contains', contains],
  ['$unordered', unordered],
  ['$head', head],
  ['$tail', tail],
  ['$starts', starts],
  ['$ends', ends],
  ['$count', count],
  ['$each', each],
  ['$distinct', distinct],
  ['$bind', bind],
  ['$ref', ref],
  ['$schema', schema],
]);
