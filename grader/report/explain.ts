/** What an assignment asks for, and what one of its checks does. */
import type { Contract } from '../assignment/contract.ts';
import { startLimits } from '../assignment/limits.ts';
import { noSuchCheck } from '../errors.ts';
import type { Plan, PlannedCheck } from '../fixture/plan.ts';
import type { HandAct } from '../protocol/by-hand.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { type Example, exampleOf } from './example.ts';
import { duration, measure, padEnd, plural, points, wrap } from './layout.ts';
import { checkTable } from './listing.ts';
import { paint, type Style, signs } from './style.ts';
import { columns, pasteable, prose } from './visible.ts';

const indent = '    ';
/** A longer command by hand would help nobody. */
const longestByHand = 700;
/** Clients that are played by hand, one after the other. */
const mostChannels = 3;
/** Where a student tries things by hand. */
const host = '127.0.0.1';
/** Paths of a folder that are named. */
const mostPaths = 6;

/** Task, contract, topics. Ends with a newline. */
export function explainAssignment(plan: Plan, style: Style): string {
  const { contract } = plan;
  const { bold } = paint(style);
  const { dot } = signs(style);
  const id = prose(contract.id, style);
  const lines = [
    `${bold(id)}${dot}${prose(contract.title, style)}`,
    ...wrap(prose(contract.says, style), measure(style)),
    ...section('The program', programLines(contract, style), style),
    ...section('Environment variables that it reads', knobLines(contract, style), style),
    ...section('Folders', folderLines(contract, style), style),
    '',
    ...checkTable(plan, style),
    '',
    `One check: wiremark explain ${id}/<check>`,
    `Grade it:  wiremark check ${id} -- <your command> ${contract.arguments.join(' ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : ['', paint(style).bold(title), ...lines];
}

/** Names on the left, what they are on the right. */
function definitions(rows: readonly (readonly [name: string, says: string])[], style: Style): string[] {
  const nameWidth = Math.max(0, ...rows.map(([name]) => columns(name)));
  return rows.flatMap(([name, says]) => {
    const left = `  ${padEnd(name, nameWidth)}  `;
    return wrap(prose(says, style), measure(style), left, ' '.repeat(columns(left)));
  });
}

function programLines(contract: Contract, style: Style): string[] {
  const { role, limits, ports } = contract;
  const { readyMs, idleMs } = startLimits({ limits });
  const how =
    role === 'server'
      ? 'It is started once, serves many clients, and runs until it is ended.'
      : 'It is started anew for each check, and ends by itself: status 0 means success.';
  const called = contract.arguments.map(argument => argument.slice(1, -1));
  const rows = contract.arguments.flatMap((argument): [string, string][] => {
    const says = placeholderSays(argument, contract);
    return says === undefined ? [] : [[argument, says]];
  });
  const others = Object.keys(ports).filter(name => !called.includes(name));
  const ready = `Its port must be open within ${duration(readyMs)}; a program that only waits is given up after ${duration(idleMs)}.`;
  const listens = Object.values(ports).some(port => port.opener === 'subject');
  return [
    `  ${paint(style).bold([contract.program, ...contract.arguments].join(' '))}`,
    ...definitions(
      [...rows, ...others.map((name): [string, string] => [name, portSays(name, contract)])],
      style,
    ),
    ...wrap(how, measure(style), '  '),
    ...(listens ? wrap(ready, measure(style), '  ') : []),
  ];
}

function placeholderSays(argument: string, contract: Contract): string | undefined {
  const name = /^\{(\w+)\}$/.exec(argument)?.[1];
  if (name === undefined) return undefined;
  if (contract.ports[name] !== undefined) return portSays(name, contract);
  if (contract.folders?.[name] !== undefined) return 'a folder, see below';
  const same = contract.values?.[name];
  if (same !== undefined) return `always ${same}`;
  const host = contract.hosts?.[name];
  if (host !== undefined) return `address of a host that the grader plays, such as ${host}`;
  if (name !== 'host') return undefined;
  return contract.role === 'server' ? 'IPv4 address on which it listens' : 'IPv4 address that it calls';
}

function portSays(name: string, { ports }: Contract): string {
  const port = ports[name];
  if (port === undefined) return '';
  const verb = port.opener === 'subject' ? 'on which it listens' : 'that it calls';
  return `${port.transport.toUpperCase()} port ${verb}; ${port.textbook} in the lecture, another in each run`;
}

function knobLines({ knobs = {} }: Contract, style: Style): string[] {
  const longest = Math.max(0, ...Object.keys(knobs).map(name => name.length));
  return definitions(
    Object.entries(knobs).map(([name, knob]): [string, string] => [
      padEnd(name, longest),
      `${knob.says} (${knob.default} when not set)`,
    ]),
    style,
  );
}

function folderLines({ folders = {} }: Contract, style: Style): string[] {
  return definitions(
    Object.entries(folders).map(([name, paths]): [string, string] => {
      const all = Object.keys(paths);
      const more = all.length > mostPaths ? `, and ${all.length - mostPaths} more` : '';
      return [`{${name}}`, all.length === 0 ? 'empty' : `holds ${all.slice(0, mostPaths).join(', ')}${more}`];
    }),
    style,
  );
}

/** A check's rule, a sample of it, and what loses it; throws a UsageError for an unknown id. Ends with a newline. */
export function explainCheck(plan: Plan, id: string, style: Style): string {
  const check = plan.checks.find(item => item.id === id);
  if (check === undefined)
    throw noSuchCheck(
      id,
      plan.contract.id,
      plan.checks.map(item => item.id),
    );
  const { bold } = paint(style);
  const { dot } = signs(style);
  const width = measure(style);
  const value = check.level === 'bonus' ? `+${points(check.points)}` : plural(check.points, 'point');
  const facts = [check.level, value, ...check.source].map(fact => prose(fact, style)).join(dot);
  const [first = '', ...rest] = wrap(`${check.id}${dot}${facts}`, width, '', indent);
  const example = exampleOf(plan, check, style, style.width - indent.length);
  const said = (label: string, text: string): string[] =>
    wrap(`${label}: ${prose(text, style)}`, width).map((line, i) =>
      i === 0 ? bold(line.slice(0, label.length + 1)) + line.slice(label.length + 1) : line,
    );
  return `${[
    bold(check.id) + first.slice(check.id.length),
    ...rest,
    ...wrap(prose(check.title, style), width).map(bold),
    ...wrap(prose(check.rule, style), width),
    '',
    ...example.lines.map(line => indent + line),
    '',
    ...said('Catches', check.catches),
    ...(check.needs === undefined || check.needs.length === 0 ? [] : said('Needs', check.needs.join(', '))),
    ...byHandLines(plan, check, example, style),
  ].join('\n')}\n`;
}

function byHandLines(plan: Plan, check: PlannedCheck, example: Example, style: Style): string[] {
  const { contract } = plan;
  const [entry] = Object.entries(contract.ports);
  if (entry === undefined) return [];
  const [name, { textbook }] = entry;
  const commands = byHand(contract, check, example);
  if (commands.length === 0 || commands.join('').length > longestByHand) return [];
  const label = 'By hand:';
  const given: Readonly<Record<string, string>> = { host, [name]: String(textbook) };
  const values = contract.arguments.map(argument => given[argument.slice(1, -1)] ?? argument);
  const started = [contract.program, ...values].join(' ');
  const how =
    contract.role === 'server' ? `(while your ${started} runs)` : `(then, in a second terminal: ${started})`;
  const hang = ' '.repeat(label.length + 1);
  return [
    ...commands.map(
      (command, i) => `${i === 0 ? `${paint(style).bold(label)} ` : hang}${pasteable(command)}`,
    ),
    ...wrap(how, measure(style), hang).map(paint(style).dim),
  ];
}

/** Commands that do the same, to be given one after the other. */
function byHand(contract: Contract, check: PlannedCheck, { parts, interleaved }: Example): string[] {
  const [first] = parts;
  if (contract.role === 'client') {
    const [name, spec] = Object.entries(check.actors ?? {})[0] ?? [];
    const [port] = Object.values(contract.ports);
    if (name === undefined || spec === undefined || port === undefined) return [];
    const acts = parts.find(part => part.line.name === name)?.acts ?? [];
    const command = protocolNamed(spec.plays).byHandServer(withoutRest(acts), port.textbook);
    return command === undefined ? [] : [command];
  }
  const commands = parts.flatMap(
    ({ line, acts }) => line.protocol.byHand(withoutRest(acts), host, line.port) ?? [],
  );
  if (first === undefined || !interleaved) return commands.length <= mostChannels ? commands : [];
  if (first.line.protocol.transport === 'udp') return commands.slice(0, 1);
  // Clients at the same time: one that only stays connected, and another that speaks.
  return [`sleep 9 | nc ${host} ${first.line.port} &`, ...commands.slice(0, 1)];
}

/** Without a pause at the end: nothing follows it. */
function withoutRest(acts: readonly HandAct[]): HandAct[] {
  return acts.slice(0, acts.findLastIndex(act => act.kind !== 'pause') + 1);
}
