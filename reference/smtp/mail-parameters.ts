// The parameters of MAIL that our service extensions bring with them: SIZE (RFC 1870) and BODY (RFC 6152).
// Those of RCPT are none. It decides whether they are acceptable; nothing needs to be remembered of them.

import type { Limits } from './limits.ts';
import { type Reply, reply } from './reply.ts';
import type { Client } from './state.ts';

/** The reply that refuses the value, or `undefined` if it is fine. */
type Parameter = (value: string, limits: Limits) => Reply | undefined;

const PARAMETERS: ReadonlyMap<string, Parameter> = new Map<string, Parameter>([
  ['SIZE', size],
  ['BODY', body],
]);

/** The reply that refuses one of the parameters (`KEYWORD` or `KEYWORD=value`), `undefined` if all are fine. */
export function refuseParameters(
  parameters: readonly string[],
  client: Client,
  limits: Limits,
): Reply | undefined {
  for (const parameter of parameters) {
    const [keyword = '', value = ''] = parameter.split('=', 2);
    // Parameters belong to extensions, and who says HELO has asked for none (RFC 5321 §2.2.1).
    const known = client.extended ? PARAMETERS.get(keyword.toUpperCase()) : undefined;
    if (known === undefined) return reply(555, 'Parameters not recognized'); // RFC 5321 §4.1.1.11.
    const refusal = known(value, limits);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** RFC 1870 §6.1: a message that is declared too big is refused before it is sent. Its bytes are still counted. */
function size(value: string, limits: Limits): Reply | undefined {
  if (!/^\d{1,20}$/.test(value)) return reply(501, 'SIZE takes a number');
  return Number(value) > limits.messageSize ? reply(552, 'Message too big') : undefined;
}

/** RFC 6152 §2: either is stored byte by byte, so there is no difference to us. */
function body(value: string): Reply | undefined {
  return /^(?:7BIT|8BITMIME)$/i.test(value) ? undefined : reply(501, 'BODY takes 7BIT or 8BITMIME');
}
