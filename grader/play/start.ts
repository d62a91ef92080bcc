/**
 * Brings the program under test to the point where a check can begin, or says in words why it does not
 * get there. Readiness is read from the operating system: the check's own bytes are the first it sees.
 */
import type { Contract } from '../assignment/contract.ts';
import { startLimits } from '../assignment/limits.ts';
import type { ResultProblem } from '../report/result.ts';
import { type Place, PortTaken, type Room } from '../room/room.ts';
import { fillCommand } from '../subject/command.ts';
import type { Readiness } from '../subject/subject.ts';
import type { StdinText } from './context.ts';
import { seconds } from './failure.ts';
import { endingInWords, lastLines, notesOn, Program } from './program.ts';

export interface StartSpec {
  room: Room;
  contract: Contract;
  /** As given, with placeholders. */
  command: readonly string[];
  /** Values of placeholders beyond the room's, e.g. the folder of build products. */
  extra: Readonly<Record<string, string>>;
  /** Port that the program insists on. */
  fixedPort: number | undefined;
  /** Address to pass as {host}, if a check wants a special one. */
  host?: string | undefined;
  slow: number;
}

export interface Started {
  place: Place;
  program: Program;
  command: string[];
}
export interface StartProblem {
  problem: ResultProblem;
  command: string[];
  /** Limits that were hit, and the like. */
  notes?: string[];
}

/** A place for the program, with the contract's ports and folders. Throws PortTaken. */
export function takePlace(spec: StartSpec): Promise<Place> {
  const { contract, fixedPort } = spec;
  const ports = Object.fromEntries(
    Object.entries(contract.ports).map(([name, { transport, textbook, opener }], i) => [
      name,
      fixedPort !== undefined && i === 0
        ? { transport, fixed: fixedPort }
        : // A client that calls the lecture's port unasked must not meet another check's server there.
          { transport, ...(opener === 'subject' ? { textbook } : {}) },
    ]),
  );
  const { folders = {}, hosts = {}, values = {} } = contract;
  return spec.room.place({ ports, host: spec.host, folders, hosts, values });
}

export function launchIn(
  place: Place,
  spec: StartSpec,
  options: { args?: readonly string[] | undefined; env?: Record<string, string>; stdin?: StdinText } = {},
): Started {
  const { contract } = spec;
  const values = { ...spec.extra, ...place.values };
  const { command } = fillCommand([...spec.command], values, [...(options.args ?? contract.arguments)]);
  const { text, staysOpen = false } = options.stdin ?? { text: undefined };
  const stdin =
    text === undefined
      ? { kind: 'none' as const }
      : { kind: staysOpen ? ('open' as const) : ('text' as const), text };
  // Knobs that are set where the grader runs are not those of the check.
  const without = Object.keys(contract.knobs ?? {});
  const program = new Program(place.launch({ command, env: options.env ?? {}, without, stdin }));
  return { place, program, command };
}

/** Waits for the contract's ports; the answer is undefined when all are open. */
export async function notReady(started: Started, spec: StartSpec): Promise<ResultProblem | undefined> {
  const { contract, slow } = spec;
  const listens = Object.entries(contract.ports)
    .filter(([, port]) => port.opener === 'subject')
    .map(([name, { transport }]) => ({ transport, port: started.place.ports[name] ?? 0 }));
  const { readyMs, idleMs } = startLimits(contract);
  const readiness = await started.program.subject.ready(listens, {
    readyMs: readyMs * slow,
    idleMs: idleMs * slow,
  });
  return readiness.kind === 'ready' ? undefined : describe(readiness, started, spec);
}

/** Starts a server; the place is left again when it does not come to listen. */
export async function startServer(spec: StartSpec): Promise<Started | StartProblem> {
  let place: Place;
  try {
    place = await takePlace(spec);
  } catch (error) {
    if (error instanceof PortTaken) return { problem: taken(error), command: [...spec.command] };
    throw error;
  }
  try {
    const started = launchIn(place, spec);
    const problem = await notReady(started, spec);
    if (problem === undefined) return started;
    await place.leave();
    return { problem, command: started.command, notes: notesOn(started.program) };
  } catch (error) {
    await place.leave();
    throw error;
  }
}

/** Why the system refused to start the program. */
export function unstartable(
  { reason, machine }: { reason: string; machine: boolean },
  command: readonly string[],
): ResultProblem {
  return {
    kind: machine ? 'machine' : 'unstartable',
    says: `${command.join(' ')} could not be started: ${reason}.`,
    advice: machine
      ? ['Nothing was graded. Close other programs and try again.']
      : ['Give the command that starts the program after "--", as you would type it.'],
    output: '',
  };
}

/** Whether the machine is at fault, so that nothing may be marked. */
export const isMachines = ({ kind }: ResultProblem): boolean => kind === 'taken' || kind === 'machine';

export function taken(error: PortTaken): ResultProblem {
  const holder = error.holder === undefined ? '' : ` (by ${error.holder})`;
  return {
    kind: 'taken',
    says: `Port ${error.port} was taken before the program was started${holder}. Nothing was graded.`,
    advice: ['End that program, or name another port with --port.'],
    output: '',
  };
}

function describe(
  readiness: Exclude<Readiness, { kind: 'ready' }>,
  at: Started,
  spec: StartSpec,
): ResultProblem {
  const { contract } = spec;
  const shown = at.command.join(' ');
  const output = lastLines(
    at.program.output('stderr').text.trimEnd() || at.program.output('stdout').text.trimEnd(),
  );
  const passed = `The contract passes ${contract.arguments.join(' ')}. See: wiremark explain ${contract.id}`;
  const [wanted] = Object.entries(contract.ports);
  const port = at.place.ports[wanted?.[0] ?? ''];
  switch (readiness.kind) {
    case 'unstartable':
      return unstartable(readiness, at.command);
    case 'ended': {
      const { ending } = readiness;
      return {
        kind: 'ended',
        says: `${shown} ${endingInWords(ending)}${ending.stopped ? ',' : ''} after ${seconds(ending.afterMs)}, before it listened.`,
        advice: [passed],
        output,
      };
    }
    case 'elsewhere': {
      const other =
        readiness.found.find(item => item.transport === wanted?.[1].transport) ?? readiness.found[0];
      const sameKind = other?.transport === wanted?.[1].transport;
      const address = other?.address;
      if (address !== undefined && other?.port === port)
        return {
          kind: 'elsewhere',
          says: `${shown} listened on address ${address} only, not on 127.0.0.1.`,
          advice: ['Bind to 0.0.0.0, to 127.0.0.1 or to the empty address.'],
          output,
        };
      const place = sameKind
        ? `port ${other?.port}, not on ${port}`
        : `${other?.transport.toUpperCase()} port ${other?.port}, not on ${wanted?.[1].transport.toUpperCase()} port ${port}`;
      const advice = [
        sameKind
          ? 'Its port seems to be fixed in the program: take it from the first argument.'
          : `The contract wants a ${wanted?.[1].transport.toUpperCase()} socket.`,
      ];
      if (sameKind)
        advice.push(`To grade it as it is: wiremark check ${contract.id} --port ${other?.port} -- …`);
      return { kind: 'elsewhere', says: `${shown} listened on ${place}.`, advice, output };
    }
    case 'never': {
      const doing = readiness.idle ? 'It only waited' : 'It was busy or waited for the network';
      return {
        kind: 'never',
        says: `${shown} never listened on port ${port}. ${doing}; given up after ${seconds(readiness.afterMs)}.`,
        advice: [passed],
        output,
      };
    }
  }
}
