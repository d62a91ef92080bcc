// SMTP client (RFC 5321) of the lecture's electronic mail: `client HOST PORT FROM TO SUBJECT ATTACHMENT`, the
// body on standard input. Composes one message and hands it to one server. It is a user agent without a
// queue: what the server does not take now is reported, not tried again.
//
// To read on: message/message.ts for what is sent, dialogue.ts for how.

import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { basename } from 'node:path';
import { clientArguments, heloName } from './arguments.ts';
import { FIRST, type Job, next, PATIENCE, type State, send } from './dialogue.ts';
import { fail, reason } from './failure.ts';
import type { Attachment } from './message/attachment.ts';
import { composeMessage } from './message/message.ts';
import { replyLines } from './reply.ts';
import { ReplyReader } from './reply-reader.ts';

const { host, port, from, to, subject, attachment } = clientArguments();
const job: Job = { heloName: heloName(), from, to, message: await compose() };

const { failure } = await talk(connect(port, host));
// Exit status 0: the server has accepted the message for all recipients. Anything less: 1, and a line on it.
if (failure !== undefined) fail(`${host}:${port} ${failure}`);

async function compose(): Promise<string> {
  const attached = attachment === undefined ? undefined : await readAttachment(attachment);
  const body = await readBody(); // Simplified: the message is held in memory, and more than once.
  try {
    return composeMessage({ from, to, subject, body, attachment: attached });
  } catch (error) {
    fail(`cannot write the message: ${reason(error)}`);
  }
}

async function readAttachment(path: string): Promise<Attachment> {
  // Only the file's own name goes out: where it lies is nobody's business (RFC 2183 §2.3).
  const bytes = await readFile(path).catch(error =>
    fail(`cannot read the attachment ${path}: ${reason(error)}`),
  );
  return { name: basename(path), bytes };
}

async function readBody(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Enter mail, end with Ctrl-D on a line by itself\n');
  const chunks: AsyncIterable<Uint8Array> = process.stdin;
  const bytes: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) bytes.push(chunk);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
  } catch (error) {
    fail(`cannot read UTF-8 text from standard input: ${reason(error)}`);
  }
}

/** Holds the session, to its end. What goes over the wire is printed as the lecture prints it. */
async function talk(socket: Socket): Promise<{ failure: string | undefined }> {
  let state: State = FIRST;
  const reader = new ReplyReader();
  // Simplified: any byte, in either direction, starts the time anew.
  socket.setTimeout(PATIENCE[state.sent], () => socket.destroy(new Error('it took too long')));
  try {
    const pieces: AsyncIterable<Uint8Array> = socket;
    for await (const piece of pieces) {
      for (const reply of reader.push(piece)) {
        for (const line of replyLines(reply)) console.log(`S: ${line}`);
        state = next(state, reply, job);
        if (state.sent === 'all') return state; // Leaving the loop closes the connection.
        const command = send(state, job);
        console.log(
          state.sent === 'mail data'
            ? `C: (${command.length} bytes of mail data)`
            : `C: ${command.trimEnd()}`,
        );
        socket.setTimeout(PATIENCE[state.sent]);
        socket.write(command, 'latin1');
      }
    }
    return { failure: unfinished(state, 'it closed the connection') };
  } catch (error) {
    return { failure: unfinished(state, reason(error)) };
  }
}

/** The connection ended before the dialogue did. §3.8: the mail is then not sent, as far as we know. */
function unfinished(state: State, why: string): string | undefined {
  if (state.sent === 'QUIT') return state.failure; // It was over but for the server's goodbye.
  return `gave no ${state.sent === 'nothing' ? 'greeting' : `reply to ${state.sent}`}: ${why}`;
}
