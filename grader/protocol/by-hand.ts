/**
 * The shell command that shows a fault without wiremark: what the check sent, piped into nc. It works
 * with the nc of OpenBSD, which Debian, Ubuntu and macOS bring, so it keeps to their common options.
 */

export type HandAct = { kind: 'send'; bytes: Buffer } | { kind: 'pause'; ms: number } | { kind: 'end' };

/** Longer sends are made by a command instead of being written out. */
const longestWritten = 160;

/** Bytes as an argument of printf, in single quotes. */
export function printfArgument(bytes: Buffer): string {
  let out = '';
  for (const [at, byte] of bytes.entries()) {
    // In front it would be taken for an option.
    if (byte === 0x2d && at === 0) out += '\\055';
    else if (byte === 0x0a) out += '\\n';
    else if (byte === 0x0d) out += '\\r';
    else if (byte === 0x09) out += '\\t';
    else if (byte === 0x5c) out += '\\\\';
    else if (byte === 0x25) out += '%%';
    else if (byte === 0x27) out += "'\\''";
    else if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else out += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `'${out}'`;
}

function printCommand(bytes: Buffer): string {
  if (bytes.length <= longestWritten) return `printf ${printfArgument(bytes)}`;
  const ended = bytes.at(-1) === 0x0a;
  const letters = `head -c ${bytes.length - (ended ? 1 : 0)} /dev/zero | tr '\\0' a`;
  // One command that writes once: "a; b | nc" would pipe only b, and two writes are two datagrams.
  return ended ? `printf '%s\\n' "$(${letters})"` : letters;
}

function script(acts: readonly HandAct[]): string[] {
  return acts.flatMap(act => {
    if (act.kind === 'send') return [printCommand(act.bytes)];
    return act.kind === 'pause' ? [`sleep ${Math.max(0.1, Math.round(act.ms / 100) / 10)}`] : [];
  });
}

/** Over TCP: the pieces, then a second of patience for the reply (nc ends with its input). */
export function pipeToTcp(acts: readonly HandAct[], host: string, port: number): string | undefined {
  const lines = script(acts);
  const ends = acts.at(-1)?.kind === 'end';
  if (lines.length === 0) return ends ? `nc ${host} ${port} < /dev/null` : undefined;
  return `(${[...lines, ...(ends ? [] : ['sleep 1'])].join('; ')}) | nc ${host} ${port}`;
}

/** Over UDP each send is a datagram of its own; the pause between them keeps nc from joining them. */
export function pipeToUdp(acts: readonly HandAct[], host: string, port: number): string | undefined {
  const lines = script(acts);
  if (lines.length === 0) return undefined;
  const [only] = lines;
  // nc gives up after so many seconds without input: the longest pause must be shorter.
  const longest = Math.max(0, ...acts.map(act => (act.kind === 'pause' ? act.ms : 0)));
  const nc = `nc -u -w ${1 + Math.ceil(longest / 1000)} ${host} ${port}`;
  return lines.length === 1 ? `${only} | ${nc}` : `(${lines.join('; sleep 0.2; ')}) | ${nc}`;
}

/** A server that says the acts' bytes to whoever calls. */
export function serveByHand(
  acts: readonly HandAct[],
  port: number,
  transport: 'tcp' | 'udp',
): string | undefined {
  const lines = script(acts);
  const listen = `nc ${transport === 'udp' ? '-u -w 2 ' : ''}-l ${port}`;
  if (lines.length === 0) return `${listen} < /dev/null`;
  const ends = acts.at(-1)?.kind === 'end';
  return `(${[...lines, ...(ends || transport === 'udp' ? [] : ['sleep 2'])].join('; ')}) | ${listen}`;
}
