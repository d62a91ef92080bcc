/** TCP: a connection that the grader opens or accepts, and a listener that gathers its connections. */
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { type Channel, type ChannelState, GraderTrouble, type Received } from './channel.ts';
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
      this.#take(reader.push(bytes));
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
    socket.on('close', () => this.signal.notify());
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

/** A server that the grader plays. Its messages are those of all its connections, in order of arrival. */
export class TcpListener implements Channel {
  readonly transport = 'tcp';
  readonly lastPeer = undefined;
  readonly localPort = undefined;
  readonly signal = new Signal();
  readonly name: string;
  readonly #server: Server;
  readonly #open: TcpConnection[] = [];
  readonly #seen = new Map<TcpConnection, number>();
  readonly received: Received[] = [];

  private constructor(name: string, server: Server) {
    this.name = name;
    this.#server = server;
  }

  static async listen(
    name: string,
    at: Peer,
    options: { reader: () => Reader; transcript: Transcript; onChange: (connection: TcpConnection) => void },
  ): Promise<TcpListener> {
    const server = createServer({ allowHalfOpen: true });
    const listener = new TcpListener(name, server);
    server.on('connection', socket => {
      options.transcript.add({ channel: name, by: 'subject', kind: 'open' });
      const connection = new TcpConnection(name, socket, options.reader(), options.transcript);
      listener.#open.push(connection);
      connection.signal.watch(() => {
        // First, because a rule may take an unfinished message, which then counts as received.
        options.onChange(connection);
        listener.#gather(connection);
        listener.signal.notify();
      });
      options.onChange(connection);
      listener.signal.notify();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', error =>
        reject(new GraderTrouble(`could not listen on ${at.address}:${at.port}: ${error.message}`)),
      );
      server.listen(at.port, at.address, resolve);
    });
    return listener;
  }

  #gather(connection: TcpConnection): void {
    const from = this.#seen.get(connection) ?? 0;
    this.received.push(...connection.received.slice(from));
    this.#seen.set(connection, connection.received.length);
  }

  get connections(): number {
    return this.#open.length;
  }

  /** The connection that steps speak to: the newest. */
  get #current(): TcpConnection | undefined {
    return this.#open.at(-1);
  }

  get state(): ChannelState {
    return this.#current?.state ?? 'open';
  }

  get lastArrivalAt(): number {
    return this.#current?.lastArrivalAt ?? 0;
  }

  get pending(): number {
    return this.#current?.pending ?? 0;
  }

  partial(): Message | undefined {
    return this.#current?.partial();
  }

  takePartial(): Received | undefined {
    const current = this.#current;
    const taken = current?.takePartial();
    if (current !== undefined) this.#gather(current);
    return taken;
  }

  send(bytes: Buffer): Promise<void> {
    return this.#must('send').send(bytes);
  }
  halfClose(): void {
    this.#must('half-close').halfClose();
  }
  reset(): void {
    this.#must('reset').reset();
  }
  close(): void {
    this.#must('close').close();
  }
  stall(ms: number): void {
    this.#must('stall').stall(ms);
  }

  #must(act: string): TcpConnection {
    const current = this.#current;
    if (current === undefined) throw new GraderTrouble(`"${this.name}" has no connection to ${act}`);
    return current;
  }

  dispose(abrupt = false): void {
    for (const connection of this.#open) connection.dispose(abrupt);
    this.#server.close();
  }
}
