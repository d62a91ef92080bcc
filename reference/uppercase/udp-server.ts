// UDP server of the lecture's application example: `udp-server PORT`. Sends every datagram back to its sender
// in upper case. One socket serves all clients, and nothing is remembered between two datagrams. It is not a
// service for the open Internet: see the confession at the reply.

import { createSocket } from 'node:dgram';
import { serverArguments } from './arguments.ts';
import { fail, reason } from './failure.ts';
import { upperCase } from './uppercase.ts';

const { port } = serverArguments('udp-server');
const socket = createSocket('udp4');

// "Loop back and wait" is the event loop here: this function runs once for each datagram. `request` is as long
// as what arrived (RFC 768, Length), up to 65,507 bytes; an empty datagram is a request like any other.
socket.on('message', (request, client) => {
  // RFC 768, Source Port: zero stands for "no port given", so nobody waits for a reply.
  if (client.port === 0) return;

  // RFC 768, Source Port; RFC 8085 §5: the reply goes to where this datagram came from, from the port that
  // it was sent to. Simplified: a sender's address can be forged, and two such servers would then send each
  // other's replies back and forth for ever; a real protocol makes replies differ from requests.
  // Simplified: on a host with several addresses the system chooses the one that the reply leaves from, though
  // it should be the one that was asked (RFC 1122 §4.1.3.5).
  socket.send(upperCase(request), client.port, client.address, error => {
    // A reply that cannot be sent is a lost datagram, which UDP allows; it must not stop the server.
    if (error) console.error(`no reply to ${client.address}:${client.port}: ${reason(error)}`);
  });
});

socket.on('error', error => fail(`cannot receive on port ${port}: ${reason(error)}`));

socket.bind(port, '0.0.0.0', () => {
  console.log(`The server is ready to receive on port ${socket.address().port}`);
});

// The system closes the socket of a program that ends.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
