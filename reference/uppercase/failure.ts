// How the four programs fail: one line on standard error that says what went wrong, and exit status 1. It is
// not error handling within a conversation: a server treats the trouble of one client where it arises.

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this port needs special rights',
  EADDRINUSE: 'another program uses this port',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EMSGSIZE: 'the line does not fit into one datagram',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'the host does not answer',
};

/** The cause in words, for the errors that one meets with sockets; the system's own text for others. */
export function reason(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? (error.message || 'unknown error');
}

/** Prints the message and ends the program. Never returns. */
export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
