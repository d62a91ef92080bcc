import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { expectGolden } from './golden/golden.ts';
import * as results from './golden/results.ts';
import type { Result } from './result.ts';
import type { Style } from './style.ts';
import { showCheck, textReport } from './text.ts';

const plain: Style = { color: false, unicode: true, width: 80 };
const styles: Readonly<Record<string, Style>> = {
  '80': plain,
  '140': { ...plain, width: 140 },
  ascii: { ...plain, unicode: false },
  color: { ...plain, color: true },
};
const command = '-- python3 server.py {port} {hostname} {mailroot}';

function expectReport(result: Result, name: string, style: string, verbose = false): void {
  const text = textReport(result, styles[style] ?? plain, { verbose, command });
  expectGolden(text, `${name}.${style}`);
}

describe('textReport', () => {
  it('ends full marks in one line', () => {
    expectReport(results.fullMarks, 'full-marks', '80');
    expectReport(results.fullMarks, 'full-marks', 'color');
  });

  it('shows the topics of full marks when asked for more', () => {
    expectReport(results.fullMarks, 'full-marks-verbose', '80', true);
  });

  it.each(Object.keys(styles))('shows faults, root causes and notes (%s)', style => {
    expectReport(results.faults, 'faults', style);
  });

  it.each(['80', '140', 'ascii'])('shows control bytes, binary and long data (%s)', style => {
    expectReport(results.control, 'control', style);
  });

  it.each(['80', 'ascii'])('explains void and unsteady checks (%s)', style => {
    expectReport(results.uncertain, 'uncertain', style);
  });

  it('shows a client, datagrams and repeats', () => expectReport(results.client, 'client', '80'));
  it('says that a selection was graded', () => expectReport(results.selected, 'selected', '80'));
  it('does not call a missed bonus a fault', () => expectReport(results.bonusMissed, 'bonus-missed', '80'));

  it.each(Object.keys(results.problems))('says what is wrong with the program as a whole (%s)', name => {
    expectReport(results.problems[name] ?? results.fullMarks, `problem-${name}`, '80');
  });

  it('lets nothing of the program reach the terminal', () => {
    const text = Object.values(styles).map(style => {
      const uncolored = { ...style, color: false };
      return [results.faults, results.control, ...Object.values(results.problems)]
        .map(result => textReport(result, uncolored, { verbose: true, command }))
        .join('');
    });
    expect(text.join('').replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  it('is ASCII where the terminal is', () => {
    const text = [results.faults, results.control, results.uncertain, results.client]
      .map(result => textReport(result, { ...plain, unicode: false }, { verbose: true, command }))
      .join('');
    expect(text).toMatch(/^[\n -~]*$/);
  });
});

describe('showCheck', () => {
  it('shows one check in full', () => {
    expectGolden(showCheck(results.faults, 'dot-unstuffing', plain), 'show-unmet.80');
    expectGolden(showCheck(results.faults, 'stored-bytes', plain), 'show-unreached.80');
    expectGolden(showCheck(results.uncertain, 'burst', plain), 'show-void.80');
    expectGolden(showCheck(results.uncertain, 'two-clients', plain), 'show-unsteady.80');
  });

  it('names the nearest id for an unknown one', () => {
    expect(() => showCheck(results.faults, 'dot-unstufing', plain)).toThrow(UsageError);
    expect(() => showCheck(results.faults, 'dot-unstufing', plain)).toThrow('dot-unstuffing');
  });
});
