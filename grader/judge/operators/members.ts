/** Operators that look for elements wherever they stand: $contains, $unordered. */
import { assign } from '../assign.ts';
import { indexPath, type Miss, missed } from '../difference.ts';
import { NOTHING_HERE } from '../exact.ts';
import { isList, type Json } from '../json.ts';
import { eachChild, type Judge, type Operator, sayAll } from '../operator.ts';
import { quote } from '../render.ts';
import { place } from './place.ts';

/** List: each wanted one is met by some element (two may be met by the same). Text: each is a piece of it. */
export const contains: Operator = operand => {
  const wanted = isList(operand) ? operand : [operand];
  const children = isList(operand) ? eachChild(operand) : [{ path: '', expectation: operand }];
  return {
    words: say => `containing ${sayAll(wanted, say)}`,
    compare(value, path, judge) {
      if (typeof value === 'string') return lacksPiece(wanted, value, path, judge);
      const words = `a list containing ${sayAll(wanted, judge.say)}`;
      if (value === undefined)
        return missed(path, `something containing ${sayAll(wanted, judge.say)}`, value);
      if (!isList(value)) return missed(path, words, value);
      const fit = place(wanted, value, path, judge, 'shared');
      if (fit === 'placed') return undefined;
      const lacking = wanted.find(one => value.every(item => !fits(judge, one, item, path)));
      if (lacking !== undefined) return missed(path, `a list containing ${judge.say(lacking)}`, value);
      return missed(path, together(words, fit), value);
    },
    children,
    // [""] asks a list for an empty line; alone, "" is a piece of every text.
    idle: operand === '' || wanted.length === 0 ? "can't fail: nothing is asked" : undefined,
  };
};

function lacksPiece(wanted: readonly Json[], value: string, path: string, judge: Judge): Miss | undefined {
  for (const piece of wanted) {
    if (typeof piece !== 'string') return missed(path, `a list containing ${judge.say(piece)}`, value);
    if (!value.includes(piece)) return missed(path, `text containing ${quote(piece)}`, value);
  }
  return undefined;
}

/** The elements in any order, each used once. */
export const unordered: Operator = wanted => {
  if (!isList(wanted)) return 'wants a list';
  return {
    words: say => `in any order: ${sayAll(wanted, say)}`,
    compare(value, path, judge) {
      const words = `in any order: ${sayAll(wanted, judge.say)}`;
      if (!isList(value)) return missed(path, words, value);
      const fit = value.length === wanted.length ? place(wanted, value, path, judge, 'own') : 'none';
      if (fit === 'placed') return undefined;
      return leftOver(wanted, value, path, judge) ?? missed(path, together(words, fit), value);
    },
    children: eachChild(wanted),
  };
};

/** The first difference of the best assignment that ignores what its elements would bind together. */
function leftOver(
  wanted: readonly Json[],
  value: readonly Json[],
  path: string,
  judge: Judge,
): Miss | undefined {
  const given = assign(wanted.length, value.length, (left, right) =>
    fits(judge, wanted[left] ?? null, value[right] ?? null, path),
  );
  const used = new Set(given);
  const spare = [...value.keys()].filter(index => !used.has(index));
  const [lacking, ...others] = wanted.filter((_, index) => given[index] === undefined);
  const first = spare[0];
  judge.progress += wanted.length - others.length - (lacking === undefined ? 0 : 1);
  if (lacking === undefined) {
    return first === undefined ? undefined : missed(indexPath(path, first), NOTHING_HERE, value[first]);
  }
  if (first === undefined) {
    const at = indexPath(path, value.length);
    return judge.compare(lacking, undefined, at) ?? missed(at, judge.say(lacking), undefined);
  }
  // One is wanted and one is left: they are meant for each other, so the difference lies inside.
  if (others.length === 0 && spare.length === 1) {
    // What the others bind, it may use.
    for (const [left, right] of given.entries()) {
      if (right !== undefined) judge.compare(wanted[left] ?? null, value[right] ?? null, path);
    }
    return judge.compare(lacking, value[first], indexPath(path, first));
  }
  const rest = spare.map(index => value[index] ?? null);
  return missed(path, `in any order: ${judge.say(lacking)}`, rest);
}

function fits(judge: Judge, expectation: Json, item: Json, path: string): boolean {
  const start = judge.mark();
  const miss = judge.compare(expectation, item, path);
  judge.undo(start);
  return miss === undefined;
}

/** Each has its element, but not with the same bound values. */
function together(words: string, fit: 'none' | 'tired'): string {
  return fit === 'tired' ? `${words} (too many elements to try)` : `${words}, with the same bound values`;
}
