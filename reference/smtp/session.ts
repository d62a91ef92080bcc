// A session of the server (RFC 5321 §3, §4.3): the client's bytes in, actions out, in the order in which they
// are to be done. It does no I/O and knows no clock: connection.ts does what it says.

import { type Host, type Outcome, obey } from './command-table.ts';
import { type Line, LineFramer } from './line-framer.ts';
import { type Fault, MailDataDecoder } from './mail-data.ts';
import { type Reply, reply, severity } from './reply.ts';
import { cleared, type Envelope, type State, type StateIn } from './state.ts';

export type Action =
  | { readonly do: 'reply'; readonly reply: Reply }
  | { readonly do: 'begin'; readonly envelope: Envelope } // A message comes for these recipients.
  | { readonly do: 'append'; readonly content: Uint8Array } // A piece of it.
  | { readonly do: 'store' } // It is whole: make it last, and tell the client by replyTo().
  | { readonly do: 'drop' } // It is refused: nothing of it may stay.
  | { readonly do: 'close' };

export class Session {
  readonly #host: Host;
  readonly #framer: LineFramer;
  #decoder: MailDataDecoder;
  #state: State = { phase: 'greeted' };
  #errors = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#framer = new LineFramer(host.limits.commandLine);
    this.#decoder = new MailDataDecoder(host.limits);
  }

  /** §3.1, §4.3.1: the server speaks first. Its name is the first word. */
  greeting(): Reply {
    return reply(220, `${this.#host.name} Simple Mail Transfer Service ready`);
  }

  /**
   * Takes the next bytes of the stream. Each action is to be done before the next is asked for: so replies go
   * out in the order of the commands, if these came together too (RFC 2920 §3.2), and none overtakes the disk.
   */
  *receive(piece: Uint8Array): Generator<Action, void> {
    let rest = piece;
    while (rest.length > 0 && this.#state.phase !== 'closed') {
      rest =
        this.#state.phase === 'data' ? yield* this.#mailData(this.#state, rest) : yield* this.#command(rest);
    }
  }

  *#command(piece: Uint8Array): Generator<Action, Uint8Array> {
    const { line, rest } = this.#framer.take(piece);
    if (line === undefined) return rest;
    const { reply: answer, next } = this.#answer(line);
    if (next !== undefined) this.#state = next;
    if (this.#state.phase === 'data') {
      this.#decoder = new MailDataDecoder(this.#host.limits);
      yield { do: 'begin', envelope: this.#state.envelope };
    }
    yield { do: 'reply', reply: answer };
    if (severity(answer) === 5) yield* this.#countError();
    if (this.#state.phase === 'closed') yield { do: 'close' };
    return rest;
  }

  #answer(line: Line): Outcome {
    if (line.kind === 'too-long') return { reply: reply(500, 'Line too long') }; // §4.5.3.1.9.
    return obey(this.#state, line.text, this.#host);
  }

  *#mailData(state: StateIn<'data'>, piece: Uint8Array): Generator<Action, Uint8Array> {
    const { content, ended, rest } = this.#decoder.take(piece);
    if (content.length > 0) yield { do: 'append', content };
    if (ended) {
      // §4.1.1.4: the end of the data clears the buffers, whether the message is accepted or not.
      this.#state = cleared(state);
      const { fault } = this.#decoder;
      if (fault === undefined) yield { do: 'store' };
      else {
        yield { do: 'drop' };
        yield { do: 'reply', reply: FAULTS[fault] };
      }
    }
    return rest;
  }

  /** §3.8: nobody is sent away for a command that we do not understand. §7.8: an attacker may be. */
  *#countError(): Generator<Action, void> {
    this.#errors += 1;
    if (this.#errors < this.#host.limits.errors) return;
    this.#state = { phase: 'closed' };
    yield { do: 'reply', reply: reply(421, `${this.#host.name} Too many errors, closing connection`) };
  }
}

/** §4.5.3.1.9, §4.3.2: the reply at the end of the data, for a message that is refused as a whole. */
const FAULTS: Readonly<Record<Fault, Reply>> = {
  'bare-cr-or-lf': reply(554, 'Lines end in CRLF: message with bare CR or LF refused'),
  'line-too-long': reply(554, 'Line too long: message refused'),
  'message-too-big': reply(552, 'Too much mail data: message refused'),
};

/** What became of a message that was to be stored. */
export type Fate = 'stored' | 'disk-full' | 'failed';

/** The reply to the end of the data. §6.1: 250 makes the message ours; it may not be lost after it. */
export function replyTo(fate: Fate): Reply {
  switch (fate) {
    case 'stored':
      return reply(250, 'Message accepted for delivery');
    case 'disk-full':
      return reply(452, 'Insufficient system storage'); // §4.2.5: with 4yz the message stays the client's.
    case 'failed':
      return reply(451, 'Local error in processing');
  }
}
