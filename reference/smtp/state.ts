// The states of a session: what RFC 5321 §2.3.6 calls the state table and the buffers. Each state holds
// exactly what is known in it, so that no recipient can outlive its message. Which command leads from where
// to where stands in command-table.ts.

/** How the client has introduced itself. */
export interface Client {
  readonly name: string;
  /** It said EHLO, and so may use what we offered in the reply (§2.2.1). */
  readonly extended: boolean;
}

/** What stands on the envelope, not in the letter (§2.3.1): header fields have no say in the delivery. */
export interface Envelope {
  readonly client: Client;
  /** Where to report trouble; empty for the null reverse-path. */
  readonly reversePath: string;
  /** The users whose mailboxes get the message, each once. */
  readonly recipients: readonly string[];
}

export type State =
  | { readonly phase: 'greeted' } // We have sent 220; the client has not said HELO or EHLO.
  | { readonly phase: 'ready'; readonly client: Client } // No transaction is open.
  | { readonly phase: 'mail'; readonly envelope: Envelope } // The sender is known, but no recipient.
  | { readonly phase: 'rcpt'; readonly envelope: Envelope } // One recipient or more.
  | { readonly phase: 'data'; readonly envelope: Envelope } // 354 is sent: mail data comes, not commands.
  | { readonly phase: 'closed' }; // Nothing that comes is looked at any more.

export type Phase = State['phase'];
export type StateIn<P extends Phase> = Extract<State, { phase: P }>;

/** §4.1.1.5: the transaction is dropped and all buffers are clear; but who the client is stays known. */
export function cleared(state: State): State {
  switch (state.phase) {
    case 'mail':
    case 'rcpt':
    case 'data':
      return { phase: 'ready', client: state.envelope.client };
    default:
      return state; // There is nothing to drop.
  }
}
