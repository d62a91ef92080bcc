/** Message identifiers (RFC 5322 §3.6.4). */
import type { JsonObject } from '../../../judge/json.ts';

const atom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const literal = /^\[[!-Z^-~]*\]$/;

/** { value, valid, fault? } */
export function readMessageId(value: string): JsonObject {
  const found = /^<([^<>@ \t]+)@([^<>@ \t]+)>$/.exec(value);
  const [, left = '', right = ''] = found ?? [];
  const fault =
    found === null
      ? 'not of the form <left@right>'
      : !atom.test(left)
        ? `"${left.slice(0, 60)}" may not stand before the @`
        : !atom.test(right) && !literal.test(right)
          ? `"${right.slice(0, 60)}" may not stand behind the @`
          : undefined;
  return { value, valid: fault === undefined, ...(fault === undefined ? {} : { fault }) };
}
