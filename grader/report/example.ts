/**
 * A sample exchange, made from the steps of a check: what will be sent, and what is wanted. The values are
 * drawn from a fixed seed, so they are another run's than the student's.
 */
import type { PortSpec } from '../assignment/contract.ts';
import type { Plan, PlannedCheck } from '../fixture/plan.ts';
import type {
  Act,
  ActorSpec,
  Impairment,
  Payload,
  RepeatStep,
  Rule,
  Step,
  StepOf,
} from '../fixture/schema.ts';
import type { Json } from '../judge/json.ts';
import { bindingNames } from '../judge/parts.ts';
import { Values } from '../play/values.ts';
import type { HandAct } from '../protocol/by-hand.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { shownData, shownLine, whole } from './data.ts';
import { duration, padEnd } from './layout.ts';
import { paint, type Style } from './style.ts';
import { columns, prose } from './visible.ts';
import { cutAt, impairmentInWords, inWords, payloadBytes, wantedMessage } from './wanted.ts';

const sampleSeed = 'sample';
/** Between the pieces of a split send, in milliseconds; nc needs about as much to keep them apart. */
const piecePause = 100;
/** More pieces are not sent by hand. */
const mostPieces = 6;

export interface Example {
  /** Without indent. */
  lines: string[];
  /** What goes over the main channel, for the command by hand. */
  acts: HandAct[];
}

interface Line {
  name: string;
  protocol: Protocol;
  /** Side that the grader plays there. */
  grader: 'C' | 'S';
}

/** @param width columns for a line */
export function exampleOf(plan: Plan, check: PlannedCheck, style: Style, width: number): Example {
  const writer = new Writer(plan, check, style, width);
  writer.steps(check.steps, writer.values);
  return { lines: writer.lines, acts: writer.acts };
}

/** Bound values are not known before the check is played: their names stand for them. */
function sampleValues({ contract }: Plan, check: PlannedCheck): Values {
  const ports = Object.entries(contract.ports).map(([name, { textbook }]) => [name, String(textbook)]);
  const { binds } = bindingNames(JSON.parse(JSON.stringify(check.steps)) as Json);
  const room = { host: check.host ?? '127.0.0.1', ...Object.fromEntries(ports) };
  return new Values(`${sampleSeed}/${check.id}`, room, new Map(binds.map(name => [name, `<${name}>`])));
}

class Writer {
  readonly lines: string[] = [];
  readonly acts: HandAct[] = [];
  readonly values: Values;
  readonly #plan: Plan;
  readonly #check: PlannedCheck;
  readonly #style: Style;
  readonly #width: number;
  readonly #open = new Map<string, Line>();
  readonly #held = new Map<string, Buffer>();
  readonly #labelWidth: number;
  readonly #named: boolean;
  #latest: string | undefined;
  #main: string | undefined;
  #indent = '';
  #records = true;

  constructor(plan: Plan, check: PlannedCheck, style: Style, width: number) {
    this.#plan = plan;
    this.#check = check;
    this.#style = style;
    this.#width = width;
    this.values = sampleValues(plan, check);
    const actors = Object.entries(check.actors ?? {});
    const names = [...actors.map(([name]) => name), ...openedIn(check.steps)];
    this.#named = names.length > 1 || names.some(name => name.includes('{'));
    const longest = Math.max(0, ...names.map(name => columns(name.replace(/\{\{i\}\}/, '1'))));
    this.#labelWidth = this.#named ? longest + 3 : 2;
    for (const [name, spec] of actors) this.#add(name, protocolNamed(spec.plays), 'S');
  }

  steps(steps: readonly Step[], values: Values): void {
    for (const step of steps) this.#step(step, values);
  }

  #add(name: string, protocol: Protocol, grader: 'C' | 'S'): Line {
    const line = { name, protocol, grader };
    this.#open.set(name, line);
    this.#latest = name;
    this.#main ??= name;
    return line;
  }

  #on(name: string | undefined, values: Values): Line {
    const wanted = name === undefined ? this.#latest : values.fillText(name);
    const line = this.#open.get(wanted ?? '');
    return line ?? this.#add(wanted ?? 'client', this.#port(undefined).protocol, 'C');
  }

  #port(name: string | undefined): { spec: PortSpec; protocol: Protocol } {
    const { ports } = this.#plan.contract;
    const spec = ports[name ?? Object.keys(ports)[0] ?? ''];
    if (spec === undefined) throw new Error(`the contract has no port "${name}"`);
    return { spec, protocol: protocolNamed(spec.protocol) };
  }

  #say(line: string): void {
    this.lines.push(this.#indent + line);
  }
  #aside(words: string): void {
    this.#say(paint(this.#style).dim(`[${prose(words, this.#style)}]`));
  }
  #inside(write: () => void): void {
    this.#indent += '  ';
    write();
    this.#indent = this.#indent.slice(2);
  }

  #who({ name, grader }: Line, speaker: 'grader' | 'program'): string {
    const side = (speaker === 'grader') === (grader === 'C') ? 'C' : 'S';
    return this.#named ? `${side} ${name}` : side;
  }

  #label(line: Line, speaker: 'grader' | 'program'): string {
    const { cyan, bold } = paint(this.#style);
    const who = this.#who(line, speaker);
    return (who.startsWith('C') ? cyan : bold)(padEnd(`${who}:`, this.#labelWidth));
  }

  /** Data on its way, as a transcript shows it. */
  #data(line: Line, speaker: 'grader' | 'program', bytes: Buffer, remark = ''): void {
    const label = this.#label(line, speaker);
    const note = remark === '' ? '' : `   [${prose(remark, this.#style)}]`;
    const room = this.#width - this.#indent.length - this.#labelWidth - 1 - columns(note);
    const { lines, dump } = shownData(whole(bytes), room, this.#style);
    const { dim } = paint(this.#style);
    for (const [i, shown] of lines.entries())
      this.#say(`${label} ${shown}${i === lines.length - 1 && note !== '' ? dim(note) : ''}`);
    for (const row of dump) this.#say(dim(`${' '.repeat(this.#labelWidth + 1)}${row}`));
  }

  #words(line: Line, speaker: 'grader' | 'program', words: string): void {
    this.#say(`${this.#label(line, speaker)} ${paint(this.#style).dim(`[${prose(words, this.#style)}]`)}`);
  }

  #record(line: Line, ...acts: HandAct[]): void {
    if (this.#records && line.name === this.#main) this.acts.push(...acts);
  }

  #send(
    line: Line,
    payload: Payload,
    how: Pick<StepOf<'send'>, 'split' | 'pause'> & { remark?: string },
  ): void {
    const given = typeof payload === 'object' && 'message' in payload ? payload.message : undefined;
    const bytes = payloadBytes(line.protocol, payload);
    const held = this.#held.get(line.name);
    this.#held.delete(line.name);
    const all = held === undefined || bytes === undefined ? bytes : Buffer.concat([held, bytes]);
    const remark = [held === undefined ? '' : 'in one piece', how.remark ?? ''].filter(Boolean).join(', ');
    if (all === undefined || given !== undefined) {
      this.#words(line, 'grader', `message: ${inWords(given ?? null)}`);
      if (all !== undefined) this.#record(line, { kind: 'send', bytes: all });
      return;
    }
    const pieces = Array.isArray(how.split) ? cutAt(all, how.split) : [all];
    const cut = how.split === 'every' ? ['one byte at a time', remark].filter(Boolean).join(', ') : remark;
    for (const [i, piece] of pieces.entries()) {
      if (i > 0 && how.pause !== undefined) this.#aside(`${duration(how.pause)} later`);
      this.#data(line, 'grader', piece, i === pieces.length - 1 ? cut : '');
    }
    for (const [i, bytesOfPiece] of (pieces.length <= mostPieces ? pieces : [all]).entries()) {
      if (i > 0) this.#record(line, { kind: 'pause', ms: Math.max(piecePause, how.pause ?? 0) });
      this.#record(line, { kind: 'send', bytes: bytesOfPiece });
    }
  }

  #expect(
    line: Line,
    step: { expect?: Json | undefined; allow?: readonly Json[] | undefined },
    values: Values,
    remark = '',
  ): void {
    if (step.expect === undefined) return;
    const before = (step.allow ?? [])
      .map(item => inWords(values.fill(item), line.protocol.main))
      .join('; or ');
    if (before !== '') this.#words(line, 'program', `may come first: ${before}`);
    const wanted = wantedMessage(values.fill(step.expect), line.protocol);
    if ('words' in wanted) this.#words(line, 'program', [wanted.words, remark].filter(Boolean).join('; '));
    else this.#data(line, 'program', wanted.literal, [wanted.rest, remark].filter(Boolean).join('; '));
  }

  #step(step: Step, values: Values): void {
    if ('open' in step) this.#opens(step, values);
    else if ('send' in step) this.#sends(step, values);
    else if ('barrier' in step) {
      const line = this.#on(step.on, values);
      this.#send(line, values.fill(step.barrier), {});
      this.#expect(line, step, values, 'the first answer must be this one');
    } else if ('expect-close' in step) this.#act(step['expect-close'], values, 'program', 'closes');
    else if ('expect-reset' in step)
      this.#act(step['expect-reset'], values, 'program', 'resets the connection');
    else if ('half-close' in step) this.#act(step['half-close'], values, 'grader', 'sends no more');
    else if ('close' in step) this.#act(step.close, values, 'grader', 'closes');
    else if ('reset' in step) this.#act(step.reset, values, 'grader', 'resets the connection');
    else if ('quiet' in step)
      this.#act(step.quiet, values, 'program', `says nothing for ${duration(step.for ?? 250)}`);
    else if ('stall' in step)
      this.#act(step.stall, values, 'grader', `reads nothing for ${duration(step.for)}`);
    else if ('pause' in step) this.#pause(step.pause);
    else if ('repeat' in step) this.#repeats(step, values);
    else if ('either' in step) {
      for (const [i, { name, steps }] of step.either.entries()) {
        this.#say(`${i === 0 ? 'either' : 'or'} ${prose(name, this.#style)}:`);
        this.#inside(() => this.steps(steps, values));
      }
    } else this.#evidence(step, values);
  }

  /** Steps about the program and about what it leaves behind. */
  #evidence(
    step: Exclude<Step, RepeatStep | StepOf<'open'> | StepOf<'send'> | StepOf<'barrier'> | StepOf<'either'>>,
    values: Values,
  ): void {
    if ('run' in step) this.#runs(step, values);
    else if ('exit' in step) {
      const { exit } = step;
      const how =
        typeof exit === 'object' && exit !== null ? inWords(values.fill(exit), 'status') : String(exit);
      this.#aside(`the program ends; status: ${how}`);
    } else if ('stdout' in step) this.#prints('prints:', step.stdout, values);
    else if ('stderr' in step) this.#prints('prints on stderr:', step.stderr, values);
    else if ('signal' in step) this.#aside(`${step.signal} to the program`);
    else if ('restart' in step)
      this.#aside(`${step.restart.signal} to the program; it is started again on the same port`);
    else if ('file' in step) this.#leaves(`file ${values.shown(step.file)}:`, step.expect, 'text', values);
    else if ('folder' in step)
      this.#leaves(`folder ${values.shown(step.folder)}:`, step.expect, 'names', values);
    else if ('heard' in step) {
      const { expect, count, gaps, connections } = step;
      const main = this.#on(step.heard, values).protocol.main;
      const say = (about: Json | undefined, words: string): string[] =>
        about === undefined ? [] : [`${words}${inWords(values.fill(about), main)}`];
      const all = [
        ...say(connections, 'connections: '),
        ...say(count, 'messages: '),
        ...say(expect, ''),
        ...say(gaps, 'time between two, in milliseconds: '),
      ];
      this.#aside(`heard${this.#named ? ` by ${step.heard}` : ' in all'}: ${all.join('; ')}`);
    } else if ('expect' in step && !('use' in step)) this.#expect(this.#on(step.on, values), step, values);
  }

  #act(name: string, values: Values, speaker: 'grader' | 'program', words: string): void {
    const line = this.#on(name, values);
    this.#aside(`${this.#who(line, speaker)} ${words}`);
    if (speaker === 'grader' && !words.startsWith('reads')) this.#record(line, { kind: 'end' });
  }

  #pause(ms: number): void {
    this.#aside(`${duration(ms)} later`);
    if (this.#records && this.acts.length > 0) this.acts.push({ kind: 'pause', ms });
  }

  #impaired(impair: Impairment | undefined): void {
    for (const words of impairmentInWords(impair)) this.#aside(words);
  }

  #opens(step: StepOf<'open'>, values: Values): void {
    const { spec, protocol } = this.#port(step.to);
    const line = this.#add(values.fillText(step.open), protocol, 'C');
    const from = step.from === undefined ? '' : ` from ${step.from}`;
    const where =
      Object.keys(this.#plan.contract.ports).length > 1 ? ` to ${step.to ?? 'the first port'}` : '';
    const who = this.#who(line, 'grader');
    if (spec.transport === 'tcp') this.#aside(`${who} connects${from}${where}`);
    else if (from !== '' || where !== '') this.#aside(`${who} sends${from}${where}`);
    this.#impaired(step.impair);
    this.#expect(line, step, values);
  }

  #sends(step: StepOf<'send'>, values: Values): void {
    const line = this.#on(step.on, values);
    const payload = values.fill(step.send);
    if (step.hold) {
      const bytes = payloadBytes(line.protocol, payload) ?? Buffer.alloc(0);
      this.#held.set(line.name, Buffer.concat([this.#held.get(line.name) ?? Buffer.alloc(0), bytes]));
      return;
    }
    const remark = step.toPeerOf === undefined ? '' : `to the address that ${step.toPeerOf} heard from`;
    this.#send(line, payload, { split: step.split, pause: step.pause, remark });
    this.#expect(line, step, values);
  }

  #repeats(step: RepeatStep, values: Values): void {
    const how = [
      step.beside ? 'all at the same time' : '',
      step.apart === undefined ? '' : `${duration(step.apart)} apart`,
      step.credit ? 'each earns its share' : '',
    ].filter(Boolean);
    const last = step.reverse ? step.repeat : 1;
    this.#say(`${step.repeat} times${how.length > 0 ? `, ${how.join(', ')}` : ''}, for example:`);
    this.#inside(() => this.steps(step.steps, values.inRound(last)));
    if (step.beside) return;
    // A second round by hand, without showing it: many a program does the first one right.
    const shown = this.lines.length;
    const { size } = this.#open;
    this.steps(step.steps, values.inRound(step.reverse ? step.repeat - 1 : 2));
    this.lines.length = shown;
    if (this.#open.size > size) this.#records = false;
  }

  #runs({ run }: StepOf<'run'>, values: Values): void {
    const { args, env, stdin = '', stdinStaysOpen } = values.fill(run);
    const set = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`);
    const details = [
      ...(args === undefined ? [] : [`with the arguments ${args.join(' ')}`]),
      ...(set.length === 0 ? [] : [`with ${set.join(' ')}`]),
      ...(stdinStaysOpen ? ['its input stays open'] : []),
    ];
    this.#aside(`the program is started${details.length > 0 ? ` ${details.join(', ')}` : ''}`);
    for (const line of stdin.match(/[^\n]*\n|[^\n]+$/g) ?? []) this.#literal('input:', line);
    for (const [name, spec] of Object.entries(this.#check.actors ?? {})) this.#actor(name, spec, values);
  }

  #actor(name: string, spec: ActorSpec, values: Values): void {
    const line = this.#on(name, values);
    this.#impaired(spec.impair);
    for (const rule of spec.rules ?? []) this.#rule(line, rule, values);
  }

  #rule(line: Line, rule: Rule, values: Values): void {
    const times = rule.times === undefined ? '' : `${rule.times === 1 ? 'once' : `${rule.times} times`}: `;
    const who = this.#who(line, 'program');
    if (rule.on === 'open') this.#aside(`${who} connects`);
    else if (rule.on === 'end') this.#aside(`${who} sends no more`);
    else if (rule.when === undefined) this.#words(line, 'program', `${times}anything`);
    else this.#words(line, 'program', `${times}${inWords(values.fill(rule.when), line.protocol.main)}`);
    if (rule.reply !== undefined) this.#send(line, values.fill(rule.reply), {});
    for (const act of rule.do ?? []) this.#does(line, act, values);
  }

  #does(line: Line, act: Act, values: Values): void {
    if ('send' in act) this.#send(line, values.fill(act.send), act);
    else if ('pause' in act) this.#pause(act.pause);
    else if ('close' in act) this.#act(line.name, values, 'grader', 'closes');
    else if ('half-close' in act) this.#act(line.name, values, 'grader', 'sends no more');
    else this.#act(line.name, values, 'grader', 'resets the connection');
  }

  #literal(label: string, text: string): void {
    const room = this.#width - this.#indent.length - label.length - 1;
    this.#say(`${paint(this.#style).bold(label)} ${shownLine(text, room, this.#style)}`);
  }

  #prints(label: string, expectation: Json, values: Values): void {
    const wanted = values.fill(expectation);
    if (typeof wanted === 'string') this.#literal(label, wanted);
    else this.#say(`${paint(this.#style).bold(label)} ${prose(`[${inWords(wanted, 'text')}]`, this.#style)}`);
  }

  #leaves(label: string, expectation: Json, main: string, values: Values): void {
    const wanted = inWords(values.fill(expectation), main);
    this.#say(`${paint(this.#style).bold(prose(label, this.#style))} ${prose(`[${wanted}]`, this.#style)}`);
  }
}

function openedIn(steps: readonly Step[]): string[] {
  const names = steps.flatMap(step => {
    if ('open' in step) return [step.open];
    if ('repeat' in step) return openedIn(step.steps);
    return 'either' in step ? step.either.flatMap(way => openedIn(way.steps)) : [];
  });
  return [...new Set(names)];
}
