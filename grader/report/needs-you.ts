/** What a person has to look at: submissions without marks, each with what was found. */
import { outputLines } from './failed.ts';
import { measure, plural, wrap } from './layout.ts';
import type { Result } from './result.ts';
import { isToRunAgain, noMarksBecause, type Status, statusOf, voidRoots } from './standing.ts';
import { paint, type Style } from './style.ts';
import { prose } from './visible.ts';

/** Groups in their order. */
const titles: Readonly<Record<Exclude<Status, 'graded'>, string>> = {
  unreadable: 'could not be read',
  missing: 'with nothing in it that could be started',
  'not-built': 'could not be built',
  'not-started': 'could not be started',
  void: "void, to run again: the machine's trouble, which costs no marks",
  'not-graded': "not graded, to run again: the machine's trouble, which costs no marks",
};

/**
 * Ends with a newline; undefined where everything has marks. What programs and compilers printed is made
 * visible and cut.
 * @param results read one by one: only what is shown of them stays in memory
 */
export function needsYou(results: Iterable<Result>, style: Style): string | undefined {
  const groups = new Map<Status, { student: string; lines: string[] }[]>();
  let assignment = '';
  for (const result of results) {
    const status = statusOf(result);
    if (status === 'graded') continue;
    assignment = result.assignment.id;
    const student = result.submission?.student ?? '';
    const group = groups.get(status) ?? [];
    groups.set(status, group);
    group.push({ student, lines: blockOf(result, style) });
  }
  const count = [...groups.values()].reduce((sum, group) => sum + group.length, 0);
  if (count === 0) return undefined;
  const heading = `${prose(assignment, style)}: ${plural(count, 'submission')} without marks`;
  const parts = (Object.keys(titles) as (keyof typeof titles)[]).flatMap(status => {
    const blocks = groups.get(status);
    if (blocks === undefined) return [];
    blocks.sort((a, b) => (a.student < b.student ? -1 : 1));
    const title = paint(style).bold(`${blocks.length} ${titles[status]}`);
    return ['', title, ...blocks.flatMap(({ lines }) => ['', ...lines])];
  });
  return `${[heading, ...parts].join('\n')}\n`;
}

function blockOf(result: Result, style: Style): string[] {
  const { submission, problem, build } = result;
  const width = measure(style);
  const indent = '      ';
  const said = (text: string): string[] => wrap(prose(text, style), width, indent);
  const name = paint(style).bold(prose(submission?.student ?? '', style));
  const origin = prose(submission?.origin ?? '', style);
  const output = problem?.output || (statusOf(result) === 'not-built' ? (build?.output ?? '') : '');
  return [
    `  ${name}${origin === '' ? '' : `  (${origin})`}`,
    ...reasons(result).flatMap(said),
    ...outputLines(output, indent, style),
    ...(problem?.advice ?? []).flatMap(said),
    ...(isToRunAgain(statusOf(result)) ? [] : result.notes.flatMap(note => said(`note: ${note}`))),
  ];
}

/** Void checks are told one by one: the same trouble in all of them is one thing to mend. */
function reasons(result: Result): string[] {
  if (statusOf(result) !== 'void') return [noMarksBecause(result) ?? ''];
  return voidRoots(result.checks).map(({ id, failure }) =>
    failure === undefined ? id : `${id}: ${failure.says.split('\n')[0]}`,
  );
}
