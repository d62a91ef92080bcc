/** What this machine offers, for people: the verdict and what helps first, then rooms, limits and languages. */
import { type Languages, languageLines } from './doctor-languages.ts';
import { grouped, measure, padEnd, plural, wrap } from './layout.ts';
import { type Mark, marked, markWidth } from './marks.ts';
import { paint, type Style, signs } from './style.ts';
import { columns, prose, worded } from './visible.ts';

/** What a report prints of a machine. It knows no rooms: the `Offers` of room/offers.ts fit in here. */
export interface Machine {
  platform: string;
  system: string;
  release: string;
  cpus: number;
  memoryMb: number;
  node: string;
  root: boolean;
  bubblewrap: { found: boolean; version?: string; path?: string };
  can: Readonly<Record<(typeof abilities)[number]['name'], { ok: boolean; says?: string }>>;
  cgroups: { version: 'v1' | 'v2' | 'none'; writable: boolean; controllers: readonly string[] };
  isolation: { ok: boolean; missing: readonly Lack[] };
}

export interface Lack {
  what: string;
  why: string;
  /** One or more lines. */
  install: string;
}

/** In the order in which one needs the other; those that the room can do without last. */
const abilities = [
  { name: 'userNamespaces', title: 'user namespaces', gives: 'programs are shut in without any rights' },
  { name: 'netNamespace', title: 'own networks', gives: 'programs reach nobody but the grader' },
  { name: 'mountProc', title: 'own /proc', gives: 'programs see no other processes' },
  {
    name: 'nestedSandbox',
    title: 'sandboxes in lanes',
    gives: 'the whole room, tried with an empty program',
  },
  { name: 'lowPorts', title: 'ports below 1024', gives: 'programs may insist on port 25, 53 or 80' },
  {
    name: 'addresses',
    title: 'foreign addresses',
    gives: 'fake hosts stand where real ones do',
    spare: true,
  },
  { name: 'otherUser', title: 'another user', gives: 'programs run as one who owns nothing', spare: true },
  { name: 'seccomp', title: 'filtered calls', gives: 'programs get harmless system calls only', spare: true },
] as const;

interface Row {
  mark: Mark;
  title: string;
  says: string;
}

/** Ends with a newline. */
export function doctorText(machine: Machine, languages: Languages, style: Style): string {
  const pen = paint(style);
  const { isolation } = machine;
  const lines = [
    ...verdict(machine, style),
    '',
    ...wrap(prose(about(machine, style), style), measure(style)),
    '',
    pen.bold('Rooms'),
    ...table(rooms(machine), style),
    '',
    ...(machine.platform === 'linux' ? isolatedRoom(machine, style) : []),
    pen.bold(isolation.ok ? 'Languages there' : 'Languages'),
    ...languageLines(languages, isolation.ok, style),
  ];
  return `${lines.join('\n')}\n`;
}

function isolatedRoom(machine: Machine, style: Style): string[] {
  const { bold } = paint(style);
  return [
    bold('What the isolated room is made of'),
    ...table(parts(machine), style),
    '',
    bold('Limits there'),
    ...table(limits(machine), style),
    '',
  ];
}

/** Why `grade` starts no program of a stranger here, and what to do. Ends without a newline, as errors do. */
export function refusalText(missing: readonly Lack[], style: Style): string {
  const says = `No isolation available, so programs of strangers are refused: ${reasons(missing)}.`;
  return [
    ...wrap(prose(says, style), measure(style), '', '  '),
    ...remedies(missing, style),
    'More: wiremark doctor   For programs that you trust: --room open',
  ].join('\n');
}

function verdict({ isolation: { ok, missing } }: Machine, style: Style): string[] {
  const { green, red } = paint(style);
  if (ok) return [green('This machine can grade programs of strangers: wiremark grade')];
  const says = `This machine can not grade programs of strangers: ${reasons(missing)}.`;
  return [
    ...wrap(prose(says, style), measure(style), '', '  ').map(red),
    ...remedies(missing, style),
    'Until then only programs that you trust: wiremark grade --room open',
  ];
}

const reasons = (missing: readonly Lack[]): string => missing.map(({ why }) => why).join('; ');

/** Commands are not wrapped, for they are to be pasted. */
const remedies = (missing: readonly Lack[], style: Style): string[] =>
  missing.flatMap(({ install }) => install.split('\n').map(line => `    ${worded(line, style)}`));

function about(machine: Machine, style: Style): string {
  const kernel = `${machine.platform === 'linux' ? 'Linux' : machine.platform} ${machine.release}`;
  const size = [plural(machine.cpus, 'processor'), `${grouped(machine.memoryMb)} MB`];
  const who = machine.root ? 'as root' : 'not as root';
  const all = [machine.system, kernel, ...size, `Node ${machine.node}`, who];
  return all.filter(Boolean).join(signs(style).dot);
}

function rooms({ isolation: { ok, missing } }: Machine): Row[] {
  const isolated = ok
    ? 'each program is shut in, with a network, processes and files of its own'
    : `missing: ${missing.map(({ what }) => what).join(', ')}`;
  return [
    { mark: 'yes', title: 'open', says: 'programs run as you do, on any system; for those that you trust' },
    { mark: ok ? 'yes' : 'no', title: 'isolated', says: isolated },
  ];
}

function parts({ bubblewrap: { found, version = '', path = '' }, can, isolation, root }: Machine): Row[] {
  const tool = found ? `${version} ${path}` : 'not installed';
  return [
    { mark: found ? 'yes' : 'no', title: 'bubblewrap', says: tool },
    ...abilities.map((ability): Row => {
      const { ok, says = 'no reason given' } = can[ability.name];
      const without = isolation.ok ? 'spare' in ability : ability.name === 'otherUser' && !root;
      const mark = ok ? 'yes' : without ? 'without' : 'no';
      return { mark, title: ability.title, says: ok ? ability.gives : says };
    }),
  ];
}

function limits({ cgroups, isolation }: Machine): Row[] {
  if (!isolation.ok)
    return [{ mark: 'no', title: 'none', says: 'the open room bounds only time and what is kept of output' }];
  const group = (controller: string): string | undefined =>
    cgroups.writable && cgroups.controllers.includes(controller)
      ? `all processes of a program together, by a control group (${cgroups.version})`
      : undefined;
  const each = 'each process, by prlimit';
  const sum = `${each}; all together, by the grader`;
  return [
    { mark: 'yes', title: 'time', says: 'by the grader' },
    { mark: 'yes', title: 'processor time', says: sum },
    { mark: 'yes', title: 'memory', says: group('memory') ?? sum },
    {
      mark: 'yes',
      title: 'processes',
      says: group('pids') ?? 'those of a lane, by prlimit; all together, by the grader',
    },
    { mark: 'yes', title: 'open files', says: each },
    { mark: 'yes', title: 'disk', says: 'each program has a small one of its own, in memory' },
  ];
}

function table(rows: readonly Row[], style: Style): string[] {
  const width = Math.max(...rows.map(({ title }) => columns(title)));
  const hang = ' '.repeat(2 + markWidth(style) + 1 + width + 2);
  return rows.flatMap(({ mark, title, says }) => {
    const left = `  ${marked(mark, style)} ${padEnd(title, width)}  `;
    const lines = wrap(prose(says, style), measure(style) - hang.length);
    return lines.map((line, i) => (i === 0 ? left : hang) + line);
  });
}
