/** The report on one program as text, for a terminal or a log. */
import { noSuchCheck } from '../errors.ts';
import { checkInFull, outputLines, type Seen } from './failed.ts';
import { cutEnd, measure, plural, points, seconds, spread, wrap } from './layout.ts';
import type { CheckResult, Result } from './result.ts';
import { brushOf, markOf, paint, type Style, signs } from './style.ts';
import { topicLines } from './topics.ts';
import { columns, pasteable, plainCells, prose } from './visible.ts';

export interface TextOptions {
  /** Show the exchanges of met checks too. */
  verbose: boolean;
  /** What followed the assignment on the command line, as typed: "--port 12000 -- python3 server.py". */
  command: string;
}

/** More failed checks than these are not repeated one by one. */
const mostAgain = 8;

/** The whole report; ends with a newline. */
export function textReport(result: Result, style: Style, options: TextOptions): string {
  const { problem, checks } = result;
  if (problem !== undefined && result.outcome !== 'graded')
    return text([...problemLines(result, problem, style), ...notGraded(result, style)]);
  const full = checks.length > 0 && checks.every(check => check.verdict === 'met');
  const parts: string[][] = [headline(result, style)];
  if (!full || options.verbose) parts.push(topicLines(checks, style));
  if (problem !== undefined) parts.push(problemLines(result, problem, style));
  const seen: Seen = new Map();
  for (const check of checks) {
    const shown = check.verdict === 'unmet' || (check.verdict === 'void' && check.waitsFor === undefined);
    const asked = options.verbose && check.verdict === 'met' && check.transcript !== undefined;
    if (shown || asked) parts.push(checkInFull(check, result, style, seen));
  }
  parts.push([...gathered(checks, 'unreached', style), ...gathered(checks, 'void', style)]);
  parts.push([...unsteady(checks, style), ...notes(result, style)]);
  parts.push(byHandHelp(result, style));
  parts.push(lastLines(result, full, options, style));
  return text(parts.filter(part => part.length > 0).flatMap((part, i) => (i === 0 ? part : ['', ...part])));
}

/** One check of a result in full; throws a UsageError for an unknown id. Ends with a newline. */
export function showCheck(result: Result, id: string, style: Style): string {
  const check = result.checks.find(item => item.id === id);
  if (check === undefined)
    throw noSuchCheck(
      id,
      result.assignment.id,
      result.checks.map(item => item.id),
    );
  return text(checkInFull(check, result, style));
}

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** Long paths by their last part: they are the room's, not the student's. */
function startedAs({ command }: Result, style: Style): string {
  const { ellipsis } = signs(style);
  return command
    .map(word => (/^\/.*\/./.test(word) && word.length > 16 ? `${ellipsis}/${word.split('/').at(-1)}` : word))
    .join(' ');
}

/** "smtp-server · python3 server.py 40125 …/mail      seed 7f3a" */
function headline(result: Result, style: Style): string[] {
  const { dot } = signs(style);
  const pen = paint(style);
  const id = prose(result.assignment.id, style);
  const said = `seed ${prose(result.seed, style)}`;
  const width = measure(style);
  const room = width - columns(id) - columns(dot) - columns(said) - 3;
  const started = cutEnd(plainCells(prose(startedAs(result, style), style)), room, style);
  const [first = ''] = spread(`${id}${dot}${started}`, said, width);
  return [`${pen.bold(id)}${first.slice(id.length, first.length - said.length)}${pen.dim(said)}`];
}

/** Why nothing, or not all, could be graded. */
function problemLines(result: Result, problem: NonNullable<Result['problem']>, style: Style): string[] {
  const output = outputLines(problem.output, '    ', style);
  const command = result.command.join(' ');
  const about = problem.says.startsWith(command)
    ? startedAs(result, style) + problem.says.slice(command.length)
    : problem.says;
  const says = prose(about, style) + (output.length > 0 ? ' Its last lines:' : '');
  const mark = markOf('unmet', style);
  const [first = '', ...rest] = wrap(`${mark} ${says}`, measure(style), '', '    ');
  const advice = problem.advice.flatMap(line => wrap(prose(line, style), measure(style), '    '));
  return [brushOf('unmet', style)(mark) + first.slice(mark.length), ...rest, ...output, ...advice];
}

function notGraded({ outcome, score, ms, notes: said }: Result, style: Style): string[] {
  const extra = said.flatMap(note => wrap(prose(`note: ${note}`, style), measure(style), '', '    '));
  if (outcome !== 'not-started' || score.of === 0) return extra;
  return [...extra, '', `${points(score.earned)}/${points(score.of)}   not started   ${seconds(ms)}`];
}

/** Checks that were not played, under the one that they need. */
function gathered(checks: readonly CheckResult[], verdict: 'unreached' | 'void', style: Style): string[] {
  const byRoot = new Map<string, CheckResult[]>();
  for (const check of checks) {
    if (check.verdict !== verdict || check.waitsFor === undefined) continue;
    const root = rootOf(check, checks);
    byRoot.set(root, [...(byRoot.get(root) ?? []), check]);
  }
  const mark = markOf(verdict, style);
  return [...byRoot].flatMap(([root, waiting]) => {
    const it = waiting.length === 1 ? 'it needs' : 'they need';
    const what = verdict === 'void' ? `void, which costs nothing` : 'not reached';
    const said = prose(`${plural(waiting.length, 'check')} ${what}: ${it} ${root}`, style);
    const [first = '', ...rest] = wrap(`${mark} ${said}`, measure(style), '', '    ');
    return [brushOf(verdict, style)(mark) + first.slice(mark.length), ...rest];
  });
}

function rootOf(check: CheckResult, checks: readonly CheckResult[]): string {
  let root = check.waitsFor ?? check.id;
  for (let steps = 0; steps < checks.length; steps += 1) {
    const next = checks.find(item => item.id === root)?.waitsFor;
    if (next === undefined) break;
    root = next;
  }
  return root;
}

function unsteady(checks: readonly CheckResult[], style: Style): string[] {
  const ids = checks.filter(check => check.unsteady).map(check => check.id);
  if (ids.length === 0) return [];
  const said = `unsteady, costs nothing: ${ids.join(', ')} failed beside other checks and was met alone`;
  return wrap(
    prose(ids.length === 1 ? said : said.replace('was met', 'were met'), style),
    measure(style),
    '',
    '    ',
  );
}

const notes = (result: Result, style: Style): string[] =>
  result.notes.flatMap(note => wrap(prose(`note: ${note}`, style), measure(style), '', '    '));

/** Said once, because the program of the run is gone. */
function byHandHelp({ checks, assignment }: Result, style: Style): string[] {
  if (!checks.some(check => check.verdict === 'unmet' && check.byHand !== undefined)) return [];
  const how =
    assignment.role === 'server'
      ? 'by hand: start your program on the port of that line, then paste the line into a second terminal.'
      : 'by hand: paste the line into a terminal, then run your program with its port in a second one.';
  return wrap(how, measure(style)).map(paint(style).dim);
}

function scoreOf({ score, selection }: Result): string {
  const bonus = score.bonusOf > 0 && score.bonus > 0 ? ` (+${points(score.bonus)} bonus)` : '';
  const of = selection === undefined ? '' : ' of the selected';
  return `${points(score.earned)}/${points(score.of)}${of}${bonus}`;
}

function lastLines(result: Result, full: boolean, options: TextOptions, style: Style): string[] {
  const { checks, ms } = result;
  const pen = paint(style);
  const score = scoreOf(result);
  if (full) return [`${pen.bold(pen.green(score))}   ${plural(checks.length, 'check')}   ${seconds(ms)}`];
  const unmet = checks.filter(check => check.verdict === 'unmet');
  const faults = unmet.filter(check => check.level !== 'bonus').length;
  const voids = checks.filter(check => check.verdict === 'void').length;
  const counts = [
    ...(faults > 0 ? [plural(faults, 'fault')] : []),
    ...(unmet.length > faults ? [`${unmet.length - faults} bonus missed`] : []),
    ...(voids > 0 ? [`${voids} void`] : []),
  ];
  const left = [score, ...counts, seconds(ms)].join('   ');
  const again = againCommand(result, options);
  const painted = `${pen.bold(score)}${left.slice(score.length)}`;
  if (again === undefined) return [painted];
  const right = `again, only these: ${again}`;
  const [line = '', below] = spread(left, right, measure(style));
  // Not cut: it is there to be pasted.
  return below === undefined ? [painted + line.slice(left.length)] : [painted, right];
}

/** The command that repeats what failed; undefined where that is all or nothing. */
function againCommand({ checks, assignment }: Result, { command }: TextOptions): string | undefined {
  const ids = new Set<string>();
  for (const check of checks) {
    if (check.verdict === 'unmet') ids.add(check.id);
    if (check.waitsFor !== undefined) ids.add(rootOf(check, checks));
    if (check.verdict === 'void' && check.waitsFor === undefined) ids.add(check.id);
  }
  const all = checks.every(check => ids.has(check.id));
  if (ids.size === 0 || ids.size > mostAgain || all) return undefined;
  const rest = command === '' ? '' : ` ${pasteable(command)}`;
  return `wiremark check ${assignment.id} --only ${[...ids].join(',')}${rest}`;
}
