/** Expected and got, one below the other, with a mark under the first character that differs. */
import { cutEnd, fitting } from './layout.ts';
import type { CheckResult } from './result.ts';
import { paint, type Style, signs } from './style.ts';
import { type Cell, cellsOfText, columns, joined, prose, widthOf, withSpacesShown } from './visible.ts';

type Difference = NonNullable<NonNullable<CheckResult['failure']>['difference']>;

/**
 * "in line 3, at byte 2": where the difference is, for the end of a sentence; "" for the whole. Lines,
 * messages and bytes are counted from 1, as editors and cmp do.
 */
export function placeOf({ path, offset }: Difference, style: Style): string {
  const where = prose(pathInWords(path), style);
  const place = [where === '' ? '' : `in ${where}`, offset === undefined ? '' : `at byte ${offset + 1}`];
  return place.filter(Boolean).join(', ');
}

function pathInWords(path: string): string {
  // The text of a message is the message, to a reader; a status is told in the sentence itself.
  if (path === 'text' || path === 'status') return '';
  const line = /^lines\[(\d+)\]$/.exec(path);
  if (line !== null) return `line ${Number(line[1]) + 1}`;
  const message = /^\[(\d+)\]\.?(.*)$/.exec(path);
  if (message === null) return path;
  const rest = pathInWords(message[2] ?? '');
  return `message ${Number(message[1]) + 1}${rest === '' ? '' : `, ${rest}`}`;
}

/** Where no message came at all, the wanted one is told by its fields: `{"code":250}` reads "code 250". */
function wantedOf({ path, expected, got }: Difference): string {
  const fields = path === '' && got === 'nothing' ? /^\{(".+)\}$/.exec(expected)?.[1] : undefined;
  if (fields === undefined) return expected;
  const text = /^"text":("(?:[^"\\]|\\.)*")$/.exec(fields)?.[1];
  if (text !== undefined) return String(JSON.parse(text));
  return fields.replace(/(^|,)"(\w+)":/g, (_, comma: string, key: string) =>
    [comma === '' ? '' : ', ', key === 'text' ? '' : `${key} `].join(''),
  );
}

const labels = { expected: 'expected  ', got: 'got       ' };
const labelWidth = labels.expected.length;
/** Columns that stay in sight before the mark when a line is too long. */
const contextWidth = 24;

/** @param width columns for a line */
export function differenceLines(difference: Difference, width: number, style: Style): string[] {
  const pen = paint(style);
  const room = Math.max(24, width - labelWidth);
  const { caret } = difference;
  const expected = withSpacesShown(cellsOfText(wantedOf(difference), style), style, true);
  const got = withSpacesShown(cellsOfText(difference.got, style), style, true);
  if (caret === undefined)
    return [...block('expected', expected, room, style), ...block('got', got, room, style)];
  // The index counts UTF-16 code units; cells are characters.
  const index = Array.from(difference.got.slice(0, caret)).length;
  const start = windowStart(got, index, room, Math.max(widthOf(expected), widthOf(got)));
  const before = (start > 0 ? columns(signs(style).ellipsis) : 0) + widthOf(got.slice(start, index));
  // What is wanted may be told in words; those do not line up with what came.
  const alike = joined(expected.slice(0, index)) === joined(got.slice(0, index));
  return [
    row('expected', alike ? windowed(expected, start, room, style) : cutEnd(expected, room, style), style),
    row('got', windowed(got, start, room, style), style),
    `${' '.repeat(labelWidth + before)}${pen.red('^')}`,
  ];
}

function row(kind: keyof typeof labels, text: string, style: Style): string {
  const { dim, green, red } = paint(style);
  if (text === '') return dim(`${labels[kind]}(empty)`);
  return dim(labels[kind]) + (kind === 'expected' ? green : red)(text);
}

/** Both lines are alike up to the mark, so one start serves both. */
function windowStart(got: readonly Cell[], index: number, room: number, widestLine: number): number {
  if (widestLine <= room) return 0;
  let start = index;
  let used = 0;
  while (start > 0 && used + (got[start - 1]?.width ?? 0) <= contextWidth) {
    start -= 1;
    used += got[start]?.width ?? 0;
  }
  return start;
}

function windowed(cells: readonly Cell[], start: number, room: number, style: Style): string {
  const { ellipsis } = signs(style);
  const lead = start > 0 ? ellipsis : '';
  const rest = cells.slice(start);
  const left = room - columns(lead);
  if (widthOf(rest) <= left) return lead + joined(rest);
  return lead + joined(fitting(rest, left - columns(ellipsis))) + ellipsis;
}

/** Without a mark nothing needs to line up: a long value goes on in the next line. */
function block(kind: keyof typeof labels, cells: readonly Cell[], room: number, style: Style): string[] {
  const lines: string[] = [];
  for (let rest = [...cells]; rest.length > 0; ) {
    const line = fitting(rest, room);
    rest = rest.slice(line.length);
    lines.push(joined(line));
  }
  const [first = '', ...more] = lines;
  const brush = kind === 'expected' ? paint(style).green : paint(style).red;
  return [row(kind, first, style), ...more.map(line => ' '.repeat(labelWidth) + brush(line))];
}
