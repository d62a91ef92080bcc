/**
 * Listens on the lecture's port while clients are graded on another: a client that calls there has the port
 * fixed in it. In the isolated room only, where nobody else can be meant.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Contract } from '../assignment/contract.ts';

export interface Decoy {
  close(): void;
}

/** @param called when somebody calls; a port that can't be had is left alone */
export function openDecoys({ ports }: Contract, called: (port: number) => void): Decoy {
  const closing: (() => void)[] = [];
  for (const { transport, opener, textbook } of Object.values(ports)) {
    if (opener !== 'grader') continue;
    if (transport === 'tcp') {
      const server = createServer(socket => {
        socket.on('error', () => undefined);
        socket.resetAndDestroy();
        called(textbook);
      });
      server.on('error', () => undefined);
      server.listen({ port: textbook, host: '0.0.0.0', exclusive: true });
      closing.push(() => server.close());
    } else {
      const socket = createSocket('udp4');
      socket.on('error', () => undefined);
      socket.on('message', () => called(textbook));
      socket.bind({ port: textbook, address: '0.0.0.0', exclusive: true });
      closing.push(() => socket.close());
    }
  }
  return { close: () => closing.forEach(close => void close()) };
}
