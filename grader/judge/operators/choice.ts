/** Operators over whole expectations and over being there at all: $any, $not, $absent, $present. */
import { type Miss, missed } from '../difference.ts';
import { NOTHING_HERE } from '../exact.ts';
import { isList, isObject, type Json } from '../json.ts';
import { eachChild, type Judge, type Operator, sayAll } from '../operator.ts';
import { windowOf } from '../render.ts';

/** `{}` and `{"$present": true}`: fits whatever comes. */
export function fitsAll(expectation: Json): boolean {
  return isObject(expectation) && Object.keys(expectation).every(key => key === '$present');
}

/** The first alternative that fits. Later parts of the expectation never send it back to try another. */
export const anyOf: Operator = alternatives => {
  if (!isList(alternatives)) return 'wants a list of alternatives';
  if (alternatives.length === 0) return 'wants at least one alternative: none can never fit';
  return {
    words: say => `one of ${sayAll(alternatives, say)}`,
    compare: (value, path, judge) => compareAny(alternatives, value, path, judge),
    children: eachChild(alternatives),
    idle: alternatives.some(fitsAll) ? "can't fail: one alternative fits everything" : undefined,
  };
};

interface Try {
  miss: Miss;
  progress: number;
}

function compareAny(
  alternatives: readonly Json[],
  value: Json | undefined,
  path: string,
  judge: Judge,
): Miss | undefined {
  const tries: Try[] = [];
  const start = judge.mark();
  for (const alternative of alternatives) {
    const miss = judge.compare(alternative, value, path);
    if (!miss) return undefined;
    tries.push({ miss, progress: judge.progress });
    judge.undo(start);
  }
  const furthest = tries.reduce((best, next) => (isFurther(next, best, path) ? next : best));
  judge.progress = furthest.progress;
  // Alternatives that stopped at the same place are told together; the first alone would be misleading.
  const level = tries.filter(
    ({ miss, progress }) => progress === furthest.progress && miss.path === furthest.miss.path,
  );
  const words = [...new Set(level.map(({ miss }) => miss.words))];
  return words.length === 1 ? furthest.miss : oneOf(words, furthest.miss, value, path);
}

function isFurther(next: Try, best: Try, path: string): boolean {
  if (next.progress !== best.progress) return next.progress > best.progress;
  return best.miss.path === path && next.miss.path !== path;
}

function oneOf(words: readonly string[], miss: Miss, value: Json | undefined, path: string): Miss {
  const said = windowOf(`one of ${words.join(', ')}`);
  if (miss.path === path) return missed(path, said, value);
  return { path: miss.path, expected: said, got: miss.got, words: said };
}

/** Exactly where the operand doesn't fit, so also where there is nothing; `$present` beside it forbids that. */
export const not: Operator = unwanted => ({
  words: say => `anything but ${say(unwanted)}`,
  compare(value, path, judge) {
    const names = judge.names(unwanted);
    const unbound = names.refs.find(name => judge.bound(name) === undefined);
    // Otherwise the unbound name would not fit, and so its negation would always hold.
    if (unbound !== undefined) return missed(path, unboundWords(unbound), value);
    const start = judge.mark();
    const miss = judge.compare(unwanted, value, path);
    judge.undo(start);
    return miss ? undefined : missed(path, `anything but ${judge.say(unwanted)}`, value);
  },
  children: [{ path: '', expectation: unwanted }],
});

export function unboundWords(name: string): string {
  return `the value of ${name}, which nothing has bound yet`;
}

export const absent: Operator = operand => {
  if (operand !== true) return 'wants true';
  return {
    words: () => NOTHING_HERE,
    compare: (value, path) => (value === undefined ? undefined : missed(path, NOTHING_HERE, value)),
  };
};

export const present: Operator = operand => {
  if (operand !== true) return 'wants true';
  return {
    words: () => 'something here',
    compare: (value, path) => (value === undefined ? missed(path, 'something here', value) : undefined),
  };
};
