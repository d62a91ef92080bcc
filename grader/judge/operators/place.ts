/**
 * Finds an element for each expectation. Expectations without names are a plain bipartite matching. One that binds or
 * uses a name changes what the others may take, so those are tried in every way, with bindings undone in between.
 */
import { assign } from '../assign.ts';
import type { Json } from '../json.ts';
import type { Judge } from '../operator.ts';

/** Comparisons after which the search gives up: a flood of answers must not stop the grader (about a second). */
const PATIENCE = 500_000;

/**
 * 'placed' keeps the bindings made; otherwise all is as before. `sharing`: 'own' gives each expectation an element of
 * its own, 'shared' lets two have the same.
 */
export function place(
  wanted: readonly Json[],
  value: readonly Json[],
  path: string,
  judge: Judge,
  sharing: 'own' | 'shared',
): 'placed' | 'none' | 'tired' {
  const plain = wanted.filter(expectation => !isNaming(expectation, judge));
  // Those that bind come first, so that a name is bound before it is used.
  const naming = wanted
    .filter(expectation => isNaming(expectation, judge))
    .sort((a, b) => bindCount(b, judge) - bindCount(a, judge));
  const start = judge.mark();
  const taken = new Set<number>();
  let tries = 0;

  const fits = (expectation: Json, index: number): boolean => {
    tries += 1;
    const before = judge.mark();
    const met = judge.compare(expectation, value[index] ?? null, path) === undefined;
    if (!met) judge.undo(before);
    return met;
  };

  // What asks for no names has the same answer on every way.
  const known = plain.map(() => new Map<number, boolean>());
  const plainFits = (which: number, index: number): boolean => {
    const answer = known[which]?.get(index) ?? fits(plain[which] ?? null, index);
    known[which]?.set(index, answer);
    return answer;
  };
  const placePlain = (): boolean => {
    if (sharing === 'shared') {
      return plain.every((_, which) => value.some((_item, index) => plainFits(which, index)));
    }
    const free = [...value.keys()].filter(index => !taken.has(index));
    const given = assign(plain.length, free.length, (left, right) => plainFits(left, free[right] ?? 0));
    return given.every(index => index !== undefined);
  };

  const placeFrom = (next: number): boolean => {
    const expectation = naming[next];
    if (expectation === undefined) return placePlain();
    for (let index = 0; index < value.length && tries < PATIENCE; index += 1) {
      if (taken.has(index)) continue;
      const before = judge.mark();
      if (fits(expectation, index)) {
        if (sharing === 'own') taken.add(index);
        if (placeFrom(next + 1)) return true;
        taken.delete(index);
      }
      judge.undo(before);
    }
    return false;
  };

  // A plain one that has no element anywhere is known before any of the ways is tried.
  if (!placePlain()) return 'none';
  if (naming.length > 0 && !placeFrom(0)) return tries >= PATIENCE ? 'tired' : 'none';
  judge.progress = start.progress + wanted.length;
  return 'placed';
}

function isNaming(expectation: Json, judge: Judge): boolean {
  const { binds, refs } = judge.names(expectation);
  return binds.length + refs.length > 0;
}

const bindCount = (expectation: Json, judge: Judge): number => judge.names(expectation).binds.length;
