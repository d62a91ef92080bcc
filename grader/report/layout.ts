/** Lines of a report: wrapping, columns, cutting, and numbers as people read them. */
import { paint, type Style, signs } from './style.ts';
import { type Cell, columns, joined, widthOf } from './visible.ts';

/** Prose in longer lines is hard to read, and a number at the far right hard to match with its row. */
const widest = 100;
const narrowest = 60;

/** Columns for prose and tables. */
export const measure = (style: Style): number => Math.max(narrowest, Math.min(widest, style.width));

/** Wraps at spaces; a longer word stands alone. `hang` goes before the second and later lines. */
export function wrap(text: string, width: number, indent = '', hang = indent): string[] {
  const lines: string[] = [];
  let line = '';
  const limit = (): number => width - columns(lines.length === 0 ? indent : hang);
  const push = (): void => {
    lines.push(`${lines.length === 0 ? indent : hang}${line}`);
  };
  for (const word of text.split(' ')) {
    if (line !== '' && columns(line) + 1 + columns(word) > limit()) {
      push();
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  push();
  return lines;
}

export const padEnd = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - columns(text)));
export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - columns(text))) + text;

/** `left`, then `right` at the right edge; on a line of its own when both do not fit. */
export function spread(left: string, right: string, width: number): string[] {
  const gap = width - columns(left) - columns(right);
  return gap >= 2 ? [`${left}${' '.repeat(gap)}${right}`] : [left, padStart(right, width)];
}

/** 9980 -> "9,980". */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** 1 check, 2 checks. */
export const plural = (count: number, noun: string): string =>
  `${Number.isInteger(count) ? grouped(count) : points(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Points without trailing zeros: 7.5, 13.33. */
export const points = (value: number): string => String(Math.round(value * 100) / 100);

/** Milliseconds as seconds: "0.41 s", "17.2 s". */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

/** Milliseconds in a sentence: "250 ms", "1.5 s". */
export const duration = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;

/** Cuts at the end. */
export function cutEnd(cells: readonly Cell[], width: number, style: Style): string {
  if (widthOf(cells) <= width) return joined(cells);
  const { ellipsis } = signs(style);
  return joined(fitting(cells, width - columns(ellipsis))) + ellipsis;
}

/** The longest beginning that fits in so many columns. */
export function fitting(cells: readonly Cell[], width: number): Cell[] {
  let used = 0;
  const end = cells.findIndex(cell => {
    used += cell.width;
    return used > width;
  });
  return end === -1 ? [...cells] : cells.slice(0, end);
}

/** Output that a program printed, quoted behind bars; its own line ends are kept. */
export function quoted(lines: readonly string[], indent: string, style: Style): string[] {
  const bar = paint(style).dim('|');
  return lines.map(line => (line === '' ? `${indent}${bar}` : `${indent}${bar} ${line}`));
}
