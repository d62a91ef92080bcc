/**
 * A sample exchange, made from the steps of a check: what will be sent, and what is wanted. The values are
 * drawn from a fixed seed, so they are others than in a student's run.
 */
import type { PortSpec } from '../assignment/contract.ts';
import type { Plan, PlannedCheck } from '../fixture/plan.ts';
import type {
  Act,
  ActorSpec,
  EitherStep,
  Impairment,
  RepeatStep,
  Rule,
  Step,
  StepOf,
} from '../fixture/schema.ts';
import { Values } from '../fixture/values.ts';
import type { Json } from '../judge/json.ts';
import { bindingNames } from '../judge/parts.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { Exchange, type Line, type Part } from './exchange.ts';
import { duration, plural } from './layout.ts';
import type { Style } from './style.ts';
import { prose } from './visible.ts';
import { impairmentInWords, inWords } from './wanted.ts';

const sampleSeed = 'sample';
/** Milliseconds that silence lasts where the check does not say. */
const quietMs = 250;

export interface Example {
  /** Without indent. */
  lines: string[];
  /** What the grader does, channel by channel, for the commands by hand. */
  parts: readonly Part[];
  /** The channels are open at the same time. */
  interleaved: boolean;
}

/** @param width columns for a line */
export function exampleOf(plan: Plan, check: PlannedCheck, style: Style, width: number): Example {
  const names = [...Object.keys(check.actors ?? {}), ...openedIn(check.steps)];
  const sheet = new Exchange(names, style, width);
  new Script(plan, check, sheet, style).play();
  return { lines: sheet.lines, parts: [...sheet.parts.values()], interleaved: sheet.interleaved };
}

function openedIn(steps: readonly Step[]): string[] {
  const names = steps.flatMap(step => {
    if ('open' in step) return [step.open];
    if ('repeat' in step) return openedIn(step.steps);
    return 'either' in step ? step.either.flatMap(way => openedIn(way.steps)) : [];
  });
  return [...new Set(names)];
}

/** Bound values are not known before the check is played: their names stand for them. */
function sampleValues({ contract }: Plan, check: PlannedCheck): Values {
  const ports = Object.entries(contract.ports).map(([name, { textbook }]) => [name, String(textbook)]);
  const { binds } = bindingNames(JSON.parse(JSON.stringify(check.steps)) as Json);
  const room = { host: check.host ?? '127.0.0.1', ...Object.fromEntries(ports) };
  return new Values(`${sampleSeed}/${check.id}`, room, new Map(binds.map(name => [name, `<${name}>`])));
}

type Evidence = Exclude<
  Step,
  RepeatStep | EitherStep | StepOf<'open'> | StepOf<'send'> | StepOf<'barrier'> | StepOf<'pause'>
>;

class Script {
  readonly #plan: Plan;
  readonly #check: PlannedCheck;
  readonly #sheet: Exchange;
  readonly #style: Style;

  constructor(plan: Plan, check: PlannedCheck, sheet: Exchange, style: Style) {
    this.#plan = plan;
    this.#check = check;
    this.#sheet = sheet;
    this.#style = style;
  }

  play(): void {
    for (const [name, { plays }] of Object.entries(this.#check.actors ?? {}))
      this.#sheet.add({
        name,
        protocol: protocolNamed(plays),
        grader: 'S',
        port: this.#port(undefined).textbook,
      });
    this.#steps(this.#check.steps, sampleValues(this.#plan, this.#check));
  }

  #steps(steps: readonly Step[], values: Values): void {
    for (const step of steps) this.#step(step, values);
  }

  #port(name: string | undefined): PortSpec {
    const { ports } = this.#plan.contract;
    const spec = ports[name ?? Object.keys(ports)[0] ?? ''];
    if (spec === undefined) throw new Error(`the contract has no port "${name}"`);
    return spec;
  }

  #on(name: string | undefined, values: Values): Line {
    const wanted = name === undefined ? undefined : values.fillText(name);
    return (
      this.#sheet.find(wanted) ?? this.#sheet.add(this.#called(wanted ?? 'client', this.#port(undefined)))
    );
  }

  /** A connection that the grader makes to the program. */
  #called(name: string, { protocol, textbook }: PortSpec): Line {
    return { name, protocol: protocolNamed(protocol), grader: 'C', port: textbook };
  }

  #step(step: Step, values: Values): void {
    if ('open' in step) this.#open(step, values);
    else if ('send' in step) this.#send(step, values);
    else if ('barrier' in step) {
      const line = this.#on(step.on, values);
      this.#sheet.send(line, values.fill(step.barrier));
      this.#expect(line, step, values, 'nothing else before this');
    } else if ('repeat' in step) this.#repeat(step, values);
    else if ('either' in step) this.#either(step, values);
    else if ('pause' in step) this.#sheet.pause(step.pause);
    else if (!this.#ends(step, values)) this.#evidence(step, values);
  }

  /** Steps about how a conversation goes on and ends. */
  #ends(step: Evidence, values: Values): boolean {
    if ('expect-close' in step) this.#act(step['expect-close'], values, 'program', 'closes');
    else if ('expect-reset' in step)
      this.#act(step['expect-reset'], values, 'program', 'resets the connection');
    else if ('half-close' in step) this.#act(step['half-close'], values, 'grader', 'sends no more');
    else if ('close' in step) this.#act(step.close, values, 'grader', 'closes');
    else if ('reset' in step) this.#act(step.reset, values, 'grader', 'resets the connection');
    else if ('quiet' in step)
      this.#act(step.quiet, values, 'program', `says nothing for ${duration(step.for ?? quietMs)}`);
    else if ('stall' in step) {
      const line = this.#on(step.stall, values);
      this.#sheet.aside(`${this.#sheet.who(line, 'grader')} reads nothing for ${duration(step.for)}`);
    } else return false;
    return true;
  }

  /** Steps about the program, and about what it leaves behind. */
  #evidence(step: Evidence, values: Values): void {
    const sheet = this.#sheet;
    if ('run' in step) this.#run(step, values);
    else if ('exit' in step)
      sheet.aside(`the program ends with status ${inWords(values.fill(step.exit), 'status')}`);
    else if ('stdout' in step) this.#prints('prints:', step.stdout, values);
    else if ('stderr' in step) this.#prints('prints on stderr:', step.stderr, values);
    else if ('signal' in step) sheet.aside(`${step.signal} to the program`);
    else if ('restart' in step)
      sheet.aside(`${step.restart.signal} to the program; it is started again on the same port`);
    else if ('file' in step)
      sheet.about(`file ${values.shown(step.file)}:`, inWords(values.fill(step.expect), 'text'));
    else if ('folder' in step)
      sheet.about(`folder ${values.shown(step.folder)}:`, inWords(values.fill(step.expect), 'names'));
    else if ('heard' in step) this.#heard(step, values);
    else if ('expect' in step) this.#expect(this.#on(step.on, values), step, values);
  }

  #act(name: string, values: Values, speaker: 'grader' | 'program', words: string): void {
    const line = this.#on(name, values);
    this.#sheet.aside(`${this.#sheet.who(line, speaker)} ${words}`);
    if (speaker === 'grader') this.#sheet.record(line, { kind: 'end' });
    else if (!words.startsWith('says')) this.#sheet.ended(line);
  }

  #expect(
    line: Line,
    step: { expect?: Json | undefined; allow?: readonly Json[] | undefined },
    values: Values,
    remark = '',
  ): void {
    if (step.expect === undefined) return;
    const before = (step.allow ?? []).map(item => inWords(values.fill(item), line.protocol.main));
    if (before.length > 0) this.#sheet.words(line, 'program', `may come first: ${before.join('; or ')}`);
    this.#sheet.expect(line, values.fill(step.expect), remark);
  }

  #open(step: StepOf<'open'>, values: Values): void {
    const spec = this.#port(step.to);
    const line = this.#sheet.add(this.#called(values.fillText(step.open), spec));
    const from = step.from === undefined ? '' : ` from ${step.from}`;
    const where = step.to === undefined ? '' : ` to ${step.to}`;
    const verb = spec.transport === 'tcp' ? 'connects' : 'sends';
    if (spec.transport === 'tcp' || from !== '' || where !== '')
      this.#sheet.aside(`${this.#sheet.who(line, 'grader')} ${verb}${from}${where}`);
    this.#impaired(step.impair);
    this.#expect(line, step, values);
  }

  #send(step: StepOf<'send'>, values: Values): void {
    const line = this.#on(step.on, values);
    const payload = values.fill(step.send);
    if (step.hold) {
      this.#sheet.hold(line, payload);
      return;
    }
    const remark = step.toPeerOf === undefined ? '' : `to the address that ${step.toPeerOf} heard from`;
    this.#sheet.send(line, payload, { split: step.split, pause: step.pause, remark });
    this.#expect(line, step, values);
  }

  #repeat(step: RepeatStep, values: Values): void {
    const { lines } = this.#sheet;
    const how = [
      step.beside ? ', all at the same time' : '',
      step.apart === undefined ? '' : `, ${duration(step.apart)} apart`,
      step.credit ? ', each earns its share' : '',
    ];
    const before = lines.length;
    this.#sheet.say(`${step.repeat} times${how.join('')}; one of them:`);
    const first = step.reverse ? step.repeat : 1;
    this.#sheet.inside(() => this.#steps(step.steps, values.inRound(first)));
    // Opening a datagram socket is no event.
    if (lines.length === before + 1) lines.length = before;
    if (step.beside) return;
    // A second round by hand, without showing it: many a program does the first one right.
    const shown = lines.length;
    this.#steps(step.steps, values.inRound(step.reverse ? first - 1 : 2));
    lines.length = shown;
  }

  #either(step: EitherStep, values: Values): void {
    for (const [i, { name, steps }] of step.either.entries()) {
      this.#sheet.say(`${i === 0 ? 'either' : 'or'} ${prose(name, this.#style)}:`);
      this.#sheet.inside(() => this.#steps(steps, values));
    }
  }

  #run({ run }: StepOf<'run'>, values: Values): void {
    const { args, env, stdin = '', stdinStaysOpen } = values.fill(run);
    const set = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`);
    const details = [
      ...(args === undefined ? [] : [`with the arguments ${args.join(' ')}`]),
      ...(set.length === 0 ? [] : [`with ${set.join(' ')}`]),
    ];
    const open = stdinStaysOpen ? '; its input stays open' : '';
    this.#sheet.aside(`${['the program is started', ...details].join(' ')}${open}`);
    for (const line of stdin.match(/[^\n]*\n|[^\n]+$/g) ?? []) this.#sheet.text('input:', line);
    for (const [name, spec] of Object.entries(this.#check.actors ?? {})) this.#actor(name, spec, values);
  }

  #actor(name: string, spec: ActorSpec, values: Values): void {
    const line = this.#on(name, values);
    this.#impaired(spec.impair);
    for (const rule of spec.rules ?? []) this.#rule(line, rule, values);
  }

  #rule(line: Line, rule: Rule, values: Values): void {
    const times = rule.times === undefined ? '' : rule.times === 1 ? 'once: ' : `${rule.times} times: `;
    const who = this.#sheet.who(line, 'program');
    const { main } = line.protocol;
    if (rule.on === 'open') this.#sheet.aside(`${who} connects`);
    else if (rule.on === 'end') this.#sheet.aside(`${who} sends no more`);
    else if (typeof rule.when === 'string' && times === '') this.#sheet.expect(line, values.fill(rule.when));
    else {
      const what = rule.when === undefined ? 'anything' : inWords(values.fill(rule.when), main);
      this.#sheet.words(line, 'program', times + what);
    }
    if (rule.reply !== undefined) this.#sheet.send(line, values.fill(rule.reply));
    for (const act of rule.do ?? []) this.#does(line, act, values);
  }

  #does(line: Line, act: Act, values: Values): void {
    if ('send' in act) this.#sheet.send(line, values.fill(act.send), act);
    else if ('pause' in act) this.#sheet.pause(act.pause);
    else if ('close' in act) this.#act(line.name, values, 'grader', 'closes');
    else if ('half-close' in act) this.#act(line.name, values, 'grader', 'sends no more');
    else this.#act(line.name, values, 'grader', 'resets the connection');
  }

  #impaired(impair: Impairment | undefined): void {
    for (const words of impairmentInWords(impair)) this.#sheet.aside(words);
  }

  #prints(label: string, expectation: Json, values: Values): void {
    const wanted = values.fill(expectation);
    if (typeof wanted === 'string') this.#sheet.text(label, wanted);
    else this.#sheet.about(label, inWords(wanted, 'text'));
  }

  #heard(step: StepOf<'heard'>, values: Values): void {
    const line = this.#on(step.heard, values);
    const { main } = line.protocol;
    const counted = (wanted: Json | undefined, noun: string): string[] => {
      if (wanted === undefined) return [];
      return [typeof wanted === 'number' ? plural(wanted, noun) : `${inWords(values.fill(wanted))} ${noun}s`];
    };
    const expect = step.expect === undefined ? undefined : values.fill(step.expect);
    const list = Array.isArray(expect) ? expect.map(item => inWords(item, main)).join('; then ') : undefined;
    const all = [
      ...counted(step.connections, 'connection'),
      ...counted(step.count, 'message'),
      ...(expect === undefined ? [] : [list ?? inWords(expect)]),
      ...(step.gaps === undefined ? [] : [`${inWords(values.fill(step.gaps))} ms apart`]),
    ];
    this.#sheet.aside(`in all at ${this.#sheet.who(line, 'grader')}: ${all.join('; ')}`);
  }
}
