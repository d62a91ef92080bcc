// TCP client of the lecture's application example: `tcp-client HOST PORT`. Sends one line, prints one line and
// closes. It is not patient with itself: there is no time-out, TCP alone decides when a silent server is lost.

import { connect } from 'node:net';
import { clientArguments } from './arguments.ts';
import { fail, reason } from './failure.ts';
import { LineFramer } from './line-framer.ts';
import { readLine } from './standard-input.ts';

const NEWLINE = Buffer.from('\n');
const MAX_LINE_BYTES = 64 * 1024 * 1024; // Our own rule: a server must not fill our memory either.

const { host, port } = clientArguments('tcp-client');
const line = await readLine();

const framer = new LineFramer();
const socket = connect(port, host);

// The newline goes too: on a byte stream (RFC 9293 §2.2) nothing else tells the server where the line ends.
socket.write(Buffer.concat([line, NEWLINE]));

socket.on('data', piece => {
  // One piece need not be one line, so collect until the newline; what may follow it was not asked for.
  const [reply] = framer.push(piece);
  if (reply !== undefined) finish(reply);
  else if (framer.pendingBytes > MAX_LINE_BYTES) fail(`the reply has more than ${MAX_LINE_BYTES} bytes`);
});

// RFC 9293 §3.6: the server has closed its side. That ends a line as well, if there is one.
socket.on('end', () => {
  const reply = framer.end();
  if (reply === undefined) fail(`${host}:${port} closed the connection without a reply`);
  finish(reply);
});

// RFC 9293 §3.5.2: a reset in answer to our SYN means that nothing listens on the port.
socket.on('error', error => fail(`no reply from ${host}:${port}: ${reason(error)}`));

function finish(reply: Uint8Array): void {
  // Close at the newline, whatever the server does. end() would close our side only (RFC 9293 §3.6.1), and then
  // wait for a server that may keep its own side open.
  socket.destroy();
  process.stdout.write(Buffer.concat([reply, NEWLINE]));
}
