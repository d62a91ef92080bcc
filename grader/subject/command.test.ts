import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { anchorCommand, fillCommand, quoteCommand } from './command.ts';

const values = { port: '20001', hostname: 'hamburger.edu', out: '/o', tricky: '{port}' };
const contract = ['{port}', '{hostname}'];

it('uses a command with placeholders of the contract as it stands', () => {
  expect(fillCommand(['./server', '-p{port}', '--port={port}'], values, contract)).toEqual({
    command: ['./server', '-p20001', '--port=20001'],
    unknown: [],
    appended: false,
  });
});

it('adds the contract’s arguments to any other', () => {
  expect(fillCommand(['{out}/server', '-v'], values, contract)).toEqual({
    command: ['/o/server', '-v', '20001', 'hamburger.edu'],
    unknown: [],
    appended: true,
  });
  expect(fillCommand(['true'], values, [])).toEqual({ command: ['true'], unknown: [], appended: false });
});

it('leaves what it does not know, and says so', () => {
  const filled = fillCommand(['a', '{prot}', '{"json":1}', '{}', '{prot}{port}'], values, contract);
  expect(filled.command).toEqual(['a', '{prot}', '{"json":1}', '{}', '{prot}20001']);
  expect(filled.unknown).toEqual(['prot']);
  expect(fillCommand(['{toString}'], {}, []).unknown).toEqual(['toString']);
});

it('does not search values again', () => {
  expect(fillCommand(['{tricky}', '{port}'], values, contract).command).toEqual(['{port}', '20001']);
});

it('anchors words that name files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
  try {
    writeFileSync(join(folder, 'server.py'), '');
    mkdirSync(join(folder, 'java'));
    expect(anchorCommand(['python3', 'server.py', '{port}'], folder, '{source}')).toEqual([
      'python3',
      '{source}/server.py',
      '{port}',
    ]);
    expect(anchorCommand(['java', '-cp', '.', 'Server'], folder)).toEqual(['java', '-cp', folder, 'Server']);
    expect(anchorCommand(['./made-later', '/abs', ''], folder)).toEqual([`${folder}/made-later`, '/abs', '']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('quotes for a shell', () => {
  expect(quoteCommand(['python3', 'my server.py', '{port}', "it's", '', '$HOME', 'a=b', '{a,b}'])).toBe(
    `python3 'my server.py' {port} 'it'\\''s' '' '$HOME' a=b '{a,b}'`,
  );
});
