/** Steps about the program as a process: run, exit, what it printed, signals, restart. */
import type { StepOf } from '../../fixture/schema.ts';
import type { Json } from '../../judge/json.ts';
import { match } from '../../judge/match.ts';
import { aboutMain } from '../../protocol/protocol.ts';
import { GraderTrouble } from '../../wire/channel.ts';
import { Signal, until } from '../../wire/signal.ts';
import type { Context } from '../context.ts';
import { seconds, Unmet } from '../failure.ts';
import { endingInWords, type Program } from '../program.ts';

/** How often the file is looked at into which the program prints, in milliseconds. */
const outputPoll = 15;
/** Output that has not grown for so long is taken to be complete, in milliseconds. */
const settledMs = 120;

function programOf(context: Context): Program {
  const { program } = context.scene;
  if (program === undefined) throw new GraderTrouble('the check speaks of a program that was never run');
  return program;
}

function run(step: StepOf<'run'>, context: Context): void {
  const { stdin, stdinStaysOpen, args, env } = context.values.fill(step.run);
  const { scene } = context;
  scene.program = scene.start({
    args,
    env: env ?? {},
    stdin: { text: stdin, staysOpen: stdinStaysOpen === true },
  });
  scene.transcript.add({ channel: '', by: 'grader', kind: 'run', text: stdin ?? '' });
}

async function exit(step: StepOf<'exit'>, context: Context): Promise<void> {
  const program = programOf(context);
  const ms = context.limit(step.within, 'exit');
  const ending = await context.wait([], () => program.ending, ms);
  if (ending === undefined) throw new Unmet(`the program did not end within ${seconds(ms)}`);
  const { status, signal = '' } = ending;
  const about = aboutMain({ main: 'status' }, context.values.fill(step.exit));
  const difference = match(about, { status, signal }, context.bindings);
  if (difference !== undefined) throw new Unmet(`the program ${endingInWords(ending)}`, { difference });
}

/** Output as checks see it: trailing white space and CR are ignored unless they ask for `raw`. */
function outputMessage(text: string, length: number): { [field: string]: Json } {
  const clean = text.replace(/\r+(?=\n|$)/g, '').trimEnd();
  return { text: clean, lines: clean === '' ? [] : clean.split('\n'), raw: text, length };
}

/**
 * What matched may be the middle of the output: it counts when the program has ended or has said no more for
 * a while, or after `ms` milliseconds.
 */
async function settled(program: Program, stream: 'stdout' | 'stderr', ms: number): Promise<void> {
  const limit = performance.now() + ms;
  for (let length = -1; program.ending === undefined && performance.now() < limit; ) {
    const now = program.output(stream).length;
    if (now === length) return;
    length = now;
    await until([program.signal], () => program.ending, settledMs);
  }
}

async function printed(
  stream: 'stdout' | 'stderr',
  expectation: Json,
  within: number | undefined,
  context: Context,
): Promise<void> {
  const program = programOf(context);
  const about = aboutMain({ main: 'text' }, context.values.fill(expectation));
  const compare = () => {
    const { text, length } = program.output(stream);
    return match(about, outputMessage(text, length), context.bindings);
  };
  // A file can not tell that it has grown; the end of the program can.
  const poll = new Signal();
  const timer = setInterval(() => poll.notify(), outputPoll);
  const ms = context.limit(within, 'reply');
  let over: true | undefined;
  try {
    over = await until(
      [poll, program.signal],
      () => (program.ending !== undefined || compare() === undefined ? true : undefined),
      ms,
    );
  } finally {
    clearInterval(timer);
  }
  await settled(program, stream, ms);
  const difference = compare();
  if (difference === undefined) return;
  const where = stream === 'stdout' ? 'standard output' : 'standard error';
  throw new Unmet(
    over === undefined
      ? `the expected text was not on ${where} within ${seconds(ms)}, and the program did not end`
      : `the program printed something else on ${where}`,
    { difference },
  );
}

function signal(step: StepOf<'signal'>, context: Context): void {
  context.scene.transcript.add({ channel: '', by: 'grader', kind: 'signal', text: step.signal });
  programOf(context).subject.signal(step.signal);
}

async function restart(step: StepOf<'restart'>, context: Context): Promise<void> {
  const { scene } = context;
  if (scene.restart === undefined) throw new GraderTrouble('only a server can be started again');
  const ms = step.restart.within * scene.patience.scale;
  scene.transcript.add({ channel: '', by: 'grader', kind: 'signal', text: step.restart.signal });
  const again = await scene.restart(step.restart.signal, ms);
  if ('problem' in again) throw new Unmet(`started again on the same port, the program ${again.problem}`);
  scene.program = again;
  scene.transcript.add({ channel: '', by: 'grader', kind: 'run', text: '' });
}

export const process = {
  run,
  exit,
  stdout: (step: StepOf<'stdout'>, context: Context) => printed('stdout', step.stdout, step.within, context),
  stderr: (step: StepOf<'stderr'>, context: Context) => printed('stderr', step.stderr, step.within, context),
  signal,
  restart,
};
