/** One check in full: its title, the exchange, what was wrong with it, and what to do. */
import { differenceLines, placeOf } from './difference.ts';
import { cutEnd, fitting, measure, points, quoted, spread, wrap } from './layout.ts';
import type { CheckResult, Result } from './result.ts';
import { brushOf, markOf, paint, type Style, signs } from './style.ts';
import { transcriptLines } from './transcript.ts';
import { cellsOfText, columns, joined, pasteable, prose } from './visible.ts';

const indent = '    ';
const deeper = '      ';

/** Lines of output that are shown; the report is about the exchange. */
const mostOutput = 12;

/** Rows that one line of output may take; the end of a long message often says most. */
const mostRows = 4;

/** Last lines that a program printed, quoted. */
export function outputLines(output: string, at: string, style: Style): string[] {
  const text = output.replace(/\r+(?=\n|$)/g, '').trimEnd();
  if (text === '') return [];
  const lines = text.split('\n').slice(-mostOutput);
  const room = Math.max(40, style.width - at.length - 2);
  return quoted(
    lines.flatMap(line => rowsOf(line.replaceAll('\t', '    '), room, style)),
    at,
    style,
  );
}

function rowsOf(line: string, room: number, style: Style): string[] {
  const rows: string[] = [];
  const hang = '    ';
  const width = (): number => (rows.length === 0 ? room : room - hang.length);
  let rest = cellsOfText(line, style);
  do {
    const isLast = rows.length === mostRows - 1;
    const row = fitting(rest, width());
    const shown = isLast ? cutEnd(rest, width(), style) : joined(row);
    rows.push(rows.length === 0 ? shown : hang + shown);
    rest = rest.slice(row.length);
  } while (rest.length > 0 && rows.length < mostRows);
  return rows;
}

export function titleLines(check: CheckResult, style: Style): string[] {
  const pen = paint(style);
  const mark = markOf(check.verdict, style);
  const { dot } = signs(style);
  const id = prose(check.id, style);
  const kind = check.level === 'bonus' ? ' bonus' : '';
  const score =
    check.verdict === 'void' ? 'costs nothing' : `${points(check.earned)}/${points(check.points)}${kind}`;
  const left = `${mark} ${id}${dot}${prose(check.title, style)}`;
  const width = measure(style);
  const lines = spread(left, score, width);
  // A long title is wrapped, with the points beside its first line.
  if (lines.length > 1) {
    const room = width - columns(score) - 2;
    const [first = '', ...rest] = wrap(left, room, '', deeper);
    lines.splice(0, lines.length, ...spread(first, score, width), ...rest);
  }
  const brush = brushOf(check.verdict, style);
  return lines.map((line, i) =>
    i === 0 ? `${brush(mark)} ${pen.bold(id)}${line.slice(mark.length + 1 + id.length)}` : line,
  );
}

/** Output that is shown already, and with which check: a crash that costs many checks is printed once. */
export type Seen = Map<string, string>;

type Failure = NonNullable<CheckResult['failure']>;

/** "The server sent something else, at byte 4:" and what follows from it. */
function failureLines(failure: Failure, style: Style): string[] {
  const { difference } = failure;
  const says = prose(failure.says.split('\n')[0] ?? '', style).replace(/\.+$/, '');
  const sentence = says.charAt(0).toUpperCase() + says.slice(1);
  const place = difference === undefined ? '' : placeOf(difference, style);
  const end = difference === undefined ? '.' : ':';
  const lines = wrap(`${sentence}${place === '' ? '' : `, ${place}`}${end}`, measure(style), indent);
  if (difference === undefined) return lines;
  return [
    ...lines,
    ...differenceLines(difference, style.width - deeper.length, style).map(line => deeper + line),
  ];
}

/** How the program ended during the check, and what it printed last. */
function endingLines({ id, failure }: CheckResult, seen: Seen, style: Style): string[] {
  const program = failure?.program;
  if (failure === undefined || program === undefined) return [];
  const told = failure.says.includes(program.ending);
  const ending = told ? '' : `The program ${prose(program.ending, style)}.`;
  const output = isShown(program.stderr, failure) ? [] : outputLines(program.stderr, deeper, style);
  const before = seen.get(program.stderr);
  const what =
    program.stderr.trim() === ''
      ? 'It printed nothing.'
      : output.length === 0
        ? ''
        : before === undefined
          ? 'Its last lines:'
          : `Its last lines are the same as at ${prose(before, style)}: mend that first.`;
  const sentence = [ending, told && output.length === 0 ? '' : what].filter(Boolean).join(' ');
  if (output.length > 0 && before === undefined) seen.set(program.stderr, id);
  return [
    ...(sentence === '' ? [] : wrap(sentence, measure(style), indent)),
    ...(before === undefined ? output : []),
  ];
}

/** The difference may be about just what the program printed. */
function isShown(output: string, { difference }: Failure): boolean {
  const got = difference?.got.replace(/^…|…$/g, '').trim() ?? '';
  return got !== '' && output.trimEnd().endsWith(got);
}

function byHandLines(command: string, style: Style): string[] {
  const label = paint(style).bold('by hand');
  const [first = '', ...more] = command.split('\n').map(pasteable);
  return [`${indent}${label}   ${first}`, ...more.map(line => indent + line)];
}

/**
 * @param about the result that the check is part of
 * @param seen output that the reader has seen; this check's is added
 */
export function checkInFull(
  check: CheckResult,
  about: Pick<Result, 'assignment'>,
  style: Style,
  seen: Seen = new Map(),
): string[] {
  // A server that ends is at fault; clients end, and may well print the same for different reasons.
  const crashes: Seen = about.assignment.role === 'server' ? seen : new Map();
  const { dot } = signs(style);
  const lines = titleLines(check, style);
  const width = style.width - indent.length;
  if (check.transcript !== undefined) {
    const options = { role: about.assignment.role, style, width };
    lines.push(...transcriptLines(check.transcript, options).map(line => indent + line));
  }
  const output = check.failure?.program?.stderr ?? '';
  // One root cause, one hint: this check's own would lead astray.
  const sameCrash = output.trim() !== '' && crashes.has(output);
  if (check.failure !== undefined)
    lines.push(...failureLines(check.failure, style), ...endingLines(check, crashes, style));
  if (check.verdict === 'void')
    lines.push(
      ...wrap("This is the grader's or the machine's trouble, not the program's.", measure(style), indent),
    );
  if (check.verdict === 'unreached' && check.waitsFor !== undefined)
    lines.push(`${indent}Not reached: it needs ${prose(check.waitsFor, style)}.`);
  if (check.unsteady)
    lines.push(
      ...wrap('Failed beside other checks, then met alone: that counts as met.', measure(style), indent),
    );
  if (check.verdict !== 'unmet') return lines;
  if (check.hint !== undefined && !sameCrash)
    lines.push(...wrap(prose(check.hint, style), measure(style), indent));
  const source = check.source.map(item => prose(item, style)).join(dot);
  if (source !== '') lines.push(...wrap(source, measure(style), indent).map(paint(style).dim));
  if (check.byHand !== undefined) lines.push(...byHandLines(check.byHand, style));
  return lines;
}
