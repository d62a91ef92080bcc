/** A transcript as the lecture prints it: what the client said behind "C:", the server behind "S:". */
import { type Piece, pieceOf, shownData, shownLine, whole } from './data.ts';
import { duration, padEnd, plural } from './layout.ts';
import type { Result, ResultEvent } from './result.ts';
import { paint, type Style, signs } from './style.ts';
import { columns, prose } from './visible.ts';

export interface TranscriptOptions {
  /** Role of the program under test: it decides who is C where the events do not. */
  role: Result['assignment']['role'];
  style: Style;
  /** Columns for a line. */
  width: number;
  /** Lines; of a longer transcript the last ones are kept, which led to the verdict. */
  most?: number;
}

const mostLines = 24;
/** A pause of so many milliseconds is worth a line. */
const noticeable = 300;
/** So many tiny pieces in a row are shown as one line. */
const manyPieces = 5;
const tinyPiece = 4;

/** A line, and the lines that belong below it. */
interface Entry {
  line: string;
  below: string[];
}

type Side = 'C' | 'S';

/**
 * Which side the grader plays on a channel. Whoever opens is the client; on datagrams, whoever speaks first.
 * So a proxy's or resolver's own calls to the grader's servers read right, too.
 */
function graderSides(events: readonly ResultEvent[], role: TranscriptOptions['role']): Map<string, Side> {
  const sides = new Map<string, Side>();
  const opened = new Set<string>();
  for (const { channel, kind, by } of events) {
    if (channel === '') continue;
    if ((kind === 'open' || kind === 'refused') && !opened.has(channel)) {
      opened.add(channel);
      sides.set(channel, kind === 'refused' || by === 'grader' ? 'C' : 'S');
    }
    if ((kind === 'data' || kind === 'dropped') && !sides.has(channel))
      sides.set(channel, by === 'grader' ? 'C' : 'S');
  }
  for (const { channel } of events)
    if (!sides.has(channel)) sides.set(channel, role === 'server' ? 'C' : 'S');
  return sides;
}

/** Lines without indent, at most `most` and one that says how many went before. */
export function transcriptLines(events: readonly ResultEvent[], options: TranscriptOptions): string[] {
  const { style, most = mostLines } = options;
  const entries = compressed(new Writer(events, options).entries(), style);
  const lines = entries.flatMap(({ line, below }) => [line, ...below]);
  if (lines.length <= most + 1) return lines;
  const left = lines.length - most;
  const said = `${signs(style).ellipsis} ${plural(left, 'line')} before this`;
  return [paint(style).dim(said), ...lines.slice(-most)];
}

class Writer {
  readonly #events: readonly ResultEvent[];
  readonly #options: TranscriptOptions;
  readonly #sides: Map<string, Side>;
  readonly #named: boolean;
  readonly #labelWidth: number;
  /** Channels on which the subject has more than one address. */
  readonly #addressed = new Set<string>();

  constructor(events: readonly ResultEvent[], options: TranscriptOptions) {
    this.#events = events;
    this.#options = options;
    this.#sides = graderSides(events, options.role);
    const channels = new Set(events.map(event => event.channel).filter(Boolean));
    this.#named = channels.size > 1;
    const peers = new Map<string, string>();
    for (const { channel, peer } of events) {
      if (peer === undefined) continue;
      if ((peers.get(channel) ?? peer) !== peer) this.#addressed.add(channel);
      peers.set(channel, peer);
    }
    this.#labelWidth = Math.max(3, ...[...channels].map(name => columns(this.#name('C', name)) + 2));
  }

  #name(side: Side, channel: string): string {
    return this.#named ? `${side} ${prose(channel, this.#options.style)}` : side;
  }

  #who(event: ResultEvent): string {
    return this.#name(this.#side(event), event.channel);
  }

  #side({ channel, by }: ResultEvent): Side {
    const grader = this.#sides.get(channel) ?? 'C';
    if (by === 'grader') return grader;
    return grader === 'C' ? 'S' : 'C';
  }

  entries(): Entry[] {
    const entries: Entry[] = [];
    let last: number | undefined;
    for (let i = 0; i < this.#events.length; i += 1) {
      const event = this.#events[i];
      if (event === undefined) break;
      if (last !== undefined && event.at - last >= noticeable)
        entries.push(this.#aside(`${duration(event.at - last)} later`));
      const pieces = this.#tinyPieces(i);
      if (pieces.length >= manyPieces) {
        const bytes = Buffer.concat(
          pieces.map(({ data }) => (data === undefined ? Buffer.alloc(0) : pieceOf(data).head)),
        );
        entries.push(...this.#data(event, whole(bytes), `in ${plural(pieces.length, 'piece')}`));
        i += pieces.length - 1;
      } else entries.push(...this.#entry(event));
      last = this.#events[i]?.at;
    }
    return entries;
  }

  /** The run of tiny pieces that begins here. */
  #tinyPieces(start: number): ResultEvent[] {
    const first = this.#events[start];
    const run: ResultEvent[] = [];
    for (const event of this.#events.slice(start, start + 4096)) {
      const alike = event.kind === 'data' && event.channel === first?.channel && event.by === first.by;
      // Datagrams are messages, not pieces.
      if (!alike || event.peer !== undefined || (event.data?.length ?? 0) > tinyPiece) break;
      run.push(event);
    }
    return run;
  }

  #entry(event: ResultEvent): Entry[] {
    const who = this.#who(event);
    const { text = '' } = event;
    switch (event.kind) {
      case 'data':
        return this.#message(event, '');
      case 'dropped':
        return this.#message(event, 'lost on purpose');
      case 'open':
        return [this.#aside(`${who} connects`)];
      case 'refused':
        // The subject's event, but the other side's story; also where no answer came in time.
        return [this.#aside(`${this.#name('C', event.channel)} can not connect`)];
      case 'end':
        return [this.#aside(event.by === 'grader' ? `${who} sends no more` : `${who} closes`)];
      case 'close':
        return [this.#aside(`${who} closes`)];
      case 'reset':
        return [this.#aside(`${who} resets the connection`)];
      case 'run':
        return [this.#aside('the program is started'), ...this.#input(text)];
      case 'exit':
        return [this.#aside(`the program ${text === '' ? 'ended' : text}`)];
      case 'signal':
        return [this.#aside(`${text} to the program`)];
      case 'note':
        return [this.#aside(text)];
    }
  }

  #aside(words: string): Entry {
    return { line: paint(this.#options.style).dim(`[${prose(words, this.#options.style)}]`), below: [] };
  }

  #input(text: string): Entry[] {
    const { width, style } = this.#options;
    const label = 'input: ';
    return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map(line => ({
      line: `${paint(style).bold('input:')} ${shownLine(line, width - label.length, style)}`,
      below: [],
    }));
  }

  #message(event: ResultEvent, fate: string): Entry[] {
    const address =
      event.peer !== undefined && this.#addressed.has(event.channel)
        ? `${event.by === 'grader' ? 'to' : 'from'} ${event.peer}`
        : '';
    const piece = event.data === undefined ? whole(Buffer.alloc(0)) : pieceOf(event.data);
    return this.#data(event, piece, [address, fate].filter(Boolean).join(', '));
  }

  #data(event: ResultEvent, piece: Piece, remark: string): Entry[] {
    const { style, width } = this.#options;
    const pen = paint(style);
    const label = padEnd(`${this.#who(event)}:`, this.#labelWidth - 1);
    const brush = this.#side(event) === 'C' ? pen.cyan : pen.bold;
    const note = remark === '' ? '' : `   [${prose(remark, style)}]`;
    const { lines, dump } = shownData(piece, width - columns(label) - 1 - columns(note), style);
    return lines.map((line, i) => {
      const isLast = i === lines.length - 1;
      return {
        line: `${brush(label)} ${line}${isLast && note !== '' ? pen.dim(note) : ''}`,
        below: isLast ? dump.map(row => pen.dim(`${' '.repeat(this.#labelWidth)}${row}`)) : [],
      };
    });
  }
}

const same = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a !== undefined && a.line === b?.line && a.below.join('\n') === b.below.join('\n');

/** Repeats of one line, or of up to four lines in turn, are told by their number. */
function compressed(entries: readonly Entry[], style: Style): Entry[] {
  const out: Entry[] = [];
  for (let at = 0; at < entries.length; ) {
    const { period, times } = repeatAt(entries, at);
    out.push(...entries.slice(at, at + period));
    if (times > 1) {
      const more =
        period === 1
          ? `${times - 1} more like this`
          : `the last ${period} lines ${plural(times - 1, 'more time')}`;
      out.push({ line: paint(style).dim(`${signs(style).ellipsis} ${more}`), below: [] });
    }
    at += period * times;
  }
  return out;
}

const longestPeriod = 4;

function repeatAt(entries: readonly Entry[], at: number): { period: number; times: number } {
  for (let period = 1; period <= longestPeriod; period += 1) {
    let end = at + period;
    while (end < entries.length && same(entries[end], entries[end - period])) end += 1;
    const times = Math.floor((end - at) / period);
    // Two alike are sooner read than a sentence about them.
    if (times >= 3) return { period, times };
  }
  return { period: 1, times: 1 };
}
