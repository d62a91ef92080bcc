/** The house stands: which room may import which (one direction only), and which packages stay in which room. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const grader = dirname(fileURLToPath(import.meta.url));

/** What each room may import besides itself and the words of `errors.ts` and `nearest.ts`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  judge: [],
  wire: ['judge'],
  protocol: ['judge', 'wire'],
  assignment: [],
  fixture: ['assignment', 'judge', 'protocol'],
  subject: [],
  room: ['subject'],
  report: ['assignment', 'fixture', 'judge', 'protocol'],
  play: ['assignment', 'fixture', 'judge', 'protocol', 'report', 'room', 'subject', 'wire'],
  bulk: ['assignment', 'fixture', 'play', 'report', 'room', 'subject'],
  commands: ['assignment', 'bulk', 'fixture', 'judge', 'play', 'report', 'room', 'subject'],
};
const forAll = ['errors.ts', 'nearest.ts', 'version.ts'];

/** Package -> files that may import it. */
const packages: Readonly<Record<string, RegExp>> = {
  zod: /^(fixture\/(schema|compile|misfit)|assignment\/contract|report\/(result|summary)|publish)\.ts$/,
  ajv: /^judge\/schema-door\.ts$/,
  execa: /^(subject|room)\//,
  'tmp-promise': /^(subject|room)\//,
  commander: /^command-line\.ts$/,
  'cli-progress': /^commands\/progress-bar\.ts$/,
  'csv-stringify': /^report\/grades-csv\.ts$/,
  tar: /^bulk\//,
  yauzl: /^bulk\//,
  'jsonc-parser': /^fixture\//,
  picocolors: /^report\/style\.ts$/,
};
/** The system's own modules that rooms without input and output do not touch. */
const outside = [
  'node:fs',
  'node:fs/promises',
  'node:net',
  'node:dgram',
  'node:child_process',
  'node:timers',
];

const files = (readdirSync(grader, { recursive: true }) as string[]).filter(
  file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('golden'),
);
const pattern = /^(?:import|export)\b[^'`;]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;
const imports = (file: string): string[] =>
  [...readFileSync(join(grader, file), 'utf8').matchAll(pattern)].map(found => found[1] ?? found[2] ?? '');
const roomOf = (file: string): string => (file.includes(sep) ? (file.split(sep)[0] ?? '') : '');

describe('the house', () => {
  test.each(files)('%s imports only what its room may', file => {
    const room = roomOf(file);
    for (const name of imports(file)) {
      if (name.startsWith('.')) {
        const target = relative(grader, join(grader, dirname(file), name));
        const other = roomOf(target);
        if (room === '' || other === room || forAll.includes(target)) continue;
        expect(allowed[room], `${file} imports ${target}`).toContain(other);
      } else if (!name.startsWith('node:')) {
        const owner = name.startsWith('@')
          ? name.split('/').slice(0, 2).join('/')
          : (name.split('/')[0] ?? '');
        expect(packages[owner]?.test(file), `${file} imports ${name}`).toBe(true);
      } else if (['judge', 'report'].includes(room))
        expect(outside, `${file} imports ${name}`).not.toContain(name);
    }
  });

  test('no two rooms import each other, not even round a corner', () => {
    const reaches = (from: string, to: string, seen: readonly string[] = []): boolean =>
      (allowed[from] ?? []).some(
        next => next === to || (!seen.includes(next) && reaches(next, to, [...seen, next])),
      );
    for (const room of Object.keys(allowed)) expect(reaches(room, room), room).toBe(false);
  });

  test('nothing of the grader knows the reference', () => {
    for (const file of files) for (const name of imports(file)) expect(name, file).not.toMatch(/reference\//);
  });
});
