// How the two programs fail: one line on standard error that says what went wrong, and exit status 1. It is
// not error handling within a session: what a client does wrong is answered in the session, by a reply code.

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'another program uses this port',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it is not a folder',
  ENOTFOUND: 'there is no such host',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'the host does not answer',
};

/**
 * The cause in words, for the errors that one meets with sockets and files; the system's own text for others.
 */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REASONS[code] ?? (error.message || 'unknown error');
}

/** Prints the message and ends the program. Never returns. */
export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
