/** What makes a submission's run repeatable, and by what the journal knows that it has been done. */
import { createHash, createHmac } from 'node:crypto';

/**
 * Eight hexadecimal digits: the seed of one student's run. The same student keeps it from run to run, and
 * who does not know the secret can not work out a neighbour's.
 */
export const seedOf = (secret: string, student: string): string =>
  createHmac('sha256', secret).update(student).digest('hex').slice(0, 8);

/** Everything that a result depends on. */
export interface KeyParts {
  /** Hash of the submission's content. */
  content: string;
  student: string;
  seed: string;
  /** Hash of contract and checks. */
  fixtures: string;
  /** Of the grader. */
  version: string;
  /** Options that may change a verdict; the order does not matter, nor do those left undefined. */
  options: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
}

/** 64 hexadecimal digits: SHA-256 over the parts, each in its place and quoted, so that none runs into the next. */
export function keyOf({ content, student, seed, fixtures, version, options }: KeyParts): string {
  const said = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = ['wiremark/key/1', content, student, seed, fixtures, version, said];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
