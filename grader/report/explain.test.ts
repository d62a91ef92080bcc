import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { explainAssignment, explainCheck } from './explain.ts';
import { expectGolden } from './golden/golden.ts';
import { client, server } from './golden/plan.ts';
import { listAssignments, listChecks } from './listing.ts';
import type { Style } from './style.ts';

const plain: Style = { color: false, unicode: true, width: 80 };
const styles: Readonly<Record<string, Style>> = {
  '80': plain,
  '140': { ...plain, width: 140 },
  ascii: { ...plain, unicode: false },
  color: { ...plain, color: true },
};

describe.each(Object.entries(styles))('%s', (name, style) => {
  it('explains an assignment', () => {
    expectGolden(explainAssignment(server, style), `explain-server.${name}`);
    expectGolden(explainAssignment(client, style), `explain-client.${name}`);
  });

  it('explains a check', () => {
    for (const plan of [server, client])
      for (const { id } of plan.checks) expectGolden(explainCheck(plan, id, style), `explain-${id}.${name}`);
  });

  it('lists', () => {
    expectGolden(listAssignments([server, client], style), `list.${name}`);
    expectGolden(listChecks(server, style), `list-checks.${name}`);
  });
});

it('says the same each time', () => {
  expect(explainCheck(server, 'remembers', plain)).toBe(explainCheck(server, 'remembers', plain));
});

it('names the nearest id for an unknown one', () => {
  expect(() => explainCheck(server, 'remember', plain)).toThrow(UsageError);
  expect(() => explainCheck(server, 'remember', plain)).toThrow('remembers');
});
