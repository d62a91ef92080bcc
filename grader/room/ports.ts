/** Free ports for programs to listen on. */
import { canBind, holderOf, isTaken } from '../subject/holder.ts';
import { countResting, TABLES, visitTable } from '../subject/socket-table.ts';
import type { Transport } from '../subject/subject.ts';
import { PortTaken } from './room.ts';

/**
 * Below Linux's ephemeral ports: there, a client of the same port number could take it, and a TCP connect
 * to a port where nobody listens yet can even meet itself.
 */
const FIRST = 20_000;
const COUNT = 12_000;

/** Handed out by this process: a port that a program has used may rest for a minute. */
const used = new Set<number>();

/**
 * A port that was free a moment ago, for TCP and, if asked for, for UDP. Binding it for the trial sends
 * nothing to anybody.
 */
export async function freePort(transport: Transport): Promise<number> {
  const resting = transport === 'tcp' ? restingPorts() : undefined;
  for (let trial = 0; trial < COUNT; trial += 1) {
    if (used.size > COUNT / 2) used.clear();
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (used.has(port) || resting?.has(port)) continue;
    used.add(port);
    // A contract may want both transports on one number, as DNS does: TCP is tried in any case.
    const free = await Promise.all([canBind('tcp', port), transport === 'tcp' || canBind('udp', port)]);
    if (free.every(Boolean)) return port;
  }
  throw new Error(`no free port from ${FIRST} to ${FIRST + COUNT - 1}`);
}

/** Throws PortTaken if somebody listens there. */
export async function fixedPort(transport: Transport, port: number): Promise<number> {
  if (await isTaken(transport, port)) throw new PortTaken(port, holderOf(transport, port));
  return port;
}

let resting = new Set<number>();
let restingReadAt = Number.NEGATIVE_INFINITY;
/** Ports of our own are not used again, so this is about other processes only, ms. */
const RESTING_STALE_MS = 10_000;

/**
 * Ports with connections in TIME_WAIT. Node binds them all the same (SO_REUSEADDR), so a trial does not show
 * them, but a student's program without that option would fail: "Address already in use".
 */
function restingPorts(): ReadonlySet<number> {
  if (performance.now() - restingReadAt < RESTING_STALE_MS) return resting;
  restingReadAt = performance.now();
  resting = new Set();
  // Usually there are none, and the counter saves reading the tables (some milliseconds).
  let left = countResting();
  for (const { name, transport } of TABLES) {
    if (left === 0 || transport !== 'tcp') continue;
    visitTable('self', name, row => {
      if (!row.rests) return false;
      resting.add(row.port);
      left -= 1;
      return left === 0;
    });
  }
  return resting;
}
