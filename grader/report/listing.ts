/** Lists: the assignments there are, and the checks of one. */
import type { Plan, PlannedCheck } from '../fixture/plan.ts';
import { measure, padEnd, padStart, plural, points, wrap } from './layout.ts';
import { paint, type Style } from './style.ts';
import { columns, prose } from './visible.ts';

type Level = PlannedCheck['level'];

/** Points of a level, in whole hundredths until the end. */
export const pointsOf = (checks: readonly PlannedCheck[], level: Level): number =>
  checks.reduce((sum, check) => sum + (check.level === level ? Math.round(check.points * 100) : 0), 0) / 100;

/** A table whose first row is its head; columns named in `right` are numbers. */
function table(rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map(row => columns(row[i] ?? ''))));
  return rows.map(row =>
    row
      .map((cell, i) => (right.includes(i) ? padStart : padEnd)(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Ends with a newline. */
export function listAssignments(plans: readonly Plan[], style: Style): string {
  const pen = paint(style);
  const rows = plans.map(({ contract, checks }) => {
    const [must, should, bonus] = (['must', 'should', 'bonus'] as const).map(level =>
      pointsOf(checks, level),
    );
    const score = [points(must ?? 0), points(should ?? 0), bonus ? `+${points(bonus)}` : ''];
    return [prose(contract.id, style), prose(contract.title, style), String(checks.length), ...score];
  });
  const [head = '', ...body] = table(
    [['assignment', 'title', 'checks', 'must', 'should', 'bonus'], ...rows],
    [2, 3, 4, 5],
  );
  const more = [
    '',
    'The checks of one: wiremark list <assignment>   Its contract: wiremark explain <assignment>',
  ];
  return `${[pen.dim(head), ...body, ...more].join('\n')}\n`;
}

/** Topics with their checks: id, level, points, title. */
export function checkTable({ checks }: Plan, style: Style): string[] {
  const pen = paint(style);
  const width = measure(style);
  const topics = [...new Set(checks.map(check => check.topic))];
  const idWidth = Math.max(...checks.map(check => columns(check.id)));
  return topics.flatMap((topic, i) => {
    const own = checks.filter(check => check.topic === topic);
    const [sum, bonus] = [pointsOf(own, 'must') + pointsOf(own, 'should'), pointsOf(own, 'bonus')];
    const total = [
      ...(sum > 0 ? [plural(sum, 'point')] : []),
      ...(bonus > 0 ? [`+${points(bonus)} bonus`] : []),
    ].join(', ');
    const rows = own.flatMap(check => {
      const value = check.level === 'bonus' ? `+${points(check.points)}` : points(check.points);
      const left = `  ${padEnd(check.id, idWidth)}  ${padEnd(check.level, 6)}  ${padStart(value, 4)}  `;
      return wrap(prose(check.title, style), width, left, ' '.repeat(columns(left)));
    });
    return [...(i === 0 ? [] : ['']), `${pen.bold(prose(topic, style))}  ${pen.dim(total)}`, ...rows];
  });
}

/** Ends with a newline. */
export function listChecks(plan: Plan, style: Style): string {
  const { contract, checks } = plan;
  const [must, should, bonus] = [
    pointsOf(checks, 'must'),
    pointsOf(checks, 'should'),
    pointsOf(checks, 'bonus'),
  ];
  const sums = `must ${points(must)}, should ${points(should)}${bonus > 0 ? `, bonus +${points(bonus)}` : ''}`;
  const id = prose(contract.id, style);
  const heading = `${id}   ${plural(checks.length, 'check')}   ${sums}`;
  const more = `One of them: wiremark explain ${id}/<check>`;
  return `${[paint(style).bold(heading), '', ...checkTable(plan, style), '', more].join('\n')}\n`;
}
