/** One check in full: its title, the exchange, what was wrong with it, and what to do. */
import { differenceLines, placeOf } from './difference.ts';
import { measure, points, quoted, spread, wrap } from './layout.ts';
import type { CheckResult, Result } from './result.ts';
import { brushOf, markOf, paint, type Style, signs } from './style.ts';
import { transcriptLines } from './transcript.ts';
import { columns, pasteable, prose, visibleText } from './visible.ts';

const indent = '    ';
const deeper = '      ';

/** Lines of output that are shown; the report is about the exchange. */
const mostOutput = 12;

/** Last lines that a program printed, quoted and cut. */
export function outputLines(output: string, at: string, style: Style): string[] {
  const text = output.replace(/\r+(?=\n|$)/g, '').trimEnd();
  if (text === '') return [];
  const lines = text.split('\n').slice(-mostOutput);
  const { ellipsis } = signs(style);
  const width = Math.max(40, style.width - at.length - 2);
  return quoted(
    lines.map(line => cutLine(line.replaceAll('\t', '    '), width, ellipsis, style)),
    at,
    style,
  );
}

function cutLine(line: string, width: number, ellipsis: string, style: Style): string {
  const shown = visibleText(line, style);
  if (columns(shown) <= width) return shown;
  let out = '';
  for (const character of shown) {
    if (columns(out) + columns(character) > width - columns(ellipsis)) break;
    out += character;
  }
  return out + ellipsis;
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

/** "The server sent something else, at byte 4:" and what follows from it. */
function failureLines(failure: NonNullable<CheckResult['failure']>, style: Style): string[] {
  const { difference, program } = failure;
  const says = prose(failure.says.split('\n')[0] ?? '', style);
  const sentence = says.charAt(0).toUpperCase() + says.slice(1);
  const place = difference === undefined ? '' : placeOf(difference, style);
  const end = difference === undefined ? '.' : ':';
  const lines = wrap(`${sentence}${place === '' ? '' : `, ${place}`}${end}`, measure(style), indent);
  if (difference !== undefined)
    lines.push(...differenceLines(difference, style.width - deeper.length, style).map(line => deeper + line));
  if (program === undefined) return lines;
  const output = outputLines(program.stderr, deeper, style);
  const told = failure.says.includes(program.ending);
  if (!told || output.length > 0) {
    const ending = told ? '' : `The program ${prose(program.ending, style)}. `;
    const what = output.length > 0 ? 'Its last lines:' : 'It printed nothing.';
    lines.push(...wrap(`${ending}${what}`, measure(style), indent), ...output);
  }
  return lines;
}

function byHandLines(command: string, style: Style): string[] {
  const label = paint(style).bold('by hand');
  const [first = '', ...more] = command.split('\n').map(pasteable);
  return [`${indent}${label}   ${first}`, ...more.map(line => indent + line)];
}

/** @param about the result that the check is part of */
export function checkInFull(check: CheckResult, about: Pick<Result, 'assignment'>, style: Style): string[] {
  const { dot } = signs(style);
  const lines = titleLines(check, style);
  const width = style.width - indent.length;
  if (check.transcript !== undefined) {
    const options = { role: about.assignment.role, style, width };
    lines.push(...transcriptLines(check.transcript, options).map(line => indent + line));
  }
  if (check.failure !== undefined) lines.push(...failureLines(check.failure, style));
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
  if (check.hint !== undefined) lines.push(...wrap(prose(check.hint, style), measure(style), indent));
  const source = check.source.map(item => prose(item, style)).join(dot);
  if (source !== '') lines.push(...wrap(source, measure(style), indent).map(paint(style).dim));
  if (check.byHand !== undefined) lines.push(...byHandLines(check.byHand, style));
  return lines;
}
