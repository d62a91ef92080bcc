/** Short renderings of values for people. All are bounded: a value of many megabytes costs no more than a small one. */
import { isList, isObject, type Json, member } from './json.ts';

/** Longest rendering, in UTF-16 code units. */
export const LIMIT = 120;

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** True where a cut before `index` (UTF-16) would part a surrogate pair. */
export function splitsPair(text: string, index: number): boolean {
  return index > 0 && isHigh(text.charCodeAt(index - 1)) && isLow(text.charCodeAt(index));
}

/** The text's part from `start` that fits in `limit` code units, with "…" at each end that was cut. */
export function windowOf(text: string, start = 0, limit = LIMIT): string {
  const lead = start > 0 ? '…' : '';
  if (lead.length + text.length - start <= limit) return lead + text.slice(start);
  let end = start + limit - lead.length - 1;
  if (splitsPair(text, end)) end -= 1;
  return `${lead}${text.slice(start, end)}…`;
}

/** Text in quotes, otherwise raw: the report makes control characters visible. */
export function quote(text: string): string {
  return `"${windowOf(text, 0, LIMIT - 2)}"`;
}

/**
 * Compact JSON of at most LIMIT code units. `words` may say a part of the value in its own way: this is how
 * operators inside an expectation become words.
 */
export function compact(value: Json, words: (part: Json) => string | undefined = () => undefined): string {
  let out = '';
  const put = (part: Json): void => {
    const said = words(part);
    if (said !== undefined) out += said;
    else if (typeof part === 'string') out += JSON.stringify(part.slice(0, LIMIT + 1));
    else if (isList(part)) putAll('[', ']', part.length, index => put(part[index] ?? null));
    else if (isObject(part)) {
      const keys = Object.keys(part);
      putAll('{', '}', keys.length, index => {
        const key = keys[index] ?? '';
        out += `${JSON.stringify(key.slice(0, LIMIT + 1))}:`;
        put(member(part, key) ?? null);
      });
    } else out += String(part);
  };
  const putAll = (open: string, close: string, count: number, one: (index: number) => void): void => {
    out += open;
    for (let index = 0; index < count && out.length <= LIMIT; index += 1) {
      if (index > 0) out += ',';
      one(index);
    }
    out += close;
  };
  put(value);
  return windowOf(out);
}

/** What came: "nothing", raw text, or compact JSON. */
export function rendered(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? windowOf(value) : compact(value);
}
