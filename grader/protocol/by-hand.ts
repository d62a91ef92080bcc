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
    // Long enough that nc does not join what it reads.
    return act.kind === 'pause' ? [`sleep ${Math.max(0.3, Math.round(act.ms / 100) / 10)}`] : [];
  });
}

/**
 * Over TCP: the pieces, then patience for the reply. nc gives up after two silent seconds (-w); only with -N
 * does it close its side when its input ends.
 */
export function pipeToTcp(acts: readonly HandAct[], host: string, port: number): string | undefined {
  const lines = script(acts);
  const ends = acts.at(-1)?.kind === 'end';
  const nc = `nc ${ends ? '-N ' : ''}-w 2 ${host} ${port}`;
  if (lines.length === 0) return ends ? `${nc} < /dev/null` : undefined;
  return `(${[...lines, ...(ends ? [] : ['sleep 1'])].join('; ')}) | ${nc}`;
}

/** nc sends no empty datagram, and cuts what is longer than this into several. */
const longestPiped = 1400;

/** Over UDP each send is a datagram of its own; the pause between them keeps nc from joining them. */
export function pipeToUdp(acts: readonly HandAct[], host: string, port: number): string | undefined {
  const sends = acts.flatMap(act => (act.kind === 'send' ? [act.bytes] : []));
  if (sends.some(bytes => bytes.length === 0 || bytes.length > longestPiped))
    return sendByPython(sends, host, port);
  const lines = script(acts);
  if (lines.length === 0) return undefined;
  const [only] = lines;
  const end = `nc -u -w ${Math.max(1, ...acts.map(act => (act.kind === 'pause' ? Math.ceil(act.ms / 1000) + 1 : 1)))}`;
  if (lines.length === 1) return `${only} | ${end} ${host} ${port}`;
  return `(${lines.join('; sleep 0.2; ')}) | ${end} ${host} ${port}`;
}

function sendByPython(sends: readonly Buffer[], host: string, port: number): string {
  const literal = (bytes: Buffer): string =>
    bytes.length > 60 ? `b"a"*${bytes.length}` : `bytes.fromhex("${bytes.toString('hex')}")`;
  const list = sends.map(literal).join(', ');
  const each = `[u.sendto(d, ("${host}", ${port})) for d in (${list},)]`;
  return `python3 -c 'import socket; u=socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.settimeout(2); ${each}; print(len(u.recv(65535)), "bytes")'`;
}

/** A server that says the acts' bytes to whoever calls; pieces wait until the client has been started. */
export function serveByHand(
  acts: readonly HandAct[],
  port: number,
  transport: 'tcp' | 'udp',
): string | undefined {
  const lines = script(acts);
  const ends = acts.at(-1)?.kind === 'end';
  const listen = `nc ${transport === 'udp' ? '-u -w 2 ' : ends ? '-N ' : ''}-l ${port}`;
  if (lines.length === 0) return `${listen} < /dev/null`;
  const first = lines.length > 1 ? ['sleep 5'] : [];
  const last = ends || transport === 'udp' ? [] : ['sleep 2'];
  return `(${[...first, ...lines, ...last].join('; ')}) | ${listen}`;
}
