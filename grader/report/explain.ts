/** What an assignment asks for, and what one of its checks does. */
import { type Contract, defaultLimits } from '../assignment/contract.ts';
import { noSuchCheck } from '../errors.ts';
import type { Plan, PlannedCheck } from '../fixture/plan.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { exampleOf } from './example.ts';
import { duration, measure, padEnd, plural, points, wrap } from './layout.ts';
import { checkTable } from './listing.ts';
import { paint, type Style, signs } from './style.ts';
import { columns, pasteable, prose } from './visible.ts';

const indent = '    ';
/** A longer command by hand would help nobody. */
const longestByHand = 700;
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
  const { readyMs, idleMs } = limits ?? defaultLimits;
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
  const { bold, dim } = paint(style);
  const { dot } = signs(style);
  const width = measure(style);
  const value = check.level === 'bonus' ? `+${points(check.points)}` : plural(check.points, 'point');
  const facts = [check.level, value, ...check.source].map(fact => prose(fact, style)).join(dot);
  const [first = '', ...rest] = wrap(`${check.id}${dot}${facts}`, width, '', indent);
  const { lines, acts } = exampleOf(plan, check, style, style.width - indent.length);
  const said = (label: string, text: string): string[] =>
    wrap(`${label}: ${prose(text, style)}`, width).map((line, i) =>
      i === 0 ? bold(line.slice(0, label.length + 1)) + line.slice(label.length + 1) : line,
    );
  return `${[
    bold(check.id) + first.slice(check.id.length),
    ...rest,
    bold(prose(check.title, style)),
    ...wrap(prose(check.rule, style), width),
    '',
    ...lines.map(line => indent + line),
    '',
    ...said('Catches', check.catches),
    ...(check.needs === undefined || check.needs.length === 0 ? [] : said('Needs', check.needs.join(', '))),
    ...byHand(plan, check, acts).flatMap((line, i) =>
      i === 0 ? [`${bold('By hand:')} ${line}`] : wrap(line, width, '         ').map(dim),
    ),
  ].join('\n')}\n`;
}

/** The command, and what belongs to it. */
function byHand(
  { contract }: Plan,
  check: PlannedCheck,
  acts: ReturnType<typeof exampleOf>['acts'],
): string[] {
  const [entry] = Object.entries(contract.ports);
  if (entry === undefined) return [];
  const [name, port] = entry;
  const protocol = protocolNamed(port.protocol);
  const host = '127.0.0.1';
  const server = contract.role === 'server';
  if (!server && Object.keys(check.actors ?? {}).length === 0) return [];
  const command = server
    ? protocol.byHand(acts, host, port.textbook)
    : protocol.byHandServer(acts, port.textbook);
  if (command === undefined || command.length > longestByHand) return [];
  const given: Readonly<Record<string, string>> = { host, [name]: String(port.textbook) };
  const values = contract.arguments.map(argument => given[argument.slice(1, -1)] ?? argument);
  const started = [contract.program, ...values].join(' ');
  return [
    pasteable(command),
    server ? `(while your ${started} runs)` : `(then, in a second terminal: ${started})`,
  ];
}
