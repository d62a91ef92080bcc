/** What is wrong with an expectation itself, whatever may come. */
import { indexPath, keyPath } from './difference.ts';
import { isList, isObject, type Json, type JsonObject } from './json.ts';
import { bindingNames, partsOf } from './parts.ts';

export interface Problem {
  /** Where in the expectation: "lines.$tail[0].$match". */
  path: string;
  says: string;
}

/**
 * Problems, in order of appearance: an unknown operator, a bad operand, an expectation that can't fail or can't fit. A
 * bad `$schema` is seen once `prepareSchemas` has been awaited.
 */
export function problems(expectation: Json): Problem[] {
  const found: Problem[] = [];
  if (isObject(expectation) && Object.keys(expectation).length === 0) {
    found.push({ path: '', says: 'can\'t fail: if any message will do, say {"$present": true}' });
  }
  walk(expectation, '', found);
  return found;
}

function walk(part: Json, path: string, found: Problem[]): void {
  if (isList(part)) {
    for (const [index, item] of part.entries()) {
      if (isObject(item) && '$absent' in item) {
        found.push({ path: indexPath(path, index), says: "can't fit: an element of a list is never absent" });
      }
      walk(item, indexPath(path, index), found);
    }
  } else if (isObject(part)) walkObject(part, path, found);
}

function walkObject(part: JsonObject, path: string, found: Problem[]): void {
  const { conditions, members, faults } = partsOf(part);
  for (const { operator, says } of faults) {
    found.push({ path: keyPath(path, operator), says: `${operator} ${says}` });
  }
  for (const [operator, condition] of conditions) {
    const at = keyPath(path, operator);
    if (condition.idle !== undefined) found.push({ path: at, says: `${operator} ${condition.idle}` });
    if (operator === '$absent' && conditions.length + members.length > 1) {
      found.push({ path: at, says: "$absent can't fit together with anything else" });
    }
    for (const name of operator === '$not' ? bindingNames(part[operator] ?? null).binds : []) {
      found.push({ path: at, says: `$not never keeps what it binds (${name})` });
    }
    for (const child of condition.children ?? []) walk(child.expectation, at + child.path, found);
  }
  for (const [key, item] of members) walk(item, keyPath(path, key), found);
}
