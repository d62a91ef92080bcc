import { describe, expect, it } from 'vitest';
import { doctorText, refusalText } from './doctor-text.ts';
import { expectGolden } from './golden/golden.ts';
import * as machines from './golden/machine.ts';
import type { Style } from './style.ts';

const { languages, ...all } = machines;
const plain: Style = { color: false, unicode: true, width: 80 };
const styles: Readonly<Record<string, Style>> = {
  '80': plain,
  '140': { ...plain, width: 140 },
  ascii: { ...plain, unicode: false },
  color: { ...plain, color: true },
};

describe.each(Object.entries(all))('%s', (name, machine) => {
  it.each(Object.entries(styles))('%s', (kind, style) => {
    expectGolden(doctorText(machine, languages, style), `doctor-${name}.${kind}`);
  });

  it('says first whether programs of strangers can be graded', () => {
    const [first = ''] = doctorText(machine, languages, plain).split('\n');
    expect(
      first.startsWith(`This machine can ${machine.isolation.ok ? 'grade' : 'not grade'} programs`),
    ).toBe(true);
  });

  it('is ASCII where the terminal is', () => {
    expect(doctorText(machine, languages, { ...plain, unicode: false })).toMatch(/^[\n -~]*$/);
  });
});

it('refuses with what to install', () => {
  expectGolden(`${refusalText(all.runner.isolation.missing, plain)}\n`, 'doctor-refusal.80');
});

it('lets nothing of the machine reach the terminal', () => {
  const system = '\x1b[31mDebian\u202e';
  const text = doctorText({ ...all.server, system }, languages, plain);
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
});
