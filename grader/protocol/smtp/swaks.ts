/** The command of swaks, an SMTP client for trying things out, where it says what the grader said. */
import type { HandAct } from '../by-hand.ts';

/** A longer command is no help, in characters. */
const longest = 400;

/** Commands of an ordinary transaction: hello, sender, recipients, data. */
const ordinary =
  /^(HELO|EHLO) (\S+)\r\n(?:MAIL FROM:<(\S*)>\r\n(?:((?:RCPT TO:<\S+>\r\n)+)(?:DATA\r\n((?:.*\r\n)*?)\.\r\n)?)?)?(?:QUIT\r\n)?$/;

/** undefined: the exchange is another, or swaks would change it. */
export function swaks(acts: readonly HandAct[], host: string, port: number): string | undefined {
  const said = acts.map(act => (act.kind === 'send' ? act.bytes.toString('latin1') : ''));
  const whole = said.every((text, i) => (text === '' ? acts[i]?.kind !== 'send' : text.endsWith('\r\n')));
  if (!whole || said.join('').length > longest) return undefined;
  const [, hello, name = '', from, recipients, body] = ordinary.exec(said.join('')) ?? [];
  if (hello === undefined) return undefined;
  const to = [...(recipients ?? '').matchAll(/<(\S+)>/g)].map(found => found[1]).join(',');
  const data = body === undefined ? undefined : dataArgument(body);
  if (body !== undefined && data === undefined) return undefined;
  const last = from === undefined ? (hello === 'HELO' ? 'HELO' : 'EHLO') : to === '' ? 'MAIL' : 'RCPT';
  const command = [
    `swaks --server ${host}:${port}`,
    ...(hello === 'HELO' ? ['--protocol SMTP'] : []),
    `--helo ${quoted(name)}`,
    `--from ${quoted(from === '' ? '<>' : (from ?? 'alice@crepes.fr'))}`,
    `--to ${quoted(to === '' ? 'bob@hamburger.edu' : to)}`,
    data === undefined ? `--quit-after ${last}` : `--data ${quoted(data)}`,
  ].join(' ');
  return command.length > longest ? undefined : command;
}

/** swaks adds the dots itself, takes some characters for its own, and a lone dot in the end for the end. */
function dataArgument(stuffed: string): string | undefined {
  const lines = stuffed.split('\r\n').slice(0, -1);
  const plain = lines.every(line => /^[ -~]*$/.test(line) && !/[%\\]/.test(line) && !/^\.(?!\.)/.test(line));
  if (!plain || lines.length === 0 || lines.at(-1) === '..' || /^[@<-]/.test(lines[0] ?? ''))
    return undefined;
  return lines.map(line => line.replace(/^\./, '')).join('\\n');
}

const quoted = (text: string): string =>
  /^[\w@.:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
