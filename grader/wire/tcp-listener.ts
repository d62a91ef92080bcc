/** TCP: a listener that the grader plays, and that gathers its connections. */
import { createServer, type Server } from 'node:net';
import { type Channel, type ChannelState, GraderTrouble, type Received } from './channel.ts';
import type { Message, Reader } from './reader.ts';
import { Signal } from './signal.ts';
import { TcpConnection } from './tcp.ts';
import type { Peer, Transcript } from './transcript.ts';

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
        if (connection.lastArrivalAt > (listener.#spoke?.lastArrivalAt ?? 0)) listener.#spoke = connection;
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

  /** The connection that steps speak to: the one that spoke last, else the newest. */
  get #current(): TcpConnection | undefined {
    return this.#spoke ?? this.#open.at(-1);
  }
  #spoke: TcpConnection | undefined;

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
