/** $schema: any JSON Schema 2020-12, checked behind the schema door. */
import { indexPath, keyPath, missed } from '../difference.ts';
import { isList, isObject } from '../json.ts';
import type { Operator } from '../operator.ts';
import { firstError, schemaFault } from '../schema-door.ts';

export const schema: Operator = operand => {
  if (typeof operand !== 'boolean' && !isObject(operand)) return 'wants a JSON Schema';
  const fault = schemaFault(operand);
  if (fault !== undefined) return fault;
  return {
    words: () => 'JSON that fits the schema',
    compare(value, path) {
      if (value === undefined) return missed(path, 'JSON that fits the schema', value);
      const error = firstError(operand, value);
      if (!error) return undefined;
      const at = error.keys.reduce<string>(
        (so, key) => (typeof key === 'number' ? indexPath(so, key) : keyPath(so, key)),
        path,
      );
      return missed(at, error.wants, error.got);
    },
    idle: operand === true || (!isList(operand) && Object.keys(operand).length === 0) ? FITS_ALL : undefined,
  };
};

const FITS_ALL = "can't fail: the schema allows everything";
