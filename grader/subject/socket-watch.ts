/**
 * Which of the wanted sockets a subject has opened, and what else it has. Asked every millisecond, so the
 * questions go from cheap to dear: has the tree any socket at all, has a counter changed, what is in the
 * table.
 */
import { socketInodes } from './proc.ts';
import {
  addressText,
  countSockets,
  type Row,
  TABLES,
  type TableName,
  takesLoopback,
  visitTable,
} from './socket-table.ts';
import type { Bound, Listening, Transport } from './subject.ts';

/**
 * A counter may stay equal while one socket goes and another one comes: a table is read again some
 * milliseconds after the tree's sockets have changed, then after twice as many, …
 */
const FIRST_REREAD_MS = 4;
const LAST_REREAD_MS = 100;

interface Table {
  name: TableName;
  transport: Transport;
  /** Sockets in it when it was last found changed. */
  count: number | undefined;
  readAt: number;
  rereadMs: number;
  /** Rows that belong to the subject. */
  rows: Row[];
}

export interface Sighting {
  /** All wanted sockets are there. */
  complete: boolean;
  /** Serving sockets that nobody asked for. */
  others: Bound[];
}

export class SocketWatch {
  readonly #wanted: readonly Listening[];
  #tables: readonly Table[] = [];
  /** Inode -> pid of a holder. */
  #sockets: Map<string, number> = new Map();
  /** A process of the tree that may not be looked into (it has changed its user). */
  #hidden: number | undefined;

  /** @param pids the subject's processes, as early as possible */
  constructor(wanted: readonly Listening[], pids: readonly number[]) {
    this.#wanted = wanted;
    const counts = pids[0] === undefined ? undefined : countSockets(pids[0]);
    // Counted before it has any socket: as long as the counters stay equal, no table need be read.
    this.#findSockets(pids);
    const early = counts !== undefined && this.#holder === undefined;
    this.#tables = TABLES.map(table => ({
      ...table,
      count: early ? counts[table.name] : undefined,
      readAt: early ? performance.now() : Number.NEGATIVE_INFINITY,
      rereadMs: FIRST_REREAD_MS,
      rows: [],
    }));
  }

  /**
   * @param pids the subject's processes
   * @param everything reads all tables, whatever they cost
   */
  look(pids: readonly number[], everything = false): Sighting {
    this.#findSockets(pids);
    const of = this.#holder;
    if (of === undefined) return { complete: false, others: [] };
    const counts = countSockets(of);
    for (const table of this.#tables) {
      const count = counts?.[table.name];
      const stale = performance.now() - table.readAt > table.rereadMs;
      const changed = count !== undefined && count !== table.count && this.#wants(table.transport);
      if (stale) table.rereadMs = Math.min(2 * table.rereadMs, LAST_REREAD_MS);
      if (count === 0) table.rows = [];
      else if (everything || stale || changed) this.#read(table, of);
      if (count === 0 || changed) table.count = count;
    }
    const rows = this.#tables.flatMap(table => table.rows).filter(row => this.#isOurs(row));
    return {
      complete: this.#wanted.every(wanted => rows.some(row => satisfies(row, wanted))),
      others: describe(rows.filter(row => !this.#wanted.some(wanted => satisfies(row, wanted)))),
    };
  }

  /**
   * Whether the tree holds a socket with which it may be waiting for the network: one that the system lists
   * (bound or connecting), but not as serving. One that was never bound hears from nobody, and local ones do
   * not count. Reads whole tables, so it is asked only of a program that sleeps.
   */
  mayAwaitNetwork(): boolean {
    const serving = new Set(this.#tables.flatMap(table => table.rows).map(row => row.inode));
    const unknown = [...this.#sockets].filter(([inode]) => !serving.has(inode));
    const [first] = unknown;
    if (!first) return false;
    const listed = new Set<string>();
    for (const { name } of TABLES)
      visitTable(first[1], name, row => {
        listed.add(row.inode);
        return false;
      });
    return unknown.some(([inode]) => listed.has(inode));
  }

  /** A process whose /proc/<pid>/net is to be read: its network namespace need not be ours. */
  get #holder(): number | undefined {
    return this.#sockets.values().next().value ?? this.#hidden;
  }

  #wants(transport: Transport): boolean {
    return this.#wanted.some(wanted => wanted.transport === transport);
  }

  /** Which sockets the processes hold now. */
  #findSockets(pids: readonly number[]): void {
    const before = this.#sockets;
    this.#sockets = new Map();
    this.#hidden = undefined;
    for (const pid of pids) {
      const inodes = socketInodes(pid);
      if (!inodes) this.#hidden = pid;
      for (const inode of inodes ?? []) this.#sockets.set(inode, pid);
    }
    if ([...this.#sockets.keys()].every(inode => before.has(inode))) return;
    for (const table of this.#tables) {
      table.readAt = Math.max(table.readAt, performance.now());
      table.rereadMs = FIRST_REREAD_MS;
    }
  }

  #read(table: Table, of: number): void {
    const rows: Row[] = [];
    const missing = new Set(this.#wanted.filter(wanted => wanted.transport === table.transport));
    const any = missing.size > 0;
    visitTable(of, table.name, row => {
      if (!row.serves) return table.transport === 'tcp'; // Listening sockets come first: no more of them.
      if (!this.#isOurs(row)) return false;
      rows.push(row);
      for (const wanted of missing) if (satisfies(row, wanted)) missing.delete(wanted);
      return any && missing.size === 0;
    });
    table.rows = rows;
    table.readAt = performance.now();
  }

  #isOurs(row: Row): boolean {
    if (this.#sockets.has(row.inode)) return true;
    // Whose socket it is can't be seen; the room found the port free before the start, so it counts.
    return this.#hidden !== undefined && this.#wanted.some(wanted => satisfies(row, wanted));
  }
}

function satisfies(row: Row, wanted: Listening): boolean {
  return row.transport === wanted.transport && row.port === wanted.port && takesLoopback(row.address);
}

function describe(rows: readonly Row[]): Bound[] {
  const found = new Map<string, Bound>();
  for (const { transport, port, address } of rows) {
    const place = takesLoopback(address) ? {} : { address: addressText(address) };
    found.set(`${transport} ${port} ${place.address ?? ''}`, { transport, port, ...place });
  }
  return [...found.values()];
}
