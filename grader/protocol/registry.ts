/** The protocols that contracts and actors can name. */
import { datagram } from './datagram.ts';
import { lines } from './lines.ts';
import type { Protocol } from './protocol.ts';
import { smtp } from './smtp/smtp.ts';

const table: Readonly<Record<string, Protocol>> = { datagram, lines, smtp };

export const protocolNames = (): string[] => Object.keys(table);

/** Throws for a name that lint would have refused. */
export function protocolNamed(name: string): Protocol {
  const protocol = Object.hasOwn(table, name) ? table[name] : undefined;
  if (protocol === undefined) throw new Error(`there is no protocol "${name}"`);
  return protocol;
}
