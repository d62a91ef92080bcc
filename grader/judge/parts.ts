/** An expectation taken apart: the operators and the plain members of an object, its words, its names. */
import { isList, isObject, type Json, type JsonObject } from './json.ts';
import type { Condition, Names } from './operator.ts';
import { compact, quote } from './render.ts';
import { operators } from './table.ts';

export interface Parts {
  conditions: readonly (readonly [operator: string, condition: Condition])[];
  members: readonly (readonly [key: string, expectation: Json])[];
  /** Completes the operator's name: "$rnage is no operator". */
  faults: readonly { operator: string; says: string }[];
}

/** Expectations are compared again and again (rules, elements of lists): they are read once. */
const known = new WeakMap<JsonObject, Parts>();

export function partsOf(expectation: JsonObject): Parts {
  const before = known.get(expectation);
  if (before) return before;
  const conditions: [string, Condition][] = [];
  const members: [string, Json][] = [];
  const faults: { operator: string; says: string }[] = [];
  for (const [key, item] of Object.entries(expectation)) {
    if (!key.startsWith('$')) {
      members.push([key, item]);
      continue;
    }
    const condition = operators.get(key)?.(item) ?? UNKNOWN;
    if (typeof condition === 'string') faults.push({ operator: key, says: condition });
    else conditions.push([key, condition]);
  }
  const parts = { conditions, members, faults };
  // Whether a schema is good may only be known later, when Ajv has been loaded.
  if (!('$schema' in expectation)) known.set(expectation, parts);
  return parts;
}

const UNKNOWN = `is no operator; there are ${[...operators.keys()].join(', ')}`;

/** An expectation in words, at most about 120 characters. Text stands in quotes. */
export function say(expectation: Json): string {
  return typeof expectation === 'string' ? quote(expectation) : compact(expectation, wordsOf);
}

function wordsOf(expectation: Json): string | undefined {
  if (!isObject(expectation)) return undefined;
  const { conditions, members } = partsOf(expectation);
  if (conditions.length === 0) return undefined;
  const words = conditions.map(([, condition]) => condition.words(say));
  if (members.length > 0) words.push(say(Object.fromEntries(members)));
  return words.join(' and ');
}

/** Every name bound or used by an expectation, each once, in order of appearance. */
export function bindingNames(expectation: Json): Names {
  const binds = new Set<string>();
  const refs = new Set<string>();
  const walk = (part: Json): void => {
    if (isList(part)) part.forEach(walk);
    if (!isObject(part)) return;
    const { conditions, members } = partsOf(part);
    for (const [operator, condition] of conditions) {
      const operand = part[operator];
      if (operator === '$bind' && typeof operand === 'string') binds.add(operand);
      if (operator === '$ref' && typeof operand === 'string') refs.add(operand);
      for (const child of condition.children ?? []) walk(child.expectation);
    }
    for (const [, item] of members) walk(item);
  };
  walk(expectation);
  return { binds: [...binds], refs: [...refs] };
}
