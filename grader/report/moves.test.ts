import { describe, expect, it } from 'vitest';
import { elsewhere, ended, full, met, most, submitted, taken, uncertain, unmet } from './golden/class.ts';
import { expectGolden } from './golden/golden.ts';
import { check } from './golden/results.ts';
import { type Move, moveOf } from './moves.ts';
import { movesText } from './moves-text.ts';
import type { CheckResult, Result } from './result.ts';
import type { Style } from './style.ts';

const plain: Style = { color: false, unicode: true, width: 80 };
const styles: Readonly<Record<string, Style>> = {
  '80': plain,
  ascii: { ...plain, unicode: false },
  color: { ...plain, color: true },
};
const newer = { grader: { version: '0.1.0', fixtures: 'beefbeefbeef' } };

const pair = (before: CheckResult[], after: CheckResult[], rest: Partial<Result> = newer): Move | undefined =>
  moveOf(submitted('ana', before), submitted('ana', after, rest));

/** "data 40 → 0 no longer met …" of each check. */
const told = (move: Move | undefined): string[] =>
  (move?.checks ?? []).map(({ id, from = '-', to = '-', says }) => `${id} ${from} → ${to} ${says}`);

describe('moveOf', () => {
  it('sees no move where marks stay', () => {
    expect(moveOf(full, { ...full, ...newer, ms: 9, startedAt: '2027-01-01T00:00:00Z' })).toBeUndefined();
    const reached = check('data', 'Mail', 40, { verdict: 'unreached', waitsFor: 'helo' });
    expect(pair([unmet('data', 40)], [reached])).toBeUndefined();
    const more = [met('a', 9), unmet('b', 0), unmet('c', 3, { level: 'bonus' })];
    expect(pair([met('a', 9)], more)).toBeUndefined();
  });

  it('tells what can be earned where that moves', () => {
    expect(pair([met('a', 9)], [met('a', 9), unmet('b', 5)])).toMatchObject({
      from: '9 of 9',
      to: '9 of 14',
      direction: 'level',
    });
  });

  it('has nothing to say of a student without marks before and now', () => {
    expect(moveOf(ended, elsewhere)).toBeUndefined();
    expect(moveOf(taken, { ...uncertain, submission: taken.submission ?? never() })).toBeUndefined();
  });

  it.each<[string, CheckResult[], CheckResult[], string[]]>([
    [
      'a check that is lost',
      [met('data', 40)],
      [unmet('data', 40)],
      ['data 40 → 0 no longer met: the server sent something else'],
    ],
    ['a check that is won', [unmet('data', 40)], [met('data', 40)], ['data 0 → 40 met now']],
    [
      'one that is not reached any more',
      [met('data', 40)],
      [check('data', 'Mail', 40, { verdict: 'unreached', waitsFor: 'helo' })],
      ['data 40 → 0 not reached: it needs helo'],
    ],
    ['other points', [met('data', 40)], [met('data', 37.5)], ['data 40 → 37.5 worth 37.5, was 40']],
    [
      'another share',
      [unmet('data', 40, { earned: 10, credit: { k: 1, n: 4 } })],
      [unmet('data', 40, { earned: 30, credit: { k: 3, n: 4 } })],
      ['data 10 → 30 3 of 4'],
    ],
    [
      'other points and another verdict, the greatest first',
      [met('helo', 1), met('data', 40)],
      [met('helo', 2), unmet('data', 39)],
      [
        'data 40 → 0 worth 39, was 40; no longer met: the server sent something else',
        'helo 1 → 2 worth 2, was 1',
      ],
    ],
    [
      'a new check and one that is gone',
      [met('helo', 60), met('data', 40)],
      [met('data', 40), unmet('rset', 60)],
      [
        'helo 60 → - no check any more, was worth 60',
        'rset - → 0 new, worth 60: not met: the server sent something else',
      ],
    ],
    [
      'bonus that became a duty',
      [met('size', 3, { level: 'bonus' })],
      [met('size', 3)],
      ['size 3 → 3 worth 3, was +3 bonus'],
    ],
    [
      'a void check',
      [met('helo', 60), met('data', 40)],
      uncertain.checks.slice(0, 2),
      ['data 40 → void could not be judged: could not bind 127.0.0.3:40125: EADDRNOTAVAIL'],
    ],
  ])('tells %s', (_, before, after, expected) => {
    expect(told(pair(before, after))).toEqual(expected);
  });

  it.each<[Move['direction'], string, Result, Result]>([
    ['up', '60 → 100 (+3)', most, { ...full, submission: most.submission ?? never() }],
    ['down', '100 (+3) → 60', { ...full, submission: most.submission ?? never() }, most],
    ['found', 'could not be started → 100 (+3)', { ...ended, submission: full.submission ?? never() }, full],
    ['lost', '100 (+3) → could not be started', full, { ...ended, submission: full.submission ?? never() }],
    ['lost', '100 (+3) → void', full, { ...uncertain, submission: full.submission ?? never() }],
  ])('goes %s: %s', (direction, marks, before, after) => {
    const move = moveOf(before, after);
    expect(move?.direction).toBe(direction);
    expect(`${move?.from} → ${move?.to}`).toBe(marks);
  });

  it.each<[string, Partial<Result>, Partial<Result>]>([
    ['the checks or the contract changed (f00d → beefbeef)', {}, newer],
    ['wiremark changed (0.1.0 → 0.2.0)', {}, { grader: { version: '0.2.0', fixtures: 'f00d' } }],
    ['the submission changed', {}, { submission: { student: 'ana', origin: '', key: '', content: 'new' } }],
    ['the seed changed', {}, { seed: '11111111' }],
    ['the room changed (isolated → open)', {}, { room: 'open' }],
    ['--slow changed (1 → 3)', {}, { slow: 3 }],
    ['--only changed', {}, { selection: ['data'] }],
    ['graded again, though nothing else changed: look at these twice', {}, {}],
  ])('names the cause: %s', (cause, was, is) => {
    const move = moveOf(submitted('ana', [met('data', 40)], was), submitted('ana', [unmet('data', 40)], is));
    expect(move?.causes).toEqual([cause]);
  });

  it('blames nobody where the first run was void', () => {
    const move = moveOf({ ...uncertain, submission: full.submission ?? never() }, full);
    expect(move?.causes).toEqual(["the machine's trouble of the last run is over"]);
  });
});

function never(): never {
  throw new Error('made without a submission');
}

describe('movesText', () => {
  const rename = (result: Result, student: string, rest: Partial<Result> = {}): Result => ({
    ...result,
    submission: { student, origin: '', key: student, content: student },
    ...rest,
  });
  const some = [
    moveOf(rename(full, 'ana'), rename(most, 'ana', newer)),
    moveOf(rename(most, 'ben\u001b[2J'), rename(full, 'ben\u001b[2J', newer)),
    moveOf(rename(full, 'cleopatra'), rename(ended, 'cleopatra', newer)),
    moveOf(rename(ended, 'dan'), rename(full, 'dan', newer)),
    moveOf(rename(full, 'eve'), rename(uncertain, 'eve')),
  ].filter(move => move !== undefined);

  it.each(Object.keys(styles))('tells who, how far and why (%s)', style => {
    expectGolden(movesText(some, 310, styles[style] ?? plain), `class-moves.${style}`);
  });

  it('cuts long lists and sums them up', () => {
    const checks = Array.from({ length: 20 }, (_, i) => `check-${String.fromCharCode(97 + i)}`);
    const many = Array.from({ length: 60 }, (_, i) =>
      moveOf(
        submitted(
          `student-${i + 1}`,
          checks.map(id => met(id, 5)),
        ),
        submitted(
          `student-${i + 1}`,
          checks.map((id, at) => (at <= i % 12 ? unmet(id, 5) : met(id, 5))),
          newer,
        ),
      ),
    ).filter(move => move !== undefined);
    expectGolden(movesText(many, 2, plain), 'class-moves-many.80');
  });

  it('has only the sums where nothing moves', () => {
    expect(movesText([], 312, plain)).toBe('0 up, 0 down, 312 unchanged\n');
  });

  it('lets no control character through', () => {
    expect(movesText(some, 0, plain).replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });
});
