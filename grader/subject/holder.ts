/** Who holds a port of this machine. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { allPids, nameOf, socketInodes } from './proc.ts';
import { type Row, TABLES, visitTable } from './socket-table.ts';
import type { Transport } from './subject.ts';

/** Whether somebody listens (TCP) or is bound (UDP) there on any address. Never rejects; sends nothing. */
export async function isTaken(transport: Transport, port: number): Promise<boolean> {
  const rows = servingRows(transport, port);
  return rows ? rows.length > 0 : !(await canBind(transport, port));
}

/** "python3, process 4711", or less if the system does not tell; undefined if nobody is known to hold it. */
export function holderOf(transport: Transport, port: number): string | undefined {
  const [row] = servingRows(transport, port) ?? [];
  if (!row) return undefined;
  for (const pid of allPids()) {
    if (socketInodes(pid)?.includes(row.inode)) return `${nameOf(pid) ?? 'a program'}, process ${pid}`;
  }
  return `a program of another user (user id ${row.uid})`;
}

/** Whether the port can be bound on 0.0.0.0 at this moment; it is given back at once. Never rejects. */
export function canBind(transport: Transport, port: number): Promise<boolean> {
  return new Promise(resolve => {
    if (transport === 'tcp') {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)));
      return;
    }
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ port, address: '0.0.0.0', exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

/** Undefined where there are no tables to read. */
function servingRows(transport: Transport, port: number): Row[] | undefined {
  const rows: Row[] = [];
  let readable = false;
  for (const { name } of TABLES.filter(table => table.transport === transport)) {
    const read = visitTable('self', name, row => {
      if (row.serves && row.port === port) rows.push(row);
      return transport === 'tcp' && !row.serves; // Listening sockets come first.
    });
    readable ||= read;
  }
  return readable ? rows : undefined;
}
