// A file as an entity: any bytes, with its name. Simplified: the type is always `application/octet-stream`,
// "some bytes" (RFC 2046 §4.5.1), so the reader's program must tell pictures from tables by the name.

import { encodeBase64 } from './base64.ts';
import type { Entity } from './entity.ts';
import { parameter } from './parameter.ts';

export interface Attachment {
  /** The file's name, without its folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function attachmentEntity({ name, bytes }: Attachment): Entity {
  return {
    fields: [
      ['Content-Type', 'application/octet-stream'],
      ['Content-Transfer-Encoding', 'base64'],
      ['Content-Disposition', `attachment; ${parameter('filename', name)}`], // RFC 2183 §2.
    ],
    content: encodeBase64(bytes),
  };
}
