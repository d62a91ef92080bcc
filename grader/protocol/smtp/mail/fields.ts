/** The fields of a mail's header that checks ask for by name (RFC 5322 §3.6). */
import type { Json, JsonObject } from '../../../judge/json.ts';
import { readAddresses } from './address.ts';
import { readDate } from './date.ts';
import { decodeWords } from './encoded-word.ts';
import { type Header, named } from './header.ts';
import { wordsOf } from './lexical.ts';
import { readMessageId } from './message-id.ts';

/** May stand there once (§3.6). */
const once = [
  'date',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'message-id',
  'in-reply-to',
  'references',
  'subject',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
];

export function readFields(header: Header): { faults: string[]; notes: string[]; [field: string]: Json } {
  const faults = once.flatMap(name => {
    const count = named(header, name).length;
    return count > 1 ? [`${name}: stands there ${count} times`] : [];
  });
  for (const name of ['date', 'from'])
    if (named(header, name).length === 0) faults.push(`${name}: is missing`);
  const notes: string[] = [];
  const addresses = (name: string): string[] => {
    const read = named(header, name).map(readAddresses);
    faults.push(...read.flatMap(one => one.faults.map(fault => `${name}: ${fault}`)));
    notes.push(...read.flatMap(one => one.notes.map(note => `${name}: ${note}`)));
    return read.flatMap(({ list }) => list.map(({ address }) => address));
  };
  const of = <T extends JsonObject>(name: string, read: (value: string) => T): T | undefined => {
    const [value] = named(header, name);
    if (value === undefined) return undefined;
    const result = read(value);
    if (typeof result.fault === 'string') faults.push(`${name}: ${result.fault}`);
    return result;
  };
  const [from, to, cc] = ['from', 'to', 'cc'].map(addresses) as [string[], string[], string[]];
  const date = of('date', readDate);
  const messageId = of('message-id', readMessageId);
  const [subject] = named(header, 'subject').map(decodeWords);
  faults.push(...(subject?.faults ?? []).map(fault => `subject: ${fault}`));
  notes.push(...(subject?.notes ?? []).map(note => `subject: ${note}`));
  const mimeVersion = mimeVersionOf(header, faults);
  return {
    from,
    to,
    ...(named(header, 'cc').length === 0 ? {} : { cc }),
    ...(subject === undefined ? {} : { subject: subject.text }),
    ...(date === undefined ? {} : { date }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(mimeVersion === undefined ? {} : { mimeVersion }),
    faults,
    notes,
  };
}

/** RFC 2045 §4: needed as soon as any field of MIME is there. */
function mimeVersionOf(header: Header, faults: string[]): string | undefined {
  const [value] = named(header, 'mime-version');
  const usesMime = header.fields.some(({ name }) => name.startsWith('content-'));
  if (value === undefined) {
    if (usesMime) faults.push('mime-version: is missing');
    return undefined;
  }
  // A comment may stand anywhere in it.
  const version = wordsOf(value, '')
    .words.map(({ text }) => text)
    .join('');
  if (version !== '1.0') faults.push(`mime-version: is "${version.slice(0, 40)}", not 1.0`);
  return version;
}
