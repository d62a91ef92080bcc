/** TCP: a connection that the grader opens or accepts. */
import { connect as dial, type Socket } from 'node:net';
import { type Channel, type ChannelState, GraderTrouble, mostReceived, type Received } from './channel.ts';
import type { Message, Reader } from './reader.ts';
import { Signal, until } from './signal.ts';
import type { Peer, Transcript } from './transcript.ts';

/** How long a connection may take to close after its check, in milliseconds. */
const disposeMs = 100;

/** Every byte in both directions goes through here and into the transcript. */
export class TcpConnection implements Channel {
  readonly transport = 'tcp';
  readonly received: Received[] = [];
  readonly connections = 1;
  readonly lastPeer = undefined;
  state: ChannelState = 'open';
  lastArrivalAt = 0;
  readonly name: string;
  readonly signal: Signal;
  readonly #socket: Socket;
  readonly #reader: Reader;
  readonly #transcript: Transcript;
  #wake: NodeJS.Timeout | undefined;

  constructor(name: string, socket: Socket, reader: Reader, transcript: Transcript, signal = new Signal()) {
    this.name = name;
    this.signal = signal;
    this.#socket = socket;
    this.#reader = reader;
    this.#transcript = transcript;
    socket.setNoDelay(true);
    socket.on('data', bytes => {
      this.lastArrivalAt = transcript.add({ channel: name, by: 'subject', kind: 'data', bytes }).at;
      this.#bytes += bytes.length;
      this.#take(reader.push(bytes));
      if (this.#bytes > mostReceived.bytes || this.received.length > mostReceived.messages) this.#flooded();
    });
    socket.on('end', () => {
      if (this.state !== 'open') return;
      transcript.add({ channel: name, by: 'subject', kind: 'end' });
      this.state = 'ended';
      this.#take(reader.end());
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.state !== 'open' && this.state !== 'ended') return;
      // EPIPE: we wrote into a connection that the other side has reset before.
      transcript.add({ channel: name, by: 'subject', kind: 'reset', text: error.code ?? error.message });
      this.state = 'reset';
      this.#take(reader.end());
    });
    // A connection that was torn down while we held back reading reports only its close.
    socket.on('close', () => {
      if (this.state === 'open') this.state = 'reset';
      this.signal.notify();
    });
  }

  #bytes = 0;
  #flooded(): void {
    this.#socket.removeAllListeners('data');
    this.#transcript.add({ channel: this.name, by: 'grader', kind: 'note', text: 'not read any further' });
    this.state = 'flooded';
    this.#socket.destroy();
    this.signal.notify();
  }

  #take(messages: Message[]): void {
    for (const message of messages)
      this.received.push({ message, at: this.#transcript.now(), from: undefined });
    this.signal.notify();
  }

  get pending(): number {
    return this.#reader.pending;
  }

  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  partial(): Message | undefined {
    return this.#reader.partial();
  }

  takePartial(): Received | undefined {
    const message = this.#reader.takePartial();
    if (message === undefined) return undefined;
    const received = { message, at: this.#transcript.now(), from: undefined };
    this.received.push(received);
    return received;
  }

  send(bytes: Buffer): Promise<void> {
    this.#transcript.add({ channel: this.name, by: 'grader', kind: 'data', bytes });
    this.#reader.sent?.(bytes);
    // Not awaited until it is drained: a server may well answer before it has read all.
    if (this.#socket.writable) this.#socket.write(bytes);
    return Promise.resolve();
  }

  halfClose(): void {
    this.#transcript.add({ channel: this.name, by: 'grader', kind: 'end' });
    this.#socket.end();
  }

  reset(): void {
    this.#transcript.add({ channel: this.name, by: 'grader', kind: 'reset' });
    this.state = 'closed';
    this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#transcript.add({ channel: this.name, by: 'grader', kind: 'close' });
    this.state = 'closed';
    this.#socket.end();
    this.#socket.destroySoon();
  }

  stall(ms: number): void {
    clearTimeout(this.#wake);
    this.#socket.pause();
    this.#wake = setTimeout(() => this.#socket.resume(), ms);
  }

  /** An orderly close: a server that is still writing must not be reset for it, it serves the next check too. */
  dispose(abrupt = false): void {
    clearTimeout(this.#wake);
    if (abrupt && this.state === 'ended') {
      this.#socket.resetAndDestroy();
      return;
    }
    this.#socket.removeAllListeners('data');
    this.#socket.resume();
    this.#socket.end();
    const kill = setTimeout(() => this.#socket.destroy(), disposeMs);
    this.#socket.once('close', () => clearTimeout(kill));
  }
}

/** Opens a connection; settles when it stands or was refused, or after `ms` milliseconds (then undefined). */
export async function connect(
  name: string,
  to: Peer,
  options: { from?: string | undefined; reader: Reader; transcript: Transcript; ms: number },
): Promise<TcpConnection | 'refused' | undefined> {
  const { reader, transcript } = options;
  const signal = new Signal();
  let state: 'connected' | 'refused' | GraderTrouble | undefined;
  const socket = dial({
    host: to.address,
    port: to.port,
    allowHalfOpen: true,
    ...(options.from === undefined ? {} : { localAddress: options.from }),
  });
  const onError = (error: NodeJS.ErrnoException): void => {
    state =
      error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET'
        ? 'refused'
        : new GraderTrouble(`could not connect to ${to.address}:${to.port}: ${error.message}`);
    signal.notify();
  };
  socket.once('error', onError);
  socket.once('connect', () => {
    state = 'connected';
    signal.notify();
  });
  const settled = await until([signal], () => state, options.ms);
  if (settled instanceof GraderTrouble) throw settled;
  if (settled !== 'connected') {
    transcript.add({ channel: name, by: 'subject', kind: 'refused' });
    socket.on('error', () => undefined);
    socket.destroy();
    return settled;
  }
  socket.removeListener('error', onError);
  transcript.add({ channel: name, by: 'grader', kind: 'open' });
  return new TcpConnection(name, socket, reader, transcript);
}
