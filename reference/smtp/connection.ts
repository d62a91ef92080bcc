// One client's connection to the server: reads its bytes, does what the session says, and ends it. It decides
// nothing about SMTP but what has to do with time: silence, and the end of the service.

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Host } from './command-table.ts';
import { Delivery } from './delivery.ts';
import { reason } from './failure.ts';
import type { Mailboxes } from './mailboxes.ts';
import { encodeReply, type Reply, reply } from './reply.ts';
import { type Action, replyTo, Session } from './session.ts';
import type { Envelope } from './state.ts';
import { traceFields } from './trace.ts';

export class Connection {
  readonly #socket: Socket;
  readonly #host: Host;
  readonly #mailboxes: Mailboxes;
  readonly #session: Session;
  readonly #clientAddress: string;
  #delivery: Delivery | undefined; // The message that is coming in.
  #busy = false;
  #shuttingDown = false;
  #hungUp = false;

  constructor(socket: Socket, host: Host, mailboxes: Mailboxes) {
    this.#socket = socket;
    this.#host = host;
    this.#mailboxes = mailboxes;
    this.#session = new Session(host);
    this.#clientAddress = socket.remoteAddress ?? '0.0.0.0'; // It is gone as soon as the client is.
  }

  /** Serves the client until the connection is over. It does not throw. */
  async serve(): Promise<void> {
    // RFC 9293 §3.5.3: a reset ends this connection; the loop below hears of it, the other clients do not.
    this.#socket.on('error', () => undefined);
    // §4.5.3.2.7. Simplified: a client that sends a byte every few minutes keeps its session for ever.
    this.#socket.setTimeout(this.#host.limits.idleMs, () =>
      this.#hangUp(this.#unavailable('Idle for too long')),
    );
    try {
      await this.#send(this.#session.greeting());
      // Back pressure: the next piece is read when all that the last one asked for is done and answered.
      // Until then TCP makes the client wait (RFC 9293 §3.8.6), and nothing piles up here.
      const pieces: AsyncIterable<Uint8Array> = this.#socket;
      for await (const piece of pieces) {
        // RFC 9293 §3.6.1: who closes with bytes unread resets the connection, and our last reply is lost.
        if (!this.#hungUp) await this.#serve(piece);
      }
    } catch (error) {
      // It harms nobody else.
      if (!this.#hungUp) console.error(`a session ended without QUIT: ${reason(error)}`);
    } finally {
      await this.#delivery?.discard(); // §4.1.1.10: without its end of data, a message was not sent.
    }
  }

  /** The service ends. A message whose end has come is still stored and answered; then the client is told. */
  shutDown(): void {
    this.#shuttingDown = true;
    if (!this.#busy) this.#hangUp(this.#unavailable('Service shutting down'));
  }

  async #serve(piece: Uint8Array): Promise<void> {
    this.#busy = true;
    for (const action of this.#session.receive(piece)) await this.#perform(action);
    this.#busy = false;
    if (this.#shuttingDown) this.shutDown();
  }

  async #perform(action: Action): Promise<void> {
    switch (action.do) {
      case 'reply':
        return this.#send(action.reply);
      case 'begin':
        return this.#begin(action.envelope);
      case 'append':
        return this.#delivery?.append(action.content);
      case 'store':
        return this.#store();
      case 'drop':
        await this.#delivery?.discard();
        this.#delivery = undefined;
        return;
      case 'close':
        return this.#hangUp();
    }
  }

  async #begin(envelope: Envelope): Promise<void> {
    const folders = envelope.recipients.map(user => this.#mailboxes.folder(user));
    const id = newId();
    const delivery = new Delivery(folders, id);
    this.#delivery = delivery;
    await delivery.begin();
    const { name: hostname } = this.#host;
    const receipt = { envelope, clientAddress: this.#clientAddress, hostname, id, date: new Date() };
    await delivery.append(Buffer.from(traceFields(receipt)));
  }

  async #store(): Promise<void> {
    const delivery = this.#delivery;
    const fate = (await delivery?.commit()) ?? 'failed';
    this.#delivery = undefined;
    if (fate !== 'stored') console.error(`a message could not be stored: ${reason(delivery?.failure)}`);
    await this.#send(replyTo(fate));
  }

  /** Resolves when the system has taken the bytes: who does not read our replies is not read from either. */
  async #send(answer: Reply): Promise<void> {
    // If the connection is gone, there is an error here; the loop in serve() will hear of it as well.
    await new Promise<void>(resolve => this.#socket.write(encodeReply(answer), () => resolve()));
  }

  #hangUp(lastWords?: Reply): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    if (lastWords !== undefined) this.#socket.write(encodeReply(lastWords));
    this.#socket.end();
    // The client closes its side next. One that does not is not waited for.
    setTimeout(() => this.#socket.destroy(), this.#host.limits.lingerMs).unref();
  }

  /** §3.8: this reply may come at any time, to no command. */
  #unavailable(text: string): Reply {
    return reply(421, `${this.#host.name} ${text}, closing connection`);
  }
}

let messages = 0;

/** A name that no other message has; in a listing, messages stand in the order of their arrival. */
function newId(): string {
  messages += 1;
  return `${Date.now()}.${messages}.${randomBytes(6).toString('hex')}`;
}
