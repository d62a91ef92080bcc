// What the four programs are told: positional arguments, and knobs from the environment. Anything missing or
// malformed ends the program with one line. It is not an option parser.

import { fail } from './failure.ts';

const LAST_PORT = 65_535; // Ports have 16 bits in both headers: RFC 768, RFC 9293 §3.1.
const LONGEST_MS = 2_147_483_647; // The longest time that setTimeout can wait.

/** `PORT` from the command line. Port 0 is allowed: the system then chooses a free one. */
export function serverArguments(program: string): { port: number } {
  const [port, ...surplus] = process.argv.slice(2);
  if (port === undefined || surplus.length > 0) fail(`usage: ${program} PORT`);
  return { port: wholeNumber('PORT', port, 0, LAST_PORT) };
}

/** `HOST PORT` from the command line. The host is a name or an address; nothing is looked up here. */
export function clientArguments(program: string): { host: string; port: number } {
  const [host, port, ...surplus] = process.argv.slice(2);
  if (!host || port === undefined || surplus.length > 0) fail(`usage: ${program} HOST PORT`);
  return { host, port: wholeNumber('PORT', port, 1, LAST_PORT) };
}

/** A number from the environment; `fallback` if the variable is missing or empty. */
export function knob(name: string, fallback: number, least: number): number {
  return wholeNumber(name, process.env[name] || String(fallback), least, LONGEST_MS);
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  fail(`${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
