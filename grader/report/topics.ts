/** The table of topics: the marks of each topic's checks in their order, and what they earned. */
import { measure, padEnd, padStart, points } from './layout.ts';
import type { CheckResult } from './result.ts';
import { brushOf, markOf, paint, type Style } from './style.ts';
import { columns, prose } from './visible.ts';

interface Topic {
  title: string;
  checks: CheckResult[];
}

function topicsOf(checks: readonly CheckResult[], style: Style): Topic[] {
  const topics = new Map<string, Topic>();
  for (const check of checks) {
    const topic = topics.get(check.topic) ?? { title: prose(check.topic, style), checks: [] };
    topics.set(check.topic, topic);
    topic.checks.push(check);
  }
  return [...topics.values()];
}

/** In whole hundredths, so that 0.1 + 0.2 is 0.3. Void checks are in no sum. */
function sums({ checks }: Topic): { earned: number; of: number; bonus: number } {
  const sum = { earned: 0, of: 0, bonus: 0 };
  for (const check of checks) {
    if (check.verdict === 'void') continue;
    if (check.level === 'bonus') sum.bonus += Math.round(check.earned * 100);
    else {
      sum.earned += Math.round(check.earned * 100);
      sum.of += Math.round(check.points * 100);
    }
  }
  return { earned: sum.earned / 100, of: sum.of / 100, bonus: sum.bonus / 100 };
}

export function topicLines(checks: readonly CheckResult[], style: Style): string[] {
  const topics = topicsOf(checks, style);
  const rows = topics.map(topic => {
    const { earned, of, bonus } = sums(topic);
    return {
      topic,
      score: of === 0 ? '' : `${points(earned)}/${points(of)}`,
      bonus: bonus === 0 ? '' : `+${points(bonus)}`,
    };
  });
  const titleWidth = Math.max(...topics.map(({ title }) => columns(title)));
  const bonusWidth = Math.max(...rows.map(row => row.bonus.length));
  const scoreWidth = Math.max(...rows.map(row => row.score.length));
  const right = scoreWidth + (bonusWidth > 0 ? bonusWidth + 1 : 0);
  const room = measure(style) - 2 - titleWidth - 2 - 2 - right;
  return rows.flatMap(({ topic, score, bonus }) => {
    const lines = markLines(topic.checks, room, style);
    return lines.map(({ painted, width }, i) => {
      const title = i === 0 ? topic.title : '';
      const marks = painted + ' '.repeat(Math.max(0, room - width));
      const extra = bonus === '' ? '' : ` ${paint(style).green(bonus)}`;
      const end = i === lines.length - 1 ? `  ${padStart(score, scoreWidth)}${extra}` : '';
      return `  ${padEnd(title, titleWidth)}  ${marks}${end}`.trimEnd();
    });
  });
}

/** Marks with a space between them, in as many lines as they need. */
function markLines(
  checks: readonly CheckResult[],
  room: number,
  style: Style,
): { painted: string; width: number }[] {
  const lines = [{ painted: '', width: 0 }];
  for (const { verdict } of checks) {
    const mark = markOf(verdict, style);
    const painted = brushOf(verdict, style)(mark);
    const line = lines.at(-1);
    if (line !== undefined && (line.width === 0 || line.width + 1 + columns(mark) <= room)) {
      line.painted += line.width === 0 ? painted : ` ${painted}`;
      line.width += (line.width === 0 ? 0 : 1) + columns(mark);
    } else lines.push({ painted, width: columns(mark) });
  }
  return lines;
}
