/** The table of languages: version, start-up time and place of each program, and how a missing one is installed. */
import { duration, measure, padEnd, padStart, wrap } from './layout.ts';
import { type Mark, marked, markWidth } from './marks.ts';
import { paint, type Style } from './style.ts';
import { columns, prose } from './visible.ts';

/** What a report prints of languages. It knows no subjects: the `Toolchains` of subject/toolchains.ts fit in here. */
export interface Languages {
  floorMs: number;
  found: readonly Language[];
}

interface Program {
  path: string;
  version: string;
  startMs?: number;
}

interface Language {
  command: string;
  open?: Program & { shim?: { manager: string; leadsTo?: string } };
  isolated?: Program;
  says?: string;
  install?: string;
}

interface Row {
  mark: Mark;
  command: string;
  version: string;
  start: string;
  /** Path; or why there is none, over the other columns. */
  says: string;
  more: string | undefined;
}

/** @param isolated whether programs run in the isolated room: then its languages count, else those of the open one */
export function languageLines({ found, floorMs }: Languages, isolated: boolean, style: Style): string[] {
  const { dim } = paint(style);
  const rows = found.map(language => (isolated ? inIsolatedRoom(language) : inOpenRoom(language)));
  const widthOf = (name: 'command' | 'version' | 'start'): number =>
    Math.max(...rows.map(row => columns(row[name])));
  const [name, version, start] = [widthOf('command'), widthOf('version'), widthOf('start')];
  const hang = ' '.repeat(2 + markWidth(style) + 1 + name + 2);
  const lines = rows.flatMap(row => {
    const middle =
      row.mark === 'yes' ? `${padEnd(row.version, version)}  ${padStart(row.start, start)}  ` : '';
    const left = `  ${marked(row.mark, style)} ${padEnd(row.command, name)}  ${middle}`;
    const room = measure(style) - hang.length - middle.length;
    const [first = '', ...next] = wrap(prose(row.says, style), room);
    const more = row.more === undefined ? [] : wrap(prose(row.more, style), measure(style), hang);
    return [left + first, ...next.map(line => hang + line), ...more.map(dim)];
  });
  const floor = `Times are those of an empty program; any start costs ${duration(floorMs)} here.`;
  return [...lines, '', ...wrap(prose(floor, style), measure(style)).map(dim)];
}

function inIsolatedRoom({ command, open, isolated, says, install }: Language): Row {
  const row = rowOf(command, isolated);
  if (isolated) return { ...row, more: open?.path === isolated.path ? undefined : elsewhere(open, says) };
  const mark = open ? 'no' : 'without';
  return { ...row, mark, says: absent(says, install), more: elsewhere(open, undefined) };
}

function inOpenRoom({ command, open, says, install }: Language): Row {
  if (!open)
    return { ...rowOf(command, undefined), says: absent(says, install), mark: says ? 'no' : 'without' };
  return { ...rowOf(command, open), says: open.path + through(open) };
}

const rowOf = (command: string, program: Program | undefined): Row => ({
  mark: 'yes',
  command,
  version: program?.version ?? '',
  start: program?.startMs === undefined ? '' : duration(program.startMs),
  says: program?.path ?? '',
  more: undefined,
});

const absent = (says = 'not installed', install = ''): string => (install ? `${says}: ${install}` : says);

/** What the open room uses, where that is another program. */
function elsewhere(open: Language['open'], says: string | undefined): string | undefined {
  if (!open) return says;
  const { version, startMs, path } = open;
  const start = startMs === undefined ? [] : [duration(startMs)];
  return `open room: ${[version, ...start, path + through(open)].filter(Boolean).join(', ')}`;
}

/** Behind a version manager's shim. */
function through({ shim }: NonNullable<Language['open']>): string {
  if (!shim) return '';
  const { manager, leadsTo } = shim;
  return `, a shim of ${manager}${leadsTo === undefined ? '' : ` for ${leadsTo}`}`;
}
