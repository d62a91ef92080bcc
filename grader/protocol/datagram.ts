/**
 * Plain datagrams: each is one message, { text, length, hex, from }: its bytes as text (UTF-8, bad
 * bytes replaced), their number, the same bytes in hexadecimal, and where they
 * came from ("127.0.0.1:40125").
 */
import type { Message, Reader } from '../wire/reader.ts';
import { pipeToUdp, serveByHand } from './by-hand.ts';
import type { Protocol } from './protocol.ts';

class DatagramReader implements Reader {
  readonly pending = 0;

  push(bytes: Buffer): Message[] {
    return [
      {
        text: bytes.toString('utf8'),
        length: bytes.length,
        // Written out only when a check asks: a largest datagram has 131,014 digits.
        get hex() {
          return bytes.toString('hex');
        },
      },
    ];
  }
  end(): Message[] {
    return [];
  }
  partial(): undefined {
    return undefined;
  }
  takePartial(): undefined {
    return undefined;
  }
}

export const datagram: Protocol = {
  name: 'datagram',
  transport: 'udp',
  main: 'text',
  encodeText: text => Buffer.from(text, 'utf8'),
  reader: () => new DatagramReader(),
  byHand: pipeToUdp,
  byHandServer: (acts, port) => serveByHand(acts, port, 'udp'),
};
