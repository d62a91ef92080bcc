/** JSON values as the judge sees them: messages, files and exit statuses are all turned into these. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value's own member; never one that every object inherits, such as "toString". */
export function member(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** "text", "number", "list" …: what a reader calls this kind of value. */
export function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (isList(value)) return 'list';
  return typeof value === 'string' ? 'text' : typeof value;
}
