/**
 * Plays one check: its steps, one after another, until the first that is not met. What happened is in
 * the transcript; why it failed is the failure of that step. The grader's own trouble makes it void.
 */
import { statfsSync } from 'node:fs';
import type { Step } from '../fixture/schema.ts';
import { UnknownValue } from '../fixture/values.ts';
import type { HandAct } from '../protocol/by-hand.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { GraderTrouble } from '../wire/channel.ts';
import type { Transcript, TranscriptEvent } from '../wire/transcript.ts';
import { placeActors } from './actor.ts';
import { Context, type Scene } from './context.ts';
import { type Failure, seconds, Unmet } from './failure.ts';
import { endingInWords, lastLines, type Program } from './program.ts';
import { conversation } from './steps/conversation.ts';
import { evidence } from './steps/evidence.ts';
import { flow, type PlaySteps } from './steps/flow.ts';
import { process as processSteps } from './steps/process.ts';

export interface Outcome {
  verdict: 'met' | 'unmet' | 'void';
  failure: Failure | undefined;
  credit: { k: number; n: number } | undefined;
  transcript: Transcript;
  /** Shell command that shows the same by hand. */
  byHand: string | undefined;
  /** How the program ended and what it printed last, where it ended during a check that is not met. */
  program: { ending: string; stderr: string } | undefined;
  ms: number;
}

type Play = (step: never, context: Context, play: PlaySteps) => void | Promise<void>;
const table: Readonly<Record<string, Play>> = { ...conversation, ...evidence, ...processSteps, ...flow };

/** The verb of a step is the key that names an entry of the table; these two may also be details of another. */
const alsoDetails = ['expect', 'pause'];

function verbOf(step: Step): string {
  const verbs = Object.keys(step).filter(key => Object.hasOwn(table, key));
  const verb = verbs.find(key => !alsoDetails.includes(key)) ?? verbs[0];
  if (verb === undefined) throw new GraderTrouble(`no verb in step ${JSON.stringify(step)}`);
  return verb;
}

const playSteps: PlaySteps = async (steps, context) => {
  for (const step of steps) await table[verbOf(step)]?.(step as never, context, playSteps);
};

/** No check lasts longer, in milliseconds: somebody may trickle a byte now and then for ever. */
const longestCheck = 60_000;

/** Plays the check in its scene. Settles when all that it opened is closed again; never rejects. */
export async function playCheck(scene: Scene): Promise<Outcome> {
  const context = new Context(scene);
  const begun = scene.transcript.now();
  let at = 0;
  let thrown: unknown;
  const limit = setTimeout(() => {
    scene.trouble ??= new Unmet(
      `the check was not over after ${seconds(longestCheck * scene.patience.scale)}`,
    );
    scene.alarm.notify();
  }, longestCheck * scene.patience.scale);
  try {
    await placeActors(context);
    for (const [i, step] of scene.check.steps.entries()) {
      at = i;
      await playSteps([step], context);
    }
  } catch (error) {
    thrown = error;
  }
  clearTimeout(limit);
  scene.transcript.end();
  for (const { channel } of context.channels.values()) channel.dispose(scene.fixedPort);
  const { transcript } = scene;
  const ms = transcript.now() - begun;
  const base = { transcript, ms, credit: undefined, byHand: undefined, program: undefined };
  if (thrown === undefined) return { ...base, verdict: 'met', failure: undefined };
  const says = thrown instanceof Error ? thrown.message : String(thrown);
  const failure = { says, step: at, difference: undefined, channel: undefined };
  if (!(thrown instanceof Unmet)) {
    const own = thrown instanceof GraderTrouble || thrown instanceof UnknownValue;
    return { ...base, verdict: 'void', failure: own ? failure : { ...failure, says: stackOf(thrown) } };
  }
  if (!scene.place.ownDisk && diskIsFull(scene.place.work))
    return {
      ...base,
      verdict: 'void',
      failure: { ...failure, says: 'the disk of the temporary folder is full' },
    };
  const { difference, channel, credit } = thrown;
  return {
    ...base,
    verdict: 'unmet',
    failure: { ...failure, difference, channel },
    credit,
    byHand: byHand(scene, channel),
    program: lastWords(scene.program),
  };
}

/** Less than so many bytes and programs can not write what they print. */
const leastFree = 1024 * 1024;

/** Asked only of a check that is not met: a program that had no room to write must not pay for it. */
function diskIsFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < leastFree;
  } catch {
    return false;
  }
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

function lastWords(program: Program | undefined): Outcome['program'] {
  const ending = program?.ending;
  if (program === undefined || ending === undefined) return undefined;
  const stderr = program.output('stderr').text || program.output('stdout').text;
  return { ending: endingInWords(ending), stderr: lastLines(stderr) };
}

/** Gaps shorter than this between two sends are not worth a pause by hand, in milliseconds. */
const noticeable = 10;

function actsOf(events: readonly TranscriptEvent[], channel: string): HandAct[] {
  const acts: HandAct[] = [];
  let last: TranscriptEvent | undefined;
  for (const event of events.filter(item => item.channel === channel)) {
    const mine = event.by === 'grader';
    if (mine && event.kind === 'data' && event.bytes !== undefined) {
      if (last?.by === 'grader' && event.at - last.at >= noticeable)
        acts.push({ kind: 'pause', ms: event.at - last.at });
      acts.push({ kind: 'send', bytes: event.bytes });
    }
    if (mine && (event.kind === 'end' || event.kind === 'close')) acts.push({ kind: 'end' });
    if (event.kind === 'data') last = event;
  }
  return acts;
}

/** Connections that had sent something and were over when this one was opened. */
function goneBefore(events: readonly TranscriptEvent[], channel: string): string[] {
  const first = events.findIndex(event => event.channel === channel && event.kind === 'open');
  // A connection that was refused has no beginning: all that happened was before it.
  const before = first === -1 ? events : events.slice(0, first);
  const over = before.filter(({ by, kind }) => by === 'grader' && ['end', 'close', 'reset'].includes(kind));
  const names = new Set(over.map(event => event.channel));
  return [...names].filter(name => before.some(event => event.channel === name && event.kind === 'data'));
}

/** Whether another connection, opened before, stood open all the time: then it is part of the fault. */
function hasCompany(events: readonly TranscriptEvent[], channel: string): boolean {
  const first = events.findIndex(event => event.channel === channel && event.kind === 'open');
  return events.slice(0, Math.max(0, first)).some(({ channel: other, kind }) => {
    const over = events.some(
      event => event.channel === other && ['end', 'close', 'reset'].includes(event.kind),
    );
    return kind === 'open' && other !== channel && !over;
  });
}

/** The address at which a student tries things by hand is the lecture's. */
function byHand(scene: Scene, failedOn: string | undefined): string | undefined {
  const { contract, transcript, check } = scene;
  const [port] = Object.values(contract.ports);
  if (port === undefined) return undefined;
  const protocol = protocolNamed(port.protocol);
  const channel = failedOn ?? Object.keys(check.actors ?? {})[0];
  if (channel === undefined) return undefined;
  const acts = actsOf(transcript.events, channel);
  if (contract.role === 'server') {
    const command = protocol.byHand(acts, '127.0.0.1', port.textbook);
    // What earlier clients have done to the server may be the cause.
    const earlier = goneBefore(transcript.events, channel).flatMap(
      name =>
        protocol.byHand(actsOf(transcript.events, name), '127.0.0.1', port.textbook)?.split('\n')[0] ?? [],
    );
    const company = hasCompany(transcript.events, channel)
      ? `sleep 9 | nc 127.0.0.1 ${port.textbook} & sleep 0.2; `
      : '';
    const commands = [...earlier.slice(-1), ...(command === undefined ? [] : [command])];
    return commands.length === 0 ? undefined : `${company}${commands.join('; ')}`;
  }
  return protocol.byHandServer(acts, port.textbook);
}
