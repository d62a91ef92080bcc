/** What an operator of the expectation language is. The operators themselves are in operators/, listed in table.ts. */
import type { Miss } from './difference.ts';
import type { Json } from './json.ts';

/** An expectation in words; text stands in quotes. */
export type Say = (expectation: Json) => string;

/** Names that an expectation binds (`$bind`) and uses (`$ref`), each once, in order of appearance. */
export interface Names {
  binds: string[];
  refs: string[];
}

/** An expectation inside an operand; `path` leads there from the operator: "[1]", "". */
export interface Child {
  path: string;
  expectation: Json;
}

/** An operator with its operand. */
export interface Condition {
  /** Completes "expected: …". */
  words(say: Say): string;
  /** `value` is undefined where there is nothing at `path`. */
  compare(value: Json | undefined, path: string, judge: Judge): Miss | undefined;
  children?: readonly Child[];
  /** Why the condition is useless though well-formed; for lint. */
  idle?: string | undefined;
}

/** Reads the operand: a condition, or what is wrong with the operand (completes "$range …"). */
export type Operator = (operand: Json) => Condition | string;

/** How far a comparison has come: an undo point. */
export interface Mark {
  bound: number;
  progress: number;
}

/** What a condition may ask of the comparison that it is part of. */
export interface Judge {
  /** Values met so far on this try: which alternative of `$any` got furthest. */
  progress: number;
  say: Say;
  names(expectation: Json): Names;
  bound(name: string): Json | undefined;
  bind(name: string, value: Json): void;
  compare(expectation: Json, value: Json | undefined, path: string): Miss | undefined;
  mark(): Mark;
  /** Forgets bindings and progress since the mark. */
  undo(mark: Mark): void;
}

/** The expectation itself is wrong. The fixture's fault, never the student's. */
export class BadExpectation extends Error {
  override readonly name = 'BadExpectation';
}

/** Children of an operand that is a list of expectations. */
export function eachChild(list: readonly Json[]): Child[] {
  return list.map((expectation, index) => ({ path: `[${index}]`, expectation }));
}

/** "A, B, C". */
export function sayAll(list: readonly Json[], say: Say): string {
  return list.map(say).join(', ');
}
