import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { classLanguages } from './class-languages.ts';
import type { Submission } from './find.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-languages-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function folder(student: string, ...files: string[]): Submission {
  const path = join(base, student);
  mkdirSync(path);
  for (const file of files) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), '');
  }
  return { student, origin: student, content: { kind: 'folder', path } };
}

it('counts languages by the names of sources, the most frequent first', () => {
  const found = classLanguages([
    folder('ana', 'server.c', 'server.h', 'Makefile'),
    folder('ben', 'udp_server.py', 'README.txt'),
    folder('cem', 'src/deep/server.PY', '.hidden/Server.java', '.git/x.c'),
    folder('dag', 'Server.java', 'helper.py'),
    folder('eva', 'server.zig'),
    folder('fay', 'report.pdf'),
    {
      student: 'gil',
      origin: '',
      content: { kind: 'files', files: [{ path: '/nowhere', name: 'server.py' }] },
    },
    { student: 'hal', origin: '', content: { kind: 'archive', path: '/nowhere.zip' } },
  ]);
  expect(found).toEqual([
    ['python', 3],
    ['other', 2],
    ['archives', 1],
    ['c', 1],
    ['mixed', 1],
  ]);
});

it('is not stopped by what it can not read, and looks at no more than a little of what is large', () => {
  const closed = folder('ana', 'server.py');
  chmodSync(join(base, 'ana'), 0);
  const large = folder('ben', ...Array.from({ length: 250 }, (_, i) => `a${i}.txt`), 'z.py');
  const gone: Submission = {
    student: 'cem',
    origin: '',
    content: { kind: 'folder', path: join(base, 'gone') },
  };
  const counts = Object.fromEntries(classLanguages([closed, large, gone]));
  expect(counts.other).toBe(process.getuid?.() === 0 ? 2 : 3);
});
