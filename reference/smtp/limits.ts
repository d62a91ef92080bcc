// How much the server takes from one client, and how long it waits. RFC 5321 §4.5.3 says what a server must
// take at least; strangers decide how much comes, so each limit that it leaves open is set here.

export interface Limits {
  /** Bytes of a command line, CRLF included. */
  commandLine: number;
  /** Bytes of a line of mail data, CRLF included, the added dot not. */
  textLine: number;
  /** Bytes of a message as it is stored, without our trace lines. */
  messageSize: number;
  /** Recipients of one message. */
  recipients: number;
  /** Refused commands of one session. */
  errors: number;
  /** Sessions at the same time. */
  sessions: number;
  /** How long a client may stay silent, ms. */
  idleMs: number;
  /** How long a client may take to close its side once we have closed ours, ms. */
  lingerMs: number;
  /** How long the end of the service may take, ms. */
  shutDownMs: number;
}

export const LIMITS: Limits = {
  commandLine: 512, // §4.5.3.1.4.
  textLine: 65_536, // §4.5.3.1.6 asks for 1000; what is longer is no fault of the recipient's.
  messageSize: 10 * 1024 * 1024, // §4.5.3.1.7 asks for 64 K.
  recipients: 100, // §4.5.3.1.8.
  errors: 50, // Our own rule: see session.ts.
  sessions: 200, // Our own rule. Each takes up to two file descriptors, and a process may have but 512.
  idleMs: 5 * 60 * 1000, // §4.5.3.2.7.
  lingerMs: 1_000, // Our own rule, and so is the next.
  shutDownMs: 10_000,
};
