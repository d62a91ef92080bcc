/** UDP: one socket that the grader plays, as a client of the program or as a server for it. */
import { createSocket, type Socket } from 'node:dgram';
import { type Channel, type ChannelState, GraderTrouble, mostReceived, type Received } from './channel.ts';
import { Flow, type FlowFate, luckOf } from './impair.ts';
import type { Message, Reader } from './reader.ts';
import { Signal } from './signal.ts';
import type { Peer, Transcript } from './transcript.ts';

/** Room for a burst of largest datagrams while the grader is busy elsewhere, in bytes. */
const receiveBuffer = 4 * 1024 * 1024;

/** Largest UDP payload over IPv4, in bytes: 65,535 less the headers of IP and UDP (RFC 768, RFC 791 §3.1). */
const largestPayload = 65_507;

export interface UdpOptions {
  reader: Reader;
  transcript: Transcript;
  /** Local address; any port when the port is 0. */
  local: Peer;
  /** Where datagrams go; an endpoint without it answers to whoever wrote last. */
  target?: Peer | undefined;
  impair?: { in?: FlowFate | undefined; out?: FlowFate | undefined } | undefined;
  /** Draws from [0, 1), for random loss. */
  random: () => number;
  onChange?: () => void;
}

interface Datagram {
  bytes: Buffer;
  peer: Peer;
}

export class UdpEndpoint implements Channel {
  readonly transport = 'udp';
  readonly connections = 0;
  readonly pending = 0;
  readonly localPort = undefined;
  readonly signal = new Signal();
  readonly received: Received[] = [];
  state: ChannelState = 'open';
  lastPeer: Peer | undefined;
  lastArrivalAt = 0;
  readonly name: string;
  readonly #socket: Socket;
  readonly #options: UdpOptions;
  readonly #in: Flow<Datagram>;
  readonly #out: Flow<Datagram>;

  private constructor(name: string, socket: Socket, options: UdpOptions) {
    this.name = name;
    this.#socket = socket;
    this.#options = options;
    const { in: inward = {}, out: outward = {} } = options.impair ?? {};
    this.#in = new Flow<Datagram>(inward, luckOf(options.random), it => this.#arrived(it));
    this.#out = new Flow<Datagram>(outward, luckOf(options.random), ({ bytes, peer }) =>
      socket.send(bytes, peer.port, peer.address, () => undefined),
    );
    socket.on('message', (bytes, { address, port }) => {
      const peer = { address, port };
      if (!this.#in.pass({ bytes, peer })) this.#log('subject', 'dropped', bytes, peer);
    });
    // ICMP errors on an unconnected socket say nothing about this exchange.
    socket.on('error', () => undefined);
  }

  static open(name: string, options: UdpOptions): Promise<UdpEndpoint> {
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      const { address, port } = options.local;
      const onError = (error: Error): void => {
        socket.close();
        reject(new GraderTrouble(`could not bind ${address}:${port}: ${error.message}`));
      };
      socket.once('error', onError);
      socket.bind({ address, port }, () => {
        socket.removeListener('error', onError);
        socket.setRecvBufferSize(receiveBuffer);
        resolve(new UdpEndpoint(name, socket, options));
      });
    });
  }

  #log(by: 'grader' | 'subject', kind: 'data' | 'dropped', bytes: Buffer, peer: Peer): void {
    this.#options.transcript.add({ channel: this.name, by, kind, bytes, peer });
  }

  #arrived({ bytes, peer }: Datagram): void {
    if (this.state !== 'open') return;
    this.#bytes += bytes.length;
    if (this.#bytes > mostReceived.bytes || this.received.length > mostReceived.messages) {
      this.state = 'flooded';
      this.dispose();
      this.signal.notify();
      return;
    }
    this.#log('subject', 'data', bytes, peer);
    this.lastArrivalAt = this.#options.transcript.now();
    this.lastPeer = peer;
    for (const message of this.#options.reader.push(bytes)) {
      message.from = `${peer.address}:${peer.port}`;
      this.received.push({ message, at: this.#options.transcript.now(), from: peer });
    }
    this.#options.onChange?.();
    this.signal.notify();
  }

  partial(): Message | undefined {
    return undefined;
  }
  takePartial(): Received | undefined {
    return undefined;
  }

  send(bytes: Buffer, to?: Peer): Promise<void> {
    const peer = to ?? this.#options.target ?? this.lastPeer;
    if (bytes.length > largestPayload) throw new GraderTrouble(`${bytes.length} bytes do not fit a datagram`);
    if (peer === undefined) throw new GraderTrouble(`"${this.name}" has heard nobody whom it could answer`);
    const delivered = this.#out.pass({ bytes, peer });
    this.#log('grader', delivered ? 'data' : 'dropped', bytes, peer);
    return Promise.resolve();
  }

  halfClose(): void {
    throw new GraderTrouble('a datagram socket has no half to close');
  }
  reset(): void {
    throw new GraderTrouble('a datagram socket can not be reset');
  }
  stall(): void {
    throw new GraderTrouble('a datagram socket can not be stalled');
  }

  close(): void {
    this.state = 'closed';
    this.dispose();
  }

  #bytes = 0;
  #disposed = false;
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#in.dispose();
    this.#out.dispose();
    this.#socket.close();
  }
}
