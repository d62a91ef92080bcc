/** A sheet on which a sample exchange is written: the lines, and what of it can be repeated by hand. */
import type { Payload, StepOf } from '../fixture/schema.ts';
import type { Json } from '../judge/json.ts';
import type { HandAct } from '../protocol/by-hand.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { shownData, shownLine, whole } from './data.ts';
import { cutEnd, duration, padEnd, wrap } from './layout.ts';
import { paint, type Style } from './style.ts';
import { columns, plainCells, prose, worded } from './visible.ts';
import { cutAt, inWords, payloadBytes, wantedMessage } from './wanted.ts';

/** Between the pieces of a split send by hand, in milliseconds; nc needs about as much to keep them apart. */
const piecePause = 100;
/** More pieces are not sent by hand. */
const mostPieces = 6;

export interface Line {
  name: string;
  protocol: Protocol;
  /** Side that the grader plays there. */
  grader: 'C' | 'S';
  /** Port of the lecture. */
  port: number;
}

/** What the grader does on one channel. */
export interface Part {
  line: Line;
  acts: HandAct[];
}

type Speaker = 'grader' | 'program';

export class Exchange {
  /** Without indent. */
  readonly lines: string[] = [];
  /** What the grader does, channel by channel, in the order of their first acts. */
  readonly parts = new Map<string, Part>();
  /** Channels are open at the same time: a command for each, one after the other, would not be the same. */
  interleaved = false;
  readonly #alive = new Set<string>();
  readonly #style: Style;
  readonly #width: number;
  readonly #named: boolean;
  readonly #labelWidth: number;
  readonly #channels = new Map<string, Line>();
  readonly #held = new Map<string, Buffer>();
  #latest: Line | undefined;
  #recorded: string | undefined;
  #indent = '';

  /** @param names of all channels that will take part @param width columns for a line */
  constructor(names: readonly string[], style: Style, width: number) {
    this.#style = style;
    this.#width = width;
    this.#named = names.length > 1 || names.some(name => name.includes('{'));
    const longest = Math.max(0, ...names.map(name => columns(name.replace(/\{\{i\}\}/, '1'))));
    this.#labelWidth = this.#named ? longest + 3 : 2;
  }

  add(line: Line): Line {
    this.#channels.set(line.name, line);
    this.#latest = line;
    if (line.grader === 'C') {
      if (this.#alive.size > 0) this.interleaved = true;
      this.#alive.add(line.name);
    }
    return line;
  }

  /** The channel of that name, or the one that was added last. */
  find(name: string | undefined): Line | undefined {
    return name === undefined ? this.#latest : this.#channels.get(name);
  }

  say(line: string): void {
    this.lines.push(this.#indent + line);
  }

  aside(words: string): void {
    const { dim } = paint(this.#style);
    const lines = wrap(`[${worded(words, this.#style)}]`, this.#width - this.#indent.length, '', ' ');
    for (const line of lines) this.say(dim(line));
  }

  inside(write: () => void): void {
    this.#indent += '  ';
    write();
    this.#indent = this.#indent.slice(2);
  }

  #remark(words: string): string {
    return paint(this.#style).dim(`[${worded(words, this.#style)}]`);
  }

  /** A remark behind a label, in as many lines as it takes. */
  #labelled(label: string, labelWidth: number, words: string): void {
    const { dim } = paint(this.#style);
    const room = Math.max(24, this.#width - this.#indent.length - labelWidth - 1);
    const lines = wrap(`[${worded(words, this.#style)}]`, room);
    for (const [i, line] of lines.entries())
      this.say(
        `${i === 0 ? label : ' '.repeat(labelWidth)} ${dim(cutEnd(plainCells(line), room, this.#style))}`,
      );
  }

  who({ name, grader }: Line, speaker: Speaker): string {
    const side = (speaker === 'grader') === (grader === 'C') ? 'C' : 'S';
    return this.#named ? `${side} ${name}` : side;
  }

  #label(line: Line, speaker: Speaker): string {
    const { cyan, bold } = paint(this.#style);
    const who = this.who(line, speaker);
    return (who.startsWith('C') ? cyan : bold)(padEnd(`${who}:`, this.#labelWidth));
  }

  /** Data on its way, as a transcript shows it. */
  #data(line: Line, speaker: Speaker, bytes: Buffer, remark = ''): void {
    const label = this.#label(line, speaker);
    const note = remark === '' ? '' : `   ${this.#remark(remark)}`;
    const noteWidth = remark === '' ? 0 : columns(worded(remark, this.#style)) + 5;
    const room = this.#width - this.#indent.length - this.#labelWidth - 1 - noteWidth;
    const { lines, dump } = shownData(whole(bytes), room, this.#style);
    for (const [i, shown] of lines.entries())
      this.say(`${label} ${shown}${i === lines.length - 1 ? note : ''}`);
    for (const row of dump) this.say(paint(this.#style).dim(`${' '.repeat(this.#labelWidth + 1)}${row}`));
  }

  words(line: Line, speaker: Speaker, words: string): void {
    this.#labelled(this.#label(line, speaker), this.#labelWidth, words);
  }

  /** Text of the program's own input or output. */
  text(label: string, text: string): void {
    const room = this.#width - this.#indent.length - label.length - 1;
    this.say(`${paint(this.#style).bold(label)} ${shownLine(text, room, this.#style)}`);
  }

  /** Something about the program, in words. */
  about(label: string, words: string): void {
    const shown = prose(label, this.#style);
    this.#labelled(paint(this.#style).bold(shown), columns(shown), words);
  }

  record(line: Line, act: HandAct): void {
    const part = this.parts.get(line.name) ?? { line, acts: [] };
    this.parts.set(line.name, part);
    part.acts.push(act);
    this.#recorded = line.name;
    if (act.kind === 'end') this.#alive.delete(line.name);
  }

  /** The program has ended the conversation. */
  ended(line: Line): void {
    this.#alive.delete(line.name);
  }

  pause(ms: number): void {
    this.aside(`${duration(ms)} later`);
    this.parts.get(this.#recorded ?? '')?.acts.push({ kind: 'pause', ms });
  }

  /** Goes out together with the next send. */
  hold(line: Line, payload: Payload): void {
    const before = this.#held.get(line.name) ?? Buffer.alloc(0);
    this.#held.set(
      line.name,
      Buffer.concat([before, payloadBytes(line.protocol, payload) ?? Buffer.alloc(0)]),
    );
  }

  send(
    line: Line,
    payload: Payload,
    how: Pick<StepOf<'send'>, 'split' | 'pause'> & { remark?: string } = {},
  ): void {
    const bytes = payloadBytes(line.protocol, payload);
    const held = this.#held.get(line.name);
    this.#held.delete(line.name);
    const all = held === undefined || bytes === undefined ? bytes : Buffer.concat([held, bytes]);
    if (all === undefined || (typeof payload === 'object' && 'message' in payload)) {
      const message = typeof payload === 'object' && 'message' in payload ? payload.message : null;
      this.words(line, 'grader', `message: ${inWords(message)}`);
      if (all !== undefined) this.record(line, { kind: 'send', bytes: all });
      return;
    }
    const remarks = [
      how.split === 'every' ? 'one byte at a time' : '',
      held === undefined ? '' : 'in one piece',
      how.remark ?? '',
    ];
    const pieces = Array.isArray(how.split) ? cutAt(all, how.split) : [all];
    for (const [i, piece] of pieces.entries()) {
      if (i > 0 && how.pause !== undefined) this.aside(`${duration(how.pause)} later`);
      this.#data(line, 'grader', piece, i === pieces.length - 1 ? remarks.filter(Boolean).join(', ') : '');
    }
    for (const [i, piece] of (pieces.length <= mostPieces ? pieces : [all]).entries()) {
      if (i > 0) this.record(line, { kind: 'pause', ms: Math.max(piecePause, how.pause ?? 0) });
      this.record(line, { kind: 'send', bytes: piece });
    }
  }

  expect(line: Line, expectation: Json, remark = ''): void {
    const wanted = wantedMessage(expectation, line.protocol);
    if ('words' in wanted) this.words(line, 'program', [wanted.words, remark].filter(Boolean).join('; '));
    else this.#data(line, 'program', wanted.literal, [wanted.rest, remark].filter(Boolean).join('; '));
  }
}
