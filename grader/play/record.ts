/** A decision of the lanes as it stands in the result JSON. */
import { earned } from '../judge/score.ts';
import type { CheckResult, ResultEvent } from '../report/result.ts';
import type { TranscriptEvent } from '../wire/transcript.ts';
import type { Decision } from './lanes.ts';

/** Data of one event is kept up to so many bytes; of longer ones these are the two ends. */
const keptBytes = 2048;
const keptHead = 1536;
/** Events of one transcript; a flood of datagrams must not swell the result. */
const keptEvents = 400;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The nearest place at or before `at` that does not lie inside a UTF-8 character (RFC 3629 §3). */
function boundary(bytes: Buffer, at: number): number {
  let place = at;
  while (place > at - 4 && ((bytes[place] ?? 0) & 0xc0) === 0x80) place -= 1;
  return place;
}

function dataOf(bytes: Buffer): NonNullable<ResultEvent['data']> {
  const cut = bytes.length > keptBytes;
  const head = cut ? boundary(bytes, keptHead) : bytes.length;
  const tail = cut ? boundary(bytes, bytes.length - (keptBytes - keptHead)) : bytes.length;
  const kept = cut ? Buffer.concat([bytes.subarray(0, head), bytes.subarray(tail)]) : bytes;
  const where = cut ? { elided: tail - head, head } : {};
  try {
    return { text: decoder.decode(kept), length: bytes.length, ...where };
  } catch {
    return { base64: kept.toString('base64'), length: bytes.length, ...where };
  }
}

function eventOf(event: TranscriptEvent): ResultEvent {
  const { at, channel, by, kind, bytes, peer, text } = event;
  return {
    at: Math.round(at * 10) / 10,
    channel,
    by,
    kind,
    ...(bytes === undefined ? {} : { data: dataOf(bytes) }),
    ...(peer === undefined ? {} : { peer: `${peer.address}:${peer.port}` }),
    ...(text === undefined ? {} : { text }),
  };
}

function transcriptOf(events: readonly TranscriptEvent[]): ResultEvent[] {
  if (events.length <= keptEvents) return events.map(eventOf);
  const first = events.slice(0, keptEvents / 2).map(eventOf);
  const last = events.slice(-keptEvents / 2).map(eventOf);
  const at = first.at(-1)?.at ?? 0;
  const left = events.length - keptEvents;
  return [
    ...first,
    { at, channel: '', by: 'grader', kind: 'note', text: `${left} events left out` },
    ...last,
  ];
}

/** `everything`: also the transcript of a check that is met. */
export function checkResultOf(decision: Decision, everything: boolean): CheckResult {
  const { check, verdict, outcome, unsteady, waitsFor } = decision;
  const { id, title, topic, level, points, source, hint } = check;
  const credit = outcome?.credit;
  const failed = outcome?.failure;
  const shown = outcome !== undefined && (verdict !== 'met' || everything);
  return {
    id,
    title,
    topic,
    level,
    points,
    earned: earned({ level, points, verdict, ...(credit === undefined ? {} : { credit }) }),
    verdict,
    ...(credit === undefined ? {} : { credit }),
    ...(unsteady ? { unsteady: true as const } : {}),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ms: Math.round((outcome?.ms ?? 0) * 10) / 10,
    ...(failed === undefined
      ? {}
      : {
          failure: {
            says: failed.says,
            step: failed.step,
            ...(failed.difference === undefined ? {} : { difference: failed.difference }),
            ...(failed.channel === undefined ? {} : { channel: failed.channel }),
            ...(outcome?.program === undefined ? {} : { program: outcome.program }),
          },
        }),
    ...(verdict === 'unmet' ? { hint } : {}),
    source,
    ...(outcome?.byHand === undefined ? {} : { byHand: outcome.byHand }),
    ...(shown ? { transcript: transcriptOf(outcome.transcript.events) } : {}),
  };
}
