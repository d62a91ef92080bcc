/**
 * Dialogues by hand. Servers and clients of students often take one read for one line, so everything that the grader
 * says is held back until the other side has had time to speak. Bodies are written out line by line, because the
 * command for long sends of by-hand.ts would leave out their line ends.
 */
import { type HandAct, pipeToTcp, serveByHand } from '../by-hand.ts';
import { swaks } from './swaks.ts';

/** Milliseconds that the other side gets for its answer. */
const turn = 300;
/** Bytes that one printf writes; longer lines are letters without meaning, and are made by a command. */
const mostPrinted = 150;
/** A longer command helps nobody, in characters. */
const longestCommand = 2000;

/** With swaks as a second line where it says the same. */
export function byHand(acts: readonly HandAct[], host: string, port: number): string | undefined {
  const command = readable(pipeToTcp(inTurn(acts), host, port));
  const other = command === undefined ? undefined : swaks(acts, host, port);
  return other === undefined ? command : `${command}\n${other}`;
}

/** The first reply needs no turn: it is the server that speaks first. */
export function byHandServer(acts: readonly HandAct[], port: number): string | undefined {
  const [first, ...rest] = inTurn(acts);
  const all = first === undefined || first.kind === 'pause' ? rest : [first, ...rest];
  return readable(serveByHand(all, port, 'tcp'));
}

const readable = (command: string | undefined): string | undefined =>
  command === undefined || command.length > longestCommand ? undefined : command;

function inTurn(acts: readonly HandAct[]): HandAct[] {
  return acts.flatMap((act, i): HandAct[] => {
    if (act.kind !== 'send') return [act];
    const waited = acts[i - 1]?.kind === 'pause';
    return [...(waited ? [] : [{ kind: 'pause', ms: turn } as const]), ...printable(act.bytes)];
  });
}

/** Sends that are short enough to be written out, and the overlong lines between them. */
function printable(bytes: Buffer): HandAct[] {
  const acts: HandAct[] = [];
  let open: Buffer[] = [];
  let length = 0;
  const flush = (): void => {
    if (open.length > 0) acts.push({ kind: 'send', bytes: Buffer.concat(open) });
    open = [];
    length = 0;
  };
  const put = (piece: Buffer): void => {
    if (length + piece.length > mostPrinted) flush();
    open.push(piece);
    length += piece.length;
  };
  for (let start = 0; start < bytes.length; ) {
    const at = bytes.indexOf('\r\n', start, 'latin1');
    const end = at === -1 ? bytes.length : at;
    const next = at === -1 ? end : end + 2;
    if (end - start <= mostPrinted) put(bytes.subarray(start, next));
    else {
      flush();
      acts.push({ kind: 'send', bytes: bytes.subarray(start, end) });
      put(bytes.subarray(end, next));
    }
    start = next;
  }
  flush();
  return acts;
}
