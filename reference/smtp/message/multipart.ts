// Several entities in one (RFC 2046 §5.1, `multipart/mixed`): the lecture's "multiple objects sent in
// multipart message". It does not decide what the parts are.

import { type Entity, encodeEntity } from './entity.ts';
import { parameter } from './parameter.ts';

/** `draw` gives a boundary, a new one at each call: 70 characters at most, without a blank at its end. */
export function multipartMixed(parts: readonly Entity[], draw: () => string): Entity {
  const bodies = parts.map(encodeEntity);
  let boundary = draw();
  // §5.1.1: the boundary must not stand in any part. It is random, so this will not happen; but it must not.
  while (bodies.some(body => body.includes(boundary))) boundary = draw();
  return {
    fields: [['Content-Type', `multipart/mixed; ${parameter('boundary', boundary)}`]],
    // §5.1.1: the CRLF in front of a delimiter is not the part's; the last delimiter has `--` behind it.
    content: `${bodies.map(body => `--${boundary}\r\n${body}\r\n`).join('')}--${boundary}--\r\n`,
  };
}
