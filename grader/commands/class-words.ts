/** What `grade` says before a class, and when it is ended half-way. */
import { classLanguages } from '../bulk/class-languages.ts';
import type { FoundClass, Submission } from '../bulk/find.ts';
import { grouped } from '../report/layout.ts';
import { signs } from '../report/style.ts';
import { pasteable, visibleText } from '../report/visible.ts';
import { quoteCommand } from '../subject/command.ts';
import type { GradeOptions } from './grade.ts';
import type { Io } from './io.ts';

/** More languages than these, and more of what was passed over, nobody reads. */
const mostLanguages = 6;
const mostIgnored = 5;

/**
 * "312 submissions · python 201 · java 74 · c 37 · isolated, 4 lanes", and what was passed over. Ends with a newline.
 * @param many at the same time
 */
export function opening(
  found: FoundClass,
  chosen: readonly Submission[],
  { room }: GradeOptions,
  many: number,
  io: Io,
): string {
  const { submissions, layout, ignored } = found;
  const all = submissions.length === chosen.length ? '' : ` of ${grouped(submissions.length)}`;
  const noun = submissions.length === 1 ? 'submission' : 'submissions';
  const languages = classLanguages(chosen);
  const rest = languages.slice(mostLanguages).reduce((sum, [, count]) => sum + count, 0);
  const parts = [
    `${grouped(chosen.length)}${all} ${noun}`,
    ...(layout === 'plain' ? [] : [layout === 'repositories' ? layout : `from ${layout}`]),
    ...languages.slice(0, mostLanguages).map(([name, count]) => `${name} ${grouped(count)}`),
    ...(rest > 0 ? [`and ${grouped(rest)} more`] : []),
    room === 'isolated' ? `isolated, ${many} ${many === 1 ? 'lane' : 'lanes'}` : `open room, ${many} at once`,
  ];
  const lines = ignored
    .slice(0, mostIgnored)
    .map(({ name, why }) => `  passed over: ${visibleText(name, io)} (${why})`);
  if (ignored.length > mostIgnored) lines.push(`  and ${ignored.length - mostIgnored} more passed over`);
  return [parts.join(signs(io).dot), ...lines, ''].join('\n');
}

/** The command that goes on, or repeats what is to be run again. The seed's secret is in the output folder. */
export function againCommand(assignment: string, inputs: readonly string[], options: GradeOptions): string {
  const { out, jobs, only, room, build, port, slow, command } = options;
  return quoteCommand([
    ...['wiremark', 'grade', assignment, ...inputs, '--out', out],
    ...(only === undefined ? [] : ['--only', only.join(',')]),
    ...(room === 'isolated' ? [] : ['--room', room]),
    ...(jobs === undefined ? [] : ['--jobs', String(jobs)]),
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(slow === 1 ? [] : ['--slow', String(slow)]),
    ...(build === undefined ? [] : ['--build', build]),
    ...(command.length === 0 ? [] : ['--', ...command]),
  ]);
}

/** Ends with a newline. */
export const stopped = (done: number, of: number, again: string): string =>
  `Stopped: ${grouped(done)} of ${grouped(of)} are graded and kept. To go on from there:\n  ${pasteable(again)}\n`;
