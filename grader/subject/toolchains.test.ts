import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allOnPath, onPath } from './on-path.ts';
import { managerOf, shimOf } from './shim.ts';
import { isVisible, toolchains, versionIn } from './toolchains.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wiremark-toolchains-')));
afterAll(() => rmSync(folder, { recursive: true }));

function script(path: string, text: string, mode = 0o755): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

it.each([
  ['Python 3.11.2\n', '3.11.2'],
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', '17.0.15'],
  ['openjdk version "21" 2023-09-19\n', '21'],
  ['Picked up JAVA_TOOL_OPTIONS: -Xmx64m\nopenjdk version "11.0.2"\n', '11.0.2'],
  ['javac 17.0.15\n', '17.0.15'],
  ['cc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022\n', '12.2.0'],
  ['v20.20.2\n', '20.20.2'],
  ['go version go1.22.1 linux/amd64\n', '1.22.1'],
  ['rustc 1.95.0 (f2d3ce0bd 2026-03-21)\n', '1.95.0'],
  ['GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu\n', '4.3'],
  ['no number\n', ''],
])('finds the version in %j', (text, version) => {
  expect(versionIn(text)).toBe(version);
});

describe.skipIf(process.platform === 'win32')('files', () => {
  let tool = '';
  beforeAll(() => {
    tool = script('bin/tool', '#!/bin/sh\n');
    script('closed/bin/tool', '#!/bin/sh\n');
    script('bin/page', 'not executable\n', 0o644);
  });

  it('are found on a path as a shell does', () => {
    expect(onPath('tool', `/nowhere::${folder}/bin`)).toBe(tool);
    expect(allOnPath('tool', `${folder}/bin:${folder}/closed/bin:${folder}/bin`)).toHaveLength(2);
    expect(onPath('page', `${folder}/bin`)).toBeUndefined();
    expect(onPath('bin', folder)).toBeUndefined();
    expect(onPath('tool', undefined)).toBeUndefined();
  });

  it('are visible where they truly lie', () => {
    expect(isVisible(tool, [join(folder, 'bin')])).toBe(true);
    expect(isVisible(tool, [join(folder, 'b')])).toBe(false);
    symlinkSync(tool, join(folder, 'closed/bin/link'));
    expect(isVisible(join(folder, 'closed/bin/link'), [join(folder, 'closed')])).toBe(false);
    expect(isVisible(join(folder, 'closed/bin/link'), [join(folder, 'bin')])).toBe(true);
  });

  it('are visible only to whom they are open', () => {
    const closed = join(folder, 'closed');
    chmodSync(closed, 0o700);
    expect(isVisible(join(closed, 'bin/tool'), [closed])).toBe(false);
    // It is mounted from there on.
    expect(isVisible(join(closed, 'bin/tool'), [join(closed, 'bin')])).toBe(true);
  });
});

describe('shims', () => {
  it.each([
    ['python3', '#!/usr/bin/env bash\nexec "/home/ada/.pyenv/libexec/pyenv" exec "$program" "$@"\n', 'pyenv'],
    [
      'node',
      '#!/usr/bin/env bash\n# asdf-plugin: nodejs 20.1.0\nexec /opt/asdf/bin/asdf exec "node" "$@"\n',
      'asdf',
    ],
    ['java', '#!/usr/bin/env bash\nexec "/home/ada/.jenv/libexec/jenv" exec "$program" "$@"\n', 'jenv'],
    ['rustup', '\x7fELF', 'rustup'],
    ['volta-shim', '\x7fELF', 'volta'],
    ['python3.11', '\x7fELF pyenv exec', undefined],
    ['npm-cli.js', '#!/usr/bin/env node\nrequire("../lib/cli.js")(process)\n', undefined],
  ])('%s', (name, text, manager) => {
    expect(managerOf(name, text)).toBe(manager);
  });

  it.skipIf(process.platform === 'win32')('are asked where they lead', async () => {
    const rustup = script('.cargo/bin/rustup', '#!/bin/sh\necho "/home/ada/.rustup/$1/$2"\n');
    symlinkSync('rustup', join(folder, '.cargo/bin/cargo'));
    expect(await shimOf(join(folder, '.cargo/bin/cargo'))).toMatchObject({ manager: 'rustup' });
    expect(await shimOf(rustup)).toBeUndefined();
  });
});

it('tells the languages of this machine', async () => {
  const mounted = { path: '/usr/bin:/bin', folders: ['/usr', '/bin', '/lib', '/opt'] };
  const { floorMs, found } = await toolchains({ name: '', packager: 'apt' }, mounted);
  expect(floorMs).toBeGreaterThan(0);
  const node = found.find(({ command }) => command === 'node');
  expect(node?.open ?? node?.install).toBeDefined();
  for (const { command, open, isolated, install } of found) {
    expect(isolated === undefined, command).toBe(install !== undefined);
    if (open) expect(open.path.endsWith(command) || process.platform === 'win32').toBe(true);
    if (isolated) expect(isolated.version).toMatch(/^\d/);
    if (command === 'python3' && isolated) expect(isolated.startMs).toBeGreaterThan(0);
  }
});
