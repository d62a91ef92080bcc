// TCP server of the lecture's application example: `tcp-server PORT`. Answers each line with the line in upper
// case, until the client closes its side. The lecture hands each connection to a process or thread of its own;
// here one thread serves all, and runs whenever one of them has something for it. So a silent client keeps
// nobody waiting. Simplified: it bounds neither how many clients connect nor how long one may stay silent.

import { createServer, type Socket } from 'node:net';
import { serverArguments } from './arguments.ts';
import { fail, reason } from './failure.ts';
import { LineFramer } from './line-framer.ts';
import { upperCase } from './uppercase.ts';

const NEWLINE = Buffer.from('\n');
const MAX_LINE_BYTES = 64 * 1024 * 1024; // Our own rule. A client that sends a longer line is cut off.

const { port } = serverArguments('tcp-server');

// RFC 9293 §3.6.1: a client that has closed its side still reads; allowHalfOpen lets us answer it.
const server = createServer({ allowHalfOpen: true }, serveClient);

function serveClient(connection: Socket): void {
  const framer = new LineFramer(); // Of this connection only: clients must not see each other's bytes.

  connection.on('data', piece => {
    // RFC 9293 §2.2: a byte stream; a piece may hold a part of a line, or several lines.
    sendReplies(connection, framer.push(piece));
    if (framer.pendingBytes > MAX_LINE_BYTES) {
      console.error(`a client sent a line of more than ${MAX_LINE_BYTES} bytes: connection reset`);
      connection.resetAndDestroy(); // RFC 9293 §3.9.1, ABORT.
    }
  });

  // RFC 9293 §3.8.6: the reader sets the pace. A client that sends but does not read finds that we stop
  // reading too, instead of keeping its replies in our memory.
  connection.on('drain', () => connection.resume());

  // RFC 9293 §3.6: the client has closed its side. Its last line may lack the newline; answer, then close ours.
  connection.on('end', () => {
    const rest = framer.end();
    if (rest !== undefined) sendReplies(connection, [rest]);
    connection.end();
  });

  // RFC 9293 §3.5.3: a reset ends this connection, which closes by itself; the others know nothing of it.
  connection.on('error', () => undefined);
}

function sendReplies(connection: Socket, lines: readonly Uint8Array[]): void {
  if (lines.length === 0) return;
  // write() takes everything, and keeps what the system has no room for; `false` says: do not go on now.
  const roomLeft = connection.write(Buffer.concat(lines.flatMap(line => [upperCase(line), NEWLINE])));
  if (!roomLeft) connection.pause();
}

server.on('error', error => {
  if (!server.listening) fail(`cannot listen on port ${port}: ${reason(error)}`);
  console.error(`a client could not be accepted: ${reason(error)}`);
});

// Node sets SO_REUSEADDR: connections of an earlier run in TIME-WAIT (RFC 9293 §3.6.1) do not block the port.
server.listen(port, '0.0.0.0', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') return; // Never so for a TCP socket that listens.
  console.log(`The server is ready to receive on port ${address.port}`);
});

// The system closes the sockets of a program that ends.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
