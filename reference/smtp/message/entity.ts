// An entity (RFC 2045 §2.4): what a message and each part of a multipart have in common, the fields that
// describe a content and the content itself.

import { headerField } from './header-field.ts';

export interface Entity {
  /** Content-Type and its like: names and values, not yet folded. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** 7-bit ASCII, lines of 998 characters at most, divided or ended by CRLF. */
  readonly content: string;
}

/** RFC 5322 §2.1: the first empty line divides the header from the body. */
export function encodeEntity({ fields, content }: Entity): string {
  return `${fields.map(([name, value]) => headerField(name, value)).join('')}\r\n${content}`;
}
