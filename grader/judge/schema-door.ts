/**
 * The only door to Ajv. Loading it costs 40 ms, so it is loaded by `prepareSchemas` when an expectation holds a
 * `$schema`, and never otherwise; comparing stays synchronous.
 */
import type { Ajv2020, DefinedError, ValidateFunction } from 'ajv/dist/2020.js';
import { isList, isObject, type Json, type JsonObject, member } from './json.ts';
import { compact } from './render.ts';

type Schema = boolean | JsonObject;

export interface SchemaError {
  /** Leads to the value at fault: member names and list indices. */
  keys: (string | number)[];
  /** Completes "expected …". */
  wants: string;
  got: Json | undefined;
}

let loaded: Ajv2020 | undefined;

/** By the schema's JSON text: its validator, or why it has none. */
const compiled = new Map<string, ValidateFunction | string>();

/** Schemas whose text has a seeded value in it differ from run to run: a long-lived worker must not keep them all. */
const KEPT = 500;

/**
 * Loads Ajv and compiles each `$schema` in an expectation (or in anything that holds expectations). Never rejects for
 * a bad schema: `problems` lists it and `match` throws.
 */
export async function prepareSchemas(expectation: Json): Promise<void> {
  const schemas = [...schemasIn(expectation)];
  if (schemas.length === 0) return;
  if (!loaded) {
    // A CommonJS module: bundled, it has its names on the default export only.
    const { default: ajv } = await import('ajv/dist/2020.js');
    // "format" is a remark in 2020-12; unknown keywords are refused because they are nearly always misspelt.
    loaded = new ajv.Ajv2020({
      strictTypes: false,
      strictTuples: false,
      validateFormats: false,
      logger: false,
    });
  }
  for (const schema of schemas) validatorOf(schema);
}

function* schemasIn(part: Json): Generator<Schema> {
  if (isList(part)) for (const item of part) yield* schemasIn(item);
  if (!isObject(part)) return;
  for (const [key, item] of Object.entries(part)) {
    if (key !== '$schema') yield* schemasIn(item);
    // Where an expectation is not meant, it is the name of a file's own schema.
    else if (typeof item === 'boolean' || isObject(item)) yield item;
  }
}

/** What is wrong with a schema; undefined also while nothing has been prepared. */
export function schemaFault(schema: Schema): string | undefined {
  if (isObject(schema) && member(schema, '$async') !== undefined) return "can't use $async: it always fits";
  const validator = loaded && validatorOf(schema);
  return typeof validator === 'string' ? validator : undefined;
}

/** The first violation. Throws where `prepareSchemas` has not loaded Ajv, or where the schema is bad. */
export function firstError(schema: Schema, value: Json): SchemaError | undefined {
  const validator = validatorOf(schema);
  if (typeof validator === 'string') throw new Error(`$schema ${validator}`);
  if (validator(value)) return undefined;
  // Ajv lists what failed inside "anyOf" and its like before the keyword itself; "if" adds a remark at the end.
  const errors = (validator.errors ?? []) as DefinedError[];
  const error = errors.findLast(({ keyword }) => keyword !== 'if') ?? errors[0];
  return error ? explained(error, value) : { keys: [], wants: 'JSON that fits the schema', got: value };
}

function validatorOf(schema: Schema): ValidateFunction | string {
  const text = JSON.stringify(schema);
  const known = compiled.get(text);
  if (known !== undefined) return known;
  if (!loaded) throw new Error('$schema was met before prepareSchemas() loaded the validator');
  const validator = compile(loaded, schema);
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(text, validator);
  return validator;
}

function compile(ajv: Ajv2020, schema: Schema): ValidateFunction | string {
  try {
    return ajv.compile(schema);
  } catch (error) {
    return `has a bad schema: ${error instanceof Error ? error.message : 'unknown fault'}`;
  } finally {
    // Another check may use the same "$id".
    ajv.removeSchema(schema);
  }
}

function explained(error: DefinedError, value: Json): SchemaError {
  const found = reach(value, error.instancePath);
  const inside = (key: string, wants: string): SchemaError => ({
    keys: [...found.keys, key],
    wants,
    got: isObject(found.got) ? member(found.got, key) : undefined,
  });
  switch (error.keyword) {
    case 'required':
      return inside(error.params.missingProperty, 'something here');
    case 'additionalProperties':
      return inside(error.params.additionalProperty, 'nothing here');
    case 'const':
      return { ...found, wants: compact(error.params.allowedValue as Json) };
    case 'enum':
      return { ...found, wants: `one of ${error.params.allowedValues.map(one => compact(one)).join(', ')}` };
    default:
      return { ...found, wants: error.message ?? 'JSON that fits the schema' };
  }
}

/** Follows a JSON Pointer (RFC 6901 §4). */
function reach(value: Json, pointer: string): { keys: (string | number)[]; got: Json | undefined } {
  const keys: (string | number)[] = [];
  let got: Json | undefined = value;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    keys.push(isList(got) ? Number(key) : key);
    got = isList(got) ? got[Number(key)] : isObject(got) ? member(got, key) : undefined;
  }
  return { keys, got };
}
