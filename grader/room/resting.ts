/**
 * Frees ports that rest. The side that closes a TCP connection first keeps its port from being bound again for a
 * minute (TIME-WAIT, RFC 9293 §3.6.1), and most programs of students do not ask to have it all the same. In a
 * lane the next program would meet the rest of the one before.
 */
import { connect } from 'node:net';
import { addressText, visitTable } from '../subject/socket-table.ts';

/** For connections that are closing, and for those that rest to be gone, ms. */
const longest = 1500;
const lookEvery = 2;
const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

interface Pair {
  port: number;
  peerPort: number;
  address: string;
}

/**
 * Ends what rests on these ports, once what is closing there has closed. A new connection attempt with the same
 * two ports is answered by the old connection with an acknowledgment of things that the caller has never heard
 * of; the caller resets it (RFC 9293 §3.5.1, figure 9), and a reset ends TIME-WAIT (RFC 1337 §2, there called a
 * hazard). Only where all connections are this process's own: in a lane.
 */
export async function endResting(ports: readonly number[]): Promise<void> {
  const deadline = performance.now() + longest;
  for (let seen = look(ports); seen.closing && performance.now() < deadline; seen = look(ports))
    await sleep(lookEvery);
  const { resting } = look(ports);
  if (resting.length === 0) return;
  const callers = resting.map(({ port, peerPort, address }) => {
    const host = address.replace(/^::ffff:/, '');
    const caller = connect({ host, port, localPort: peerPort, localAddress: host });
    // Nobody listens: it would be refused in the end.
    return caller.on('error', () => undefined);
  });
  while (look(ports).resting.length > 0 && performance.now() < deadline) await sleep(lookEvery);
  for (const caller of callers) caller.destroy();
}

function look(ports: readonly number[]): { resting: Pair[]; closing: boolean } {
  const resting: Pair[] = [];
  let closing = false;
  for (const name of ['tcp', 'tcp6'] as const)
    visitTable('self', name, row => {
      const { port, peerPort } = row;
      if (!ports.includes(port)) return false;
      if (row.rests) resting.push({ port, peerPort, address: addressText(row.address) });
      closing ||= row.closing;
      return false;
    });
  return { resting, closing };
}
