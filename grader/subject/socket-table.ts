/**
 * The kernel's tables of sockets, /proc/<pid>/net/{tcp,tcp6,udp,udp6}, as that process's network
 * namespace has them, and the counters that say cheaply whether a table has changed.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { readProc } from './proc.ts';
import type { Transport } from './subject.ts';

export type TableName = 'tcp' | 'tcp6' | 'udp' | 'udp6';

export const TABLES: readonly { name: TableName; transport: Transport }[] = [
  { name: 'tcp', transport: 'tcp' },
  { name: 'tcp6', transport: 'tcp' },
  { name: 'udp', transport: 'udp' },
  { name: 'udp6', transport: 'udp' },
];

/** One socket of a table. */
export interface Row {
  transport: Transport;
  /** Local address as the table writes it; see `addressText`. */
  address: string;
  /** Local port. */
  port: number;
  /** TCP listens, or UDP is bound and takes datagrams from anybody. */
  serves: boolean;
  /** TCP: closed by this side first; the port rests for a minute. */
  rests: boolean;
  /** TCP: neither open nor over yet; it may come to rest. */
  closing: boolean;
  uid: number;
  inode: string;
  /** Port of the other end; 0 where there is none. */
  peerPort: number;
  /** Bytes that it has not sent yet, or the other end has not acknowledged. */
  sending: number;
  /** Bytes that have come and were not read. */
  unread: number;
}

/**
 * A read of `tcp` visits each of up to some 100,000 hash buckets (4 ms, 9 ms on large machines), but the
 * listening sockets come first: small pieces let the reader stop before the rest is visited.
 */
const piece = { tcp: Buffer.allocUnsafe(300), udp: Buffer.allocUnsafe(8192) };

/**
 * Visits the rows of a table until `visit` returns true.
 * @param of pid, or "self"
 * @returns true if visited to the end or to the row wanted, false if the table could not be read
 */
export function visitTable(of: number | 'self', name: TableName, visit: (row: Row) => boolean): boolean {
  const transport = name.startsWith('tcp') ? 'tcp' : 'udp';
  const buffer = piece[transport];
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/${of}/net/${name}`, 'r');
  } catch {
    return false;
  }
  try {
    let text = '';
    for (;;) {
      const count = readSync(descriptor, buffer, 0, buffer.length, null);
      if (count === 0) return true;
      const lines = (text + buffer.toString('latin1', 0, count)).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const row = parseRow(line, transport);
        if (row && visit(row)) return true;
      }
    }
  } catch {
    return false; // The process has gone.
  } finally {
    closeSync(descriptor);
  }
}

const LISTEN = '0A';
const CLOSE = '07'; // What an unconnected UDP socket is said to be in.
const TIME_WAIT = '06';
/** FIN-WAIT-1, FIN-WAIT-2, LAST-ACK and CLOSING (linux/tcp_states.h). */
const CLOSING = ['04', '05', '09', '0B'];

/** One line of a table; undefined for the heading. */
export function parseRow(line: string, transport: Transport): Row | undefined {
  const field = line.trim().split(/\s+/);
  const [address, port] = (field[1] ?? '').split(':');
  const state = field[3];
  const inode = field[9];
  if (!address || !port || !state || !inode || state.length !== 2) return undefined;
  return {
    transport,
    address,
    port: Number.parseInt(port, 16),
    serves: state === (transport === 'tcp' ? LISTEN : CLOSE),
    rests: transport === 'tcp' && state === TIME_WAIT,
    closing: transport === 'tcp' && CLOSING.includes(state),
    uid: Number(field[7]),
    inode,
    peerPort: Number.parseInt(field[2]?.split(':')[1] ?? '0', 16),
    sending: Number.parseInt(field[4]?.split(':')[0] ?? '0', 16),
    unread: Number.parseInt(field[4]?.split(':')[1] ?? '0', 16),
  };
}

/** The table's hexadecimal address as bytes; the kernel prints 32-bit words in the machine's byte order. */
function addressBytes(hex: string): Buffer {
  const bytes = Buffer.from(hex, 'hex');
  return endianness() === 'LE' ? bytes.swap32() : bytes;
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** Whether a socket bound to this address gets what is sent to 127.x.y.z. */
export function takesLoopback(hex: string): boolean {
  if (/^0+$/.test(hex)) return true;
  const bytes = addressBytes(hex);
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes.subarray(0, 12).equals(MAPPED) && (bytes[12] === 127 || bytes.readUInt32BE(12) === 0);
}

/** The address as people write it. */
export function addressText(hex: string): string {
  const bytes = addressBytes(hex);
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, 12).equals(MAPPED)) return `::ffff:${bytes.subarray(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return groups.join(':').replace(/(^|:)0(:0)+(:|$)/, '::');
}

/** Number of sockets in each table, from two small files; undefined if the kernel does not say. */
export function countSockets(of: number | 'self'): Record<TableName, number> | undefined {
  const four = readProc(`/proc/${of}/net/sockstat`);
  if (!four) return undefined;
  const six = readProc(`/proc/${of}/net/sockstat6`) ?? '';
  const count = (text: string, key: string) =>
    Number(new RegExp(`^${key}: inuse (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    tcp: count(four, 'TCP'),
    tcp6: count(six, 'TCP6'),
    udp: count(four, 'UDP'),
    udp6: count(six, 'UDP6'),
  };
}

/** Number of TCP connections whose port rests (TIME_WAIT). */
export function countResting(): number {
  return Number(/^TCP:.* tw (\d+)/m.exec(readProc('/proc/self/net/sockstat') ?? '')?.[1] ?? 0);
}
