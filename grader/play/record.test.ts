import { describe, expect, it } from 'vitest';
import type { PlannedCheck } from '../fixture/plan.ts';
import { checkResult } from '../report/result.ts';
import { Transcript } from '../wire/transcript.ts';
import type { Decision } from './lanes.ts';
import type { Outcome } from './player.ts';
import { checkResultOf } from './record.ts';

const words = { topic: 'T', title: 'A title', source: ['RFC 1 §2'], rule: 'r', catches: 'c', hint: 'a hint' };
const check: PlannedCheck = { id: 'a', level: 'must', points: 4, ...words, steps: [{ open: 'c' }] };

function decision(outcome: Partial<Outcome> | undefined, more: Partial<Decision> = {}): Decision {
  const transcript = new Transcript();
  const nothing = { failure: undefined, credit: undefined, byHand: undefined, program: undefined };
  const verdict = more.verdict === 'unreached' ? 'void' : (more.verdict ?? 'unmet');
  const full = outcome && { verdict, transcript, ms: 1.26, ...nothing, ...outcome };
  return { check, verdict, outcome: full, unsteady: false, waitsFor: undefined, ...more };
}

/** As it stands in the result; held against the published schema. */
function record(of: Decision, everything = false) {
  return checkResult.parse(JSON.parse(JSON.stringify(checkResultOf(of, everything))));
}

function transcribed(...bytes: Buffer[]) {
  const transcript = new Transcript();
  for (const one of bytes) transcript.add({ channel: 'c', by: 'subject', kind: 'data', bytes: one });
  return record(decision({ transcript })).transcript ?? [];
}

describe('the record of a decision', () => {
  it('of a met check is short', () => {
    const met = decision({}, { verdict: 'met' });
    expect(record(met)).toEqual({
      id: 'a',
      title: 'A title',
      topic: 'T',
      level: 'must',
      points: 4,
      earned: 4,
      verdict: 'met',
      ms: 1.3,
      source: ['RFC 1 §2'],
    });
    expect(record(met, true).transcript).toEqual([]);
  });

  it('of an unmet check says why, and helps', () => {
    const difference = { path: 'text', expected: 'A', got: 'b', offset: 0, caret: 0 };
    const failure = { says: 'no', step: 2, difference, channel: 'c' };
    const program = { ending: 'ended with exit status 1', stderr: 'oh' };
    const unmet = record(decision({ failure, program, byHand: 'nc', credit: { k: 1, n: 4 } }));
    expect(unmet).toMatchObject({
      verdict: 'unmet',
      earned: 1,
      credit: { k: 1, n: 4 },
      failure: { says: 'no', step: 2, difference, channel: 'c', program },
      hint: 'a hint',
      byHand: 'nc',
      transcript: [],
    });
  });

  it('of a void check gives no hint', () => {
    const failure = { says: 'could not bind', step: 0, difference: undefined, channel: undefined };
    const kept = record(decision({ failure }, { verdict: 'void' }));
    expect(kept).toMatchObject({ verdict: 'void', earned: 0, failure: { says: 'could not bind', step: 0 } });
    expect(kept).not.toHaveProperty('hint');
  });

  it('of an unreached check names the root only', () => {
    const kept = record(decision(undefined, { verdict: 'unreached', waitsFor: 'root' }));
    expect(kept).toMatchObject({ verdict: 'unreached', waitsFor: 'root', earned: 0, ms: 0 });
    for (const key of ['transcript', 'hint', 'failure']) expect(kept).not.toHaveProperty(key);
  });

  it('flags what was unsteady', () => {
    expect(record(decision({}, { verdict: 'met', unsteady: true })).unsteady).toBe(true);
  });
});

describe('bytes of the transcript', () => {
  it('are text where they are UTF-8, with a BOM and zeros', () => {
    expect(transcribed(Buffer.from('\ufeffà\0\r\n'))[0]?.data).toEqual({ text: '\ufeffà\0\r\n', length: 8 });
    expect(transcribed(Buffer.alloc(0))[0]?.data).toEqual({ text: '', length: 0 });
  });

  it('are base64 where they are not', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x41]);
    expect(transcribed(bytes)[0]?.data).toEqual({ base64: bytes.toString('base64'), length: 3 });
  });

  it('are cut in the middle when they are many', () => {
    const [whole, cut] = transcribed(
      Buffer.alloc(2048, 'x'),
      Buffer.from(`${'a'.repeat(5000)}${'z'.repeat(512)}`),
    );
    expect(whole?.data).toEqual({ text: 'x'.repeat(2048), length: 2048 });
    expect(cut?.data).toEqual({
      text: `${'a'.repeat(1536)}${'z'.repeat(512)}`,
      length: 5512,
      elided: 3464,
      head: 1536,
    });
  });

  it('are cut in the middle as base64 too', () => {
    const [cut] = transcribed(Buffer.alloc(3000, 0xfe));
    expect(Buffer.from(cut?.data?.base64 ?? '', 'base64')).toHaveLength(2048);
    expect(cut?.data).toMatchObject({ length: 3000, elided: 952, head: 1536 });
  });
});

describe('events of the transcript', () => {
  it('keep their order, peers and words', () => {
    const transcript = new Transcript();
    const peer = { address: '127.0.0.2', port: 53 };
    transcript.add({ channel: 'c', by: 'grader', kind: 'data', bytes: Buffer.from('q'), peer });
    transcript.add({ channel: '', by: 'grader', kind: 'signal', text: 'SIGTERM' });
    const [first, second] = record(decision({ transcript })).transcript ?? [];
    expect(first).toMatchObject({ channel: 'c', by: 'grader', kind: 'data', peer: '127.0.0.2:53' });
    expect(second).toMatchObject({ channel: '', kind: 'signal', text: 'SIGTERM' });
    expect(Math.round((first?.at ?? 0) * 10) / 10).toBe(first?.at);
  });

  it('are all kept up to 400; of more the first and last 200, and how many are missing', () => {
    const many = (n: number) => transcribed(...Array.from({ length: n }, (_, i) => Buffer.from(String(i))));
    expect(many(400)).toHaveLength(400);
    const flood = many(1000);
    expect(flood).toHaveLength(401);
    expect(flood[200]).toMatchObject({ kind: 'note', text: '600 events left out' });
    expect([flood[199]?.data?.text, flood[201]?.data?.text, flood[400]?.data?.text]).toEqual([
      '199',
      '800',
      '999',
    ]);
    const times = flood.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});
