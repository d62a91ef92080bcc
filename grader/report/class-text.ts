/** The last lines on the terminal when a class has been graded. */
import { padEnd, padStart, points, seconds } from './layout.ts';
import { isToRunAgain, needsPerson, type Status, statusWords } from './standing.ts';
import { paint, type Style, signs } from './style.ts';
import type { ClassSummary } from './summary.ts';
import { columns, pasteable } from './visible.ts';

export interface ClassTextOptions {
  /** Milliseconds of this run. */
  ms: number;
  /** Submissions that were finished in an earlier run. */
  before: number;
  /** The output folder as typed. */
  out: string;
  /** The command that repeats the run. */
  again: string;
  /** Files in the output folder to look at next. */
  files: readonly string[];
}

/** Ends with a newline. */
export function classText(summary: ClassSummary, options: ClassTextOptions, style: Style): string {
  const { out, files } = options;
  const inFolder = (file: string): string => pasteable(`${out.replace(/(?<=.)\/+$/, '')}/${file}`);
  const rows = [
    ...counted(summary, needsPerson).map(row => ({ ...row, right: inFolder('needs-you.txt') })),
    ...counted(summary, isToRunAgain).map(row => ({
      ...row,
      right: `run again: ${pasteable(options.again)}`,
    })),
  ];
  const last = files.map(inFolder).join(signs(style).dot);
  return `${[headline(summary, options, style), ...table(rows, style), ...(last === '' ? [] : [last])].join('\n')}\n`;
}

/** "312 graded in 17.2 s · median 81 · 23 full marks" */
function headline({ counts, marks }: ClassSummary, { ms, before }: ClassTextOptions, style: Style): string {
  const of = counts.graded === counts.submissions ? '' : ` of ${counts.submissions}`;
  const said = [`${paint(style).bold(`${counts.graded}${of}`)} graded in ${seconds(ms)}`];
  if (before > 0) said.push(`${before === counts.submissions ? 'all' : before} kept from an earlier run`);
  if (marks !== undefined)
    said.push(`median ${points(marks.median)}`, `${marks.full}${marks.full === 1 ? ' with' : ''} full marks`);
  return said.join(signs(style).dot);
}

interface Row {
  count: number;
  words: string;
  right: string;
}

/** Students of each status that is wanted. */
function counted({ students }: ClassSummary, wanted: (status: Status) => boolean): Omit<Row, 'right'>[] {
  const counts = new Map<Status, number>();
  for (const { status } of students) if (wanted(status)) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => ({
    count,
    words: statusWords[status] + (isToRunAgain(status) ? ' (machine trouble)' : ''),
  }));
}

function table(rows: readonly Row[], style: Style): string[] {
  const width = Math.max(0, ...rows.map(({ count }) => String(count).length));
  const words = Math.max(0, ...rows.map(row => columns(row.words)));
  return rows.map(({ count, words: text, right }, i) => {
    // The same file is named once.
    const shown = rows[i - 1]?.right === right ? '' : right;
    return `  ${paint(style).yellow(`${padStart(String(count), width)} ${padEnd(text, words)}`)}   ${shown}`.trimEnd();
  });
}
