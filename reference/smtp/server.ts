// SMTP server (RFC 5321) of the lecture's electronic mail: `server PORT HOSTNAME MAILROOT`. Receives messages
// for one domain and puts them into its users' mailboxes. It is the last hop: it neither relays mail nor
// sends any, and it knows neither TLS nor passwords.
//
// To read on, from the wire to the disk: connection.ts, session.ts, command-table.ts with state.ts,
// line-framer.ts and mail-data.ts, delivery.ts.

import { createServer, type Socket } from 'node:net';
import { serverArguments } from './arguments.ts';
import type { Host } from './command-table.ts';
import { Connection } from './connection.ts';
import { fail, reason } from './failure.ts';
import { LIMITS } from './limits.ts';
import { isFolder, Mailboxes } from './mailboxes.ts';
import { encodeReply, reply } from './reply.ts';

const { port, hostname, mailRoot } = serverArguments();
if (!isFolder(mailRoot)) fail(`MAILROOT is no folder: ${mailRoot}`);

const mailboxes = new Mailboxes(mailRoot);
const host: Host = { name: hostname, limits: LIMITS, hasMailbox: user => mailboxes.has(user) };
const connections = new Map<Connection, Promise<void>>(); // Each with its end.

// allowHalfOpen: a client that has closed its side still reads our replies (RFC 9293 §3.6.1).
// noDelay: small replies in a row do not wait for each other's acknowledgement (RFC 9293 §3.7.4).
const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
  if (connections.size >= LIMITS.sessions) return turnAway(socket);
  const connection = new Connection(socket, host, mailboxes);
  // The event loop serves all clients at once: while one is silent, others are heard.
  const end = connection.serve().then(() => void connections.delete(connection));
  connections.set(connection, end);
});

function turnAway(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.end(encodeReply(reply(421, `${hostname} Too many sessions, try again later`)));
  socket.resume(); // What it sends is not looked at.
  socket.setTimeout(LIMITS.lingerMs, () => socket.destroy());
}

server.on('error', error => {
  if (!server.listening) fail(`cannot listen on port ${port}: ${reason(error)}`);
  console.error(`a client could not be accepted: ${reason(error)}`);
});

// Simplified: IPv4 only.
server.listen(port, '0.0.0.0', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') return; // Never so for a TCP socket that listens.
  console.log(`The server is ready to receive on port ${address.port}`);
});

/** §3.8: who must stop says 421 first. A message that is being stored is stored, and answered. */
async function shutDown(): Promise<void> {
  server.close();
  for (const connection of connections.keys()) connection.shutDown();
  setTimeout(() => process.exit(1), LIMITS.shutDownMs); // Who does not read our reply can not hold us.
  await Promise.all(connections.values());
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutDown());
