import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTree } from '../room/folder.ts';
import { build } from './build.ts';
import { fillCommand } from './command.ts';
import { discover } from './discover.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function look(files: Record<string, string>, program = 'udp-server') {
  makeTree(folder, files);
  return discover(folder, program);
}
const guard = 'if __name__ == "__main__":\n    main()\n';
const javaMain = 'public class X { public static void main(String[] args) {} }';
const cMain = '#include <stdio.h>\nint main(int argc, char **argv)\n{\n puts("made");\n return 0;\n}\n';

describe('wiremark.json', () => {
  it('says how', () => {
    const files = {
      'wiremark.json': '{ "build": ["make", "x"], "run": ["python3", "src/a.py", "{port}", "./made"] }',
      'src/a.py': '',
    };
    expect(look(files)).toEqual({
      kind: 'found',
      how: 'wiremark.json',
      build: ['make', 'x'],
      run: ['python3', '{source}/src/a.py', '{port}', '{source}/made'],
    });
  });

  it.each([
    ['{ "run": "python3 a.py" }', '"run" must be a list of words'],
    ['{ "build": ["make"] }', '"run" is missing'],
    ['{ "run": ["a"], "biuld": [] }', '"biuld" is not known'],
    ['{ "run": ["a"], "build": [1] }', '"build" must be a list of words'],
    ['{ "run": [] }', '"run" must be'],
    ['["a"]', 'not an object'],
    ['{ run: 1 }', 'not JSON'],
  ])('%s is refused', (text, says) => {
    const found = look({ 'wiremark.json': text, 'server.py': '' });
    expect(found).toMatchObject({
      kind: 'nothing',
      found: ['wiremark.json'],
      says: expect.stringContaining(says),
    });
  });
});

describe('an executable named as the program', () => {
  it('is taken before all others', () => {
    makeTree(folder, { 'udp-server': 'ELF', 'server.py': guard });
    chmodSync(join(folder, 'udp-server'), 0o755);
    expect(look({})).toEqual({
      kind: 'found',
      how: 'the executable udp-server',
      run: ['{source}/udp-server'],
    });
  });

  it('is run by its interpreter if the permission was lost, else named', () => {
    expect(look({ 'udp-server': '#!/usr/bin/env python3\nprint()\n' })).toMatchObject({
      run: ['/usr/bin/env', 'python3', '{source}/udp-server'],
    });
    expect(look({ 'udp-server': 'binary' })).toMatchObject({ kind: 'nothing', says: /chmod \+x udp-server/ });
  });
});

describe('Python', () => {
  const run = (file: string) => ({ kind: 'found', run: ['python3', `{source}/${file}`] });

  it.each<[string, Record<string, string>, string]>([
    ['the only file', { 'anything.py': 'x = 1' }, 'anything.py'],
    ['the one with a guard', { 'a.py': guard, 'b.py': 'def f(): pass' }, 'a.py'],
    ['the one named as the program', { 'udp_server.py': 'x', 'udp_client.py': 'x' }, 'udp_server.py'],
    [
      'the one named by the last word',
      { 'server.py': guard, 'client.py': guard, 'main.py': guard },
      'server.py',
    ],
    ['main.py', { 'main.py': 'from server import run', 'server.py': 'def run(): pass' }, 'main.py'],
    ['a package', { 'app/__main__.py': 'x', 'app/net.py': 'y' }, 'app/__main__.py'],
    ['no test', { 'a.py': guard, 'test_a.py': guard, 'tests/b.py': guard, 'venv/c.py': guard }, 'a.py'],
  ])('%s', (_, files, file) => {
    expect(look(files)).toMatchObject(run(file));
  });

  it('is not guessed', () => {
    expect(look({ 'a.py': guard, 'b.py': guard })).toMatchObject({
      kind: 'ambiguous',
      found: ['a.py', 'b.py'],
    });
    expect(look({ 'a.py': guard, 'b.py': guard })).toMatchObject({ says: /a\.py, b\.py/ });
  });
});

describe('Java', () => {
  it('finds the class with main, in packages too', () => {
    expect(
      look({ 'UDPServer.java': javaMain, 'Helper.java': 'class Helper {}', 'XTest.java': javaMain }),
    ).toEqual({
      kind: 'found',
      how: 'the Java program UDPServer.java',
      build: ['javac', '-encoding', 'UTF-8', '-d', '{out}', 'Helper.java', 'UDPServer.java'],
      run: ['java', '-cp', '{out}', 'UDPServer'],
    });
  });

  it('starts a packaged class by its full name, with the files of other packages', () => {
    const files = {
      'src/net/u/Server.java': `package net.u;\n${javaMain}`,
      'src/net/v/V.java': 'package net.v; // public static void main(\n class V {}',
    };
    expect(look(files)).toMatchObject({
      build: ['javac', '-encoding', 'UTF-8', '-d', '{out}', 'src/net/u/Server.java', 'src/net/v/V.java'],
      run: ['java', '-cp', '{out}', 'net.u.Server'],
    });
  });
});

describe('C and C++', () => {
  it('links the file with main with those without', () => {
    expect(look({ 'server.c': cMain, 'client.c': cMain, 'net.c': 'int f(void) { return 1; }' })).toEqual({
      kind: 'found',
      how: 'the C program server.c',
      build: ['cc', '-O1', '-g', '-o', '{out}/udp-server', 'server.c', 'net.c', '-pthread', '-lm'],
      run: ['{out}/udp-server'],
    });
    rmSync(join(folder, 'server.c'));
    rmSync(join(folder, 'client.c'));
    expect(look({ 's.cpp': cMain })).toMatchObject({
      how: 'the C++ program s.cpp',
      run: ['{out}/udp-server'],
    });
  });

  it('is left to a Makefile that makes the program', () => {
    const found = look({ Makefile: 'CFLAGS = -O2\nall: udp-server\nudp-server: a.o\n', 'a.c': cMain });
    expect(found).toMatchObject({ how: 'the Makefile, which makes udp-server', run: ['{out}/udp-server'] });
    expect(look({ Makefile: 'TARGET = udp-server-2\n' })).toMatchObject({ how: 'the C program a.c' });
    expect(look({ Makefile: 'TARGET = udp-server\n' })).toMatchObject({ how: /Makefile/ });
  });
});

describe('JavaScript, Go and Rust', () => {
  it('follow package.json', () => {
    const files = { 'package.json': '{ "main": "./src/app" }', 'src/app.js': '', 'src/b.js': '' };
    expect(look(files)).toMatchObject({ run: ['node', '{source}/src/app.js'] });
    const start = '{ "main": "index.js", "scripts": { "start": "node src/b.js" } }';
    expect(look({ 'package.json': start })).toMatchObject({ run: ['node', '{source}/src/b.js'] });
  });

  it('take the only or best named script', () => {
    expect(look({ 'x.mjs': '' })).toMatchObject({ run: ['node', '{source}/x.mjs'] });
    expect(look({ 'y.mjs': '' })).toMatchObject({ kind: 'nothing' });
    expect(look({ 'udpServer.js': '' })).toMatchObject({ run: ['node', '{source}/udpServer.js'] });
  });

  it('follow go.mod', () => {
    const go = 'package main\nfunc main() {}\n';
    expect(look({ 'a.go': go, 'a_test.go': go, 'b.go': 'package main\n' })).toMatchObject({
      build: ['go', 'build', '-o', '{out}/udp-server', 'a.go', 'b.go'],
    });
    expect(look({ 'go.mod': 'module x', 'cmd/server/s.go': go, 'a.go': 'package lib' })).toMatchObject({
      build: ['go', 'build', '-o', '{out}/udp-server', './cmd/server'],
      run: ['{out}/udp-server'],
    });
  });

  it('follow Cargo.toml', () => {
    const rust = 'fn main() {}\n';
    expect(look({ 'one.rs': rust })).toMatchObject({
      build: ['rustc', '-O', '-o', '{out}/udp-server', 'one.rs'],
    });
    rmSync(join(folder, 'one.rs'));
    const toml = '[package]\nname = "mine"\nversion = "0.1.0"\n';
    expect(look({ 'Cargo.toml': toml, 'src/main.rs': rust })).toMatchObject({
      run: ['{out}/target/release/mine'],
    });
    expect(look({ 'src/bin/server.rs': rust })).toMatchObject({ run: ['{out}/target/release/server'] });
  });
});

describe('a folder', () => {
  it('may hold nothing, or too much', () => {
    expect(look({ 'README.md': 'hello', 'empty/': '' })).toMatchObject({ kind: 'nothing', found: [] });
    expect(look({ 'a.py': guard, 'B.java': javaMain })).toMatchObject({
      kind: 'ambiguous',
      found: ['a.py', 'B.java'],
    });
  });
});

describe('what is found', () => {
  const there = (program: string) =>
    (process.env.PATH ?? '').split(':').some(path => existsSync(join(path, program)));
  const made = async () => {
    const found = discover(folder, 'udp-server');
    if (found.kind !== 'found') throw new Error(found.says);
    const out = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
    try {
      const result = await build({ command: found.build ?? [], cwd: folder, out, limitMs: 60_000 });
      expect(result).toMatchObject({ ok: true });
      const [program = '', ...args] = fillCommand(found.run, { out, source: folder }, []).command;
      return execFileSync(program, args, { encoding: 'utf8' });
    } finally {
      rmSync(out, { recursive: true });
    }
  };

  it.runIf(there('cc'))('builds and runs: C', async () => {
    makeTree(folder, { 'a.c': cMain });
    expect(await made()).toBe('made\n');
  });

  it.runIf(there('cc') && there('make'))('builds and runs: make, leaving the folder as it was', async () => {
    makeTree(folder, { 'a.c': cMain, Makefile: 'udp-server: a.o\n\tcc -o udp-server a.o\n' });
    expect(await made()).toBe('made\n');
    expect(existsSync(join(folder, 'a.o'))).toBe(false);
  });

  it.runIf(there('javac'))('builds and runs: Java', { timeout: 60_000 }, async () => {
    const main = 'package p; class A { public static void main(String[] a) { System.out.println("made"); } }';
    makeTree(folder, { 'p/A.java': main });
    expect(await made()).toBe('made\n');
  });
});
