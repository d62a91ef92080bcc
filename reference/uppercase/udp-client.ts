// UDP client of the lecture's application example: `udp-client HOST PORT`. Sends one line as one datagram and
// prints the reply. UDP may lose either of them, so it asks again, RETRIES times, each TIMEOUT_MS after the
// last. It is not reliable transfer: the server may answer one line twice.

import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { clientArguments, knob } from './arguments.ts';
import { fail, reason } from './failure.ts';
import { readLine } from './standard-input.ts';

const { host, port } = clientArguments('udp-client');
const timeoutMs = knob('TIMEOUT_MS', 1000, 1);
const retries = knob('RETRIES', 3, 0);

const line = await readLine();
// Simplified: IPv4 only, and only the first address of a host.
const { address } = await lookup(host, 4).catch(error => fail(`cannot find ${host}: ${reason(error)}`));

const socket = createSocket('udp4');
let tries = 0;
let timer: NodeJS.Timeout | undefined;

function attempt(): void {
  if (tries > retries) fail(`no reply from ${host}:${port} after ${tries} tries of ${timeoutMs} ms`);
  tries += 1;
  // The datagram carries its own length (RFC 768), so the line needs no newline and no NUL to end it.
  socket.send(line, port, address);
  // RFC 8085 §3.3: whoever needs the reply must itself notice the loss and send again. Simplified: a client
  // for the Internet would measure the time-out and double it at each loss (§3.1.1).
  timer = setTimeout(attempt, timeoutMs);
}

socket.on('message', (reply, sender) => {
  // RFC 8085 §5, §5.1: anyone may send to our port; only the server's address and port make it the reply.
  if (sender.address !== address || sender.port !== port) return;
  clearTimeout(timer);
  socket.close(); // With the socket closed there is nothing left to wait for: the program ends, status 0.
  process.stdout.write(Buffer.concat([reply, Buffer.from('\n')]));
});

// Simplified: "port unreachable" (RFC 1122 §4.1.3.3) reaches only connected sockets, so where nothing listens
// this client waits as if the datagram had been lost.
socket.on('error', error => fail(`cannot send to ${host}:${port}: ${reason(error)}`));

attempt();
