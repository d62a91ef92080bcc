/**
 * Expectation against value. Expectations are examples: a literal means equal, an object means "these keys match, others
 * are free", a list means same length and order, and `$` keys are operators (table.ts). Pure: no socket, file or clock.
 */
import { type Difference, indexPath, keyPath, type Miss, missed, missedLiteral } from './difference.ts';
import { NOTHING_HERE } from './exact.ts';
import { isList, isObject, type Json, type JsonObject, member } from './json.ts';
import { BadExpectation, type Judge, type Mark, type Names } from './operator.ts';
import { bindingNames, partsOf, say } from './parts.ts';

export type { Difference } from './difference.ts';
export type { Json } from './json.ts';
export { problems } from './lint.ts';
export { BadExpectation } from './operator.ts';
export { bindingNames } from './parts.ts';
export { prepareSchemas } from './schema-door.ts';

/** Values bound by `$bind`, by name. One map serves all expectations of a check. */
export type Bindings = Map<string, Json>;

/**
 * undefined: it matches, and new bindings are kept; otherwise the first difference, and the bindings are as before.
 * `value` is undefined where nothing came. Throws BadExpectation where the expectation itself is wrong (`problems`
 * finds those beforehand), and an Error where it holds a `$schema` and `prepareSchemas` was not awaited.
 */
export function match(
  expectation: Json,
  value: Json | undefined,
  bindings: Bindings,
): Difference | undefined {
  const matcher = new Matcher(bindings);
  const start = matcher.mark();
  let met = false;
  try {
    const miss = matcher.compare(expectation, value, '');
    met = miss === undefined;
    return miss && shown(miss);
  } finally {
    if (!met) matcher.undo(start);
  }
}

function shown({ words: _, ...difference }: Miss): Difference {
  return difference;
}

class Matcher implements Judge {
  progress = 0;
  readonly say = say;
  readonly #bindings: Bindings;
  /** Names bound by this comparison, in order: undoing takes them off the end. */
  readonly #trail: string[] = [];
  readonly #names = new WeakMap<object, Names>();

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  names(expectation: Json): Names {
    if (typeof expectation !== 'object' || expectation === null) return { binds: [], refs: [] };
    const names = this.#names.get(expectation) ?? bindingNames(expectation);
    this.#names.set(expectation, names);
    return names;
  }

  bound(name: string): Json | undefined {
    return this.#bindings.get(name);
  }

  bind(name: string, value: Json): void {
    this.#bindings.set(name, value);
    this.#trail.push(name);
  }

  mark(): Mark {
    return { bound: this.#trail.length, progress: this.progress };
  }

  undo(mark: Mark): void {
    for (const name of this.#trail.splice(mark.bound)) this.#bindings.delete(name);
    this.progress = mark.progress;
  }

  compare(expectation: Json, value: Json | undefined, path: string): Miss | undefined {
    if (isList(expectation)) return this.#compareList(expectation, value, path);
    if (isObject(expectation)) return this.#compareObject(expectation, value, path);
    if (expectation !== value) return missedLiteral(path, expectation, value);
    this.progress += 1;
    return undefined;
  }

  #compareList(wanted: readonly Json[], value: Json | undefined, path: string): Miss | undefined {
    if (!isList(value)) return missed(path, say(wanted), value);
    for (const [index, expectation] of wanted.entries()) {
      const at = indexPath(path, index);
      const item = value[index];
      const miss = this.compare(expectation, item, at);
      if (miss) return miss;
      // Same length, even where the element may be absent or be anything but something.
      if (item === undefined) return missed(at, say(expectation), item);
    }
    const extra = value[wanted.length];
    return extra === undefined ? undefined : missed(indexPath(path, wanted.length), NOTHING_HERE, extra);
  }

  #compareObject(wanted: JsonObject, value: Json | undefined, path: string): Miss | undefined {
    const { conditions, members, faults } = partsOf(wanted);
    const fault = faults[0];
    if (fault) throw new BadExpectation(`${path === '' ? '' : `${path}: `}${fault.operator} ${fault.says}`);
    for (const [, condition] of conditions) {
      const miss = condition.compare(value, path, this);
      if (miss) return miss;
      this.progress += 1;
    }
    if (members.length === 0 && conditions.length > 0) return undefined;
    if (!isObject(value)) return missed(path, say(wanted), value);
    for (const [key, expectation] of members) {
      const miss = this.compare(expectation, member(value, key), keyPath(path, key));
      if (miss) return miss;
    }
    return undefined;
  }
}
