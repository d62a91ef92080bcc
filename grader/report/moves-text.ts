/** The marks that move, for the tutor who is to agree to it. */
import { measure, padEnd, plural, wrap } from './layout.ts';
import type { CheckMove, Move } from './moves.ts';
import { paint, type Style, signs } from './style.ts';
import { columns, prose, worded } from './visible.ts';

/** Nobody reads more than this; what a change did to the class is told by the table of checks. */
const mostBundles = 10;
const mostStudents = 12;
const mostChecks = 5;
const mostRows = 15;

/**
 * Ends with a newline.
 * @param unchanged results that stay as they were
 */
export function movesText(moves: readonly Move[], unchanged: number, style: Style): string {
  const groups = new Map<string, Move[]>();
  for (const move of moves) {
    const cause = move.causes.join(', ');
    const group = groups.get(cause) ?? [];
    groups.set(cause, group);
    group.push(move);
  }
  const parts = [
    ...[...groups].map(([cause, group]) => groupLines(cause, group, style)),
    moves.length > 1 ? byCheck(moves, style) : [],
    [totals(moves, unchanged)],
  ];
  return `${parts
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`;
}

function groupLines(cause: string, moves: readonly Move[], style: Style): string[] {
  const title = `${plural(moves.length, 'mark')} ${moves.length === 1 ? 'moves' : 'move'}: ${cause}`;
  const bundles = bundled(moves);
  const shown = bundles.slice(0, mostBundles);
  const left = bundles.slice(mostBundles).reduce((sum, bundle) => sum + bundle.length, 0);
  return [
    ...wrap(prose(title, style), measure(style), '', '    ').map(paint(style).bold),
    ...shown.flatMap(bundle => bundleLines(bundle, style)),
    ...more(left, '  ', style),
  ];
}

/** Moves of the same checks by the same points are told once; those who lose most come first. */
function bundled(moves: readonly Move[]): Move[][] {
  const sorted = [...moves].sort((a, b) => weight(a) - weight(b) || (a.student < b.student ? -1 : 1));
  const bundles = new Map<string, Move[]>();
  for (const move of sorted) {
    const { direction, checks, says } = move;
    // What was seen in a check differs in details from student to student: the first one's stands for all.
    const same = JSON.stringify([direction, checks.map(({ id, from, to }) => [id, from, to]), says]);
    const bundle = bundles.get(same) ?? [];
    bundles.set(same, bundle);
    bundle.push(move);
  }
  return [...bundles.values()];
}

const weight = ({ direction, change }: Move): number => (direction === 'lost' ? -Infinity : change);

const more = (count: number, indent: string, style: Style): string[] =>
  count > 0 ? [`${indent}${signs(style).ellipsis} and ${count} more`] : [];

const arrow = (from: string, to: string, style: Style): string => worded(`${from} → ${to}`, style);

/** "ana 88 → 83 · ben 60 → 55", then what did it. */
function bundleLines(moves: readonly Move[], style: Style): string[] {
  const [first] = moves;
  if (first === undefined) return [];
  const { checks, says, direction } = first;
  const pen = paint(style);
  const brush = direction === 'up' || direction === 'found' ? pen.green : pen.red;
  const named = moves
    .slice(0, mostStudents)
    .map(({ student, from, to }) => `${prose(student, style)} ${arrow(from, to, style)}`);
  const who = packed([...named, ...more(moves.length - named.length, '', style)], style);
  const shown = checks.slice(0, mostChecks);
  const idWidth = Math.max(0, ...shown.map(({ id }) => columns(prose(id, style))));
  const indent = '      ';
  return [
    ...who.map(line => `  ${direction === 'level' ? line : brush(line)}`),
    ...(says === undefined || checks.length > 0 ? [] : wrap(prose(says, style), measure(style), indent)),
    ...shown.flatMap(check => checkLines(check, idWidth, style)),
    ...more(checks.length - shown.length, indent, style),
  ];
}

/** In as few lines as they fit in, none broken. */
function packed(items: readonly string[], style: Style): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const line = lines.at(-1);
    const longer = line === undefined ? item : line + signs(style).dot + item;
    if (line === undefined || columns(longer) + 2 > measure(style)) lines.push(item);
    else lines.splice(-1, 1, longer);
  }
  return lines;
}

/** "dot-unstuffing  5 → 0  no longer met: the file is not as it should be" */
function checkLines({ id, from, to, says }: CheckMove, idWidth: number, style: Style): string[] {
  const left = `      ${padEnd(prose(id, style), idWidth)}  ${arrow(from ?? '-', to ?? '-', style)}  `;
  return wrap(prose(says, style), measure(style), left, ' '.repeat(8));
}

interface Sum {
  id: string;
  up: number;
  down: number;
}

/** Which checks did it: "dot-unstuffing  212 down". */
function byCheck(moves: readonly Move[], style: Style): string[] {
  const sums = new Map<string, Sum>();
  for (const { id, change } of moves.flatMap(({ checks }) => checks)) {
    if (change === 0) continue;
    const sum = sums.get(id) ?? { id, up: 0, down: 0 };
    sums.set(id, sum);
    sum[change > 0 ? 'up' : 'down'] += 1;
  }
  if (sums.size === 0) return [];
  const sorted = [...sums.values()].sort((a, b) => b.up + b.down - (a.up + a.down) || (a.id < b.id ? -1 : 1));
  const shown = sorted.slice(0, mostRows);
  const width = Math.max(...shown.map(({ id }) => columns(prose(id, style))));
  return [
    paint(style).bold('By check'),
    ...shown.map(({ id, up, down }) => `  ${padEnd(prose(id, style), width)}  ${ways({ up, down })}`),
    ...more(sorted.length - shown.length, '  ', style),
  ];
}

const ways = ({ up, down }: Omit<Sum, 'id'>): string =>
  [...(up > 0 ? [`${up} up`] : []), ...(down > 0 ? [`${down} down`] : [])].join(', ');

/** "3 up, 12 down, 1 without marks now, 296 unchanged" */
function totals(moves: readonly Move[], unchanged: number): string {
  const count = (direction: Move['direction']): number =>
    moves.filter(move => move.direction === direction).length;
  const said = (direction: Move['direction'], words: string): string[] =>
    count(direction) > 0 ? [`${count(direction)} ${words}`] : [];
  return [
    `${count('up')} up`,
    `${count('down')} down`,
    ...said('level', 'with the same sum'),
    ...said('found', 'with marks now'),
    ...said('lost', 'without marks now'),
    `${unchanged} unchanged`,
  ].join(', ');
}
