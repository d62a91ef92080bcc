import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { findSubmissions, type Submission } from './find.ts';
import { tarOf, type ZipEntry, zipOf } from './handmade.ts';
import { takeIn } from './take.ts';

let base = '';
let searches = 0;
let here = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
  here = process.cwd();
  process.chdir(base);
});
afterEach(() => {
  process.chdir(here);
  rmSync(base, { recursive: true, force: true });
});

/** @param tree path -> text or bytes; a path that ends in "/" is a folder */
function make(tree: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(path.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(path, content);
  }
}

/** In an empty folder of its own, as always. */
function search(inputs: readonly string[], signal?: AbortSignal) {
  searches += 1;
  const scratch = join(base, '.scratch', String(searches));
  mkdirSync(scratch, { recursive: true });
  return findSubmissions(inputs, scratch, signal);
}

const python = 'print(1)\n';
const zip = (...names: string[]) => zipOf(names.map((name): ZipEntry => ({ name, content: `in ${name}` })));

/** id -> what it is, in short; paths below the folder of the test or of the unpacked archives. */
async function found(...inputs: string[]) {
  const { submissions, layout, ignored } = await search(inputs);
  expect(submissions.map(({ student }) => student)).toEqual(submissions.map(({ student }) => student).sort());
  return { students: Object.fromEntries(submissions.map(one => [one.student, short(one)])), layout, ignored };
}

function short({ content, refused }: Submission): string {
  if (refused !== undefined) return `refused: ${refused}`;
  const from = (path: string) => path.replace(`${base}/`, '').replace(/^\.scratch\/\d+\/\d+(\/|$)/, '* ');
  if (content.kind === 'files')
    return `files ${content.files.map(({ path, name }) => `${from(path)} as ${name}`).join(', ')}`;
  return `${content.kind} ${from(content.path)}`;
}

const students = async (...inputs: string[]) => Object.keys((await found(...inputs)).students);
async function refusal(...inputs: string[]): Promise<string> {
  const error: unknown = await search(inputs).then(
    () => undefined,
    thrown => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message;
}

describe('a folder', () => {
  it('is a class of folders, archives and source files', async () => {
    make({
      'class/jane/server.py': python,
      'class/bob.zip': zip('server.py'),
      'class/al.tar.gz': gzipSync(tarOf([{ name: 'x' }])),
      'class/eve.py': python,
      'class/no-ending': zip('server.py'),
      'class/script': '#!/usr/bin/env python3\n',
      'class/late.7z': 'x',
      'class/marks.csv': 'a,b\n',
      'class/slides.pptx': zip('x'),
      'class/empty/': '',
      'class/only-git/.git/HEAD': 'x',
      'class/.DS_Store': 'x',
      'class/__MACOSX/x': 'x',
      'class/.gitignore': 'x',
      'class/.hidden/server.py': python,
      'class/report/.wiremark/run.json': '{}',
    });
    const { students, layout, ignored } = await found('class');
    expect(students).toEqual({
      al: 'archive class/al.tar.gz',
      bob: 'archive class/bob.zip',
      eve: 'files class/eve.py as eve.py',
      jane: 'folder class/jane',
      late: 'archive class/late.7z',
      'no-ending': 'archive class/no-ending',
      script: 'files class/script as script',
    });
    expect(layout).toBe('plain');
    expect(ignored).toEqual([
      { name: '.hidden', why: 'its name begins with a dot' },
      { name: 'empty', why: 'it is empty' },
      { name: 'marks.csv', why: 'it is neither a folder, an archive nor source code' },
      { name: 'only-git', why: 'it is empty' },
      { name: 'report', why: 'it holds results of wiremark' },
      { name: 'slides.pptx', why: 'it is neither a folder, an archive nor source code' },
    ]);
  });

  it('says where each one is from', async () => {
    make({ 'class/jane/server.py': python, 'class/b\nob.py': python });
    const { submissions } = await search(['./class/']);
    expect(submissions.map(({ origin }) => origin)).toEqual(['class/b␊ob.py', 'class/jane']);
  });

  it('refuses links, pipes and sockets by name, and follows none', async () => {
    make({ 'class/jane/server.py': python, 'outside/secret.py': 'x' });
    symlinkSync('../outside', 'class/link');
    symlinkSync('../outside/secret.py', 'class/file.py');
    symlinkSync('missing', 'class/broken.zip');
    execFileSync('mkfifo', ['class/pipe.zip']);
    const server = createServer().listen('class/socket');
    await new Promise(resolve => server.once('listening', resolve));
    expect((await found('class')).students).toEqual({
      broken: 'refused: it is a symbolic link',
      file: 'refused: it is a symbolic link',
      jane: 'folder class/jane',
      link: 'refused: it is a symbolic link',
      pipe: 'refused: it is a named pipe',
      socket: 'refused: it is a socket',
    });
    server.close();
  });

  it('is looked through down to the class', async () => {
    make({ 'class/submissions/2026/jane/server.py': python, 'class/submissions/2026/bob/server.py': python });
    expect(await students('class')).toEqual(['bob', 'jane']);
    make({ 'one/jane/src/server.py': python, 'two/jane/server.py': python, 'three/all/jane.zip': zip('x') });
    make({
      'four/jane/project/src/server.py': python,
      'five/jane/empty/': '',
      'six/jane/a.py': '',
      'six/jane/b.py': '',
    });
    expect((await found('one')).students).toEqual({ jane: 'folder one/jane' });
    expect((await found('two')).students).toEqual({ jane: 'folder two/jane' });
    expect((await found('three')).students).toEqual({ jane: 'archive three/all/jane.zip' });
    expect((await found('four')).students).toEqual({ jane: 'folder four/jane' });
    expect((await found('six')).students).toEqual({ jane: 'folder six/jane' });
    expect((await found('five')).students).toEqual({ jane: 'folder five/jane' });
  });

  it('may be one program', async () => {
    make({ 'a/wiremark.json': '{}', 'a/parts/x.py': python, 'b/Makefile': '', 'b/net.c': '', 'b/net.h': '' });
    make({
      'c/server.py': python,
      'c/lines.py': python,
      'd/src/Server.java': '',
      'd/lib/x.jar': '',
      'd/README.md': '',
    });
    make({ 'e/.git/HEAD': '', 'e/a.py': '', 'e/b.py': '' });
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      expect((await found(name)).students).toEqual({ [name]: `folder ${name}` });
  });

  it('is a class of single files if no main program is among them, or they are many', async () => {
    make({ 'a/jane.py': '', 'a/bob.py': '' });
    expect(await students('a')).toEqual(['bob', 'jane']);
    make(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`b/s${i}.py`, python])));
    make({ 'b/server.py': python });
    expect(await students('b')).toHaveLength(10);
    make({ 'c/Makefile': '', 'c/jane/server.c': '', 'c/bob.zip': zip('x') });
    expect(await students('c')).toEqual(['bob', 'jane']);
  });

  it('may have names of any bytes', async () => {
    make({
      'class/line\nbreak/server.py': python,
      'class/quote\'"$(x).py': python,
      [`class/${'n'.repeat(251)}.zip`]: zip('x'),
      'class/-rf/server.py': python,
      'class/con.py': python,
    });
    const raw = (name: string) => Buffer.concat([Buffer.from('class/'), Buffer.from(name, 'latin1')]);
    mkdirSync(raw('M\xfcller'));
    writeFileSync(raw('M\xfcller/server.py'), python);
    writeFileSync(raw('J\xe9r\xf4me.py'), python);
    writeFileSync(raw('\xff\xfe.zip'), zip('server.py'));
    const { students } = await found('class');
    expect(students).toEqual({
      Jérôme: 'files * file as Jérôme.py',
      Müller: 'folder * ',
      _con: 'files class/con.py as con.py',
      line_break: 'folder class/line\nbreak',
      [`${'n'.repeat(83)}-64091ef0`]: expect.anything(),
      quote_x_: 'files class/quote\'"$(x).py as quote\'"$(x).py',
      rf: 'folder class/-rf',
      ÿþ: 'archive * file',
    });
    const { submissions } = await search(['class']);
    for (const submission of submissions) {
      const { root } = await takeIn(submission, join(base, 'taken', submission.student));
      expect(root).toContain(submission.student);
    }
  });

  it('may hold what nobody may read: that is told when it is taken in', async () => {
    make({ 'class/jane/server.py': python, 'class/bob.pdf': 'x' });
    chmodSync('class/jane', 0);
    chmodSync('class/bob.pdf', 0);
    expect((await found('class')).students).toEqual({ jane: 'folder class/jane' });
    chmodSync('class/jane', 0o755);
  });

  it('is quick with thousands', async () => {
    make(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`class/s${i}.py`, python])));
    make(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`class/t${i}/server.py`, python])));
    const begin = performance.now();
    expect(await students('class')).toHaveLength(4000);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe("Moodle's download", () => {
  const tree = {
    'Jane Doe_101_assignsubmission_file_/server.zip': zip('server.py'),
    'Bob Roe_102_assignsubmission_file_/server.py': python,
    'Bob Roe_102_assignsubmission_file_/lines.py': python,
    'Bob Roe_102_assignsubmission_onlinetext_/onlinetext.html': 'x',
    'Al Moe_103_assignsubmission_onlinetext_/onlinetext.html': 'x',
    'Eve Poe_104_assignsubmission_file_/report.pdf': 'x',
  };
  const expected = {
    Bob_Roe_102: 'folder * Bob Roe_102_assignsubmission_file_',
    Eve_Poe_104: 'folder * Eve Poe_104_assignsubmission_file_',
    Jane_Doe_101: 'archive * Jane Doe_101_assignsubmission_file_/server.zip',
  };
  const ignored = ['Al Moe_103', 'Bob Roe_102'].map(who => ({
    name: `${who}_assignsubmission_onlinetext_`,
    why: 'it is text typed into Moodle, no file',
  }));
  const entries = Object.entries(tree).map(([name, content]): ZipEntry => ({ name, content }));
  it('is read as an archive, also in a folder of its own', async () => {
    make({ 'submissions.zip': zipOf(entries) });
    expect(await found('submissions.zip')).toEqual({ students: expected, layout: 'moodle', ignored });
    const [jane] = (await search(['submissions.zip'])).submissions.slice(-1);
    expect(jane?.origin).toBe('submissions.zip: Jane Doe_101_assignsubmission_file_/server.zip');
    make({
      'wrapped.zip': zipOf(
        entries.map(({ name, ...rest }) => ({ name: `CN-Uppercase-77/${name}`, ...rest })),
      ),
    });
    expect((await found('wrapped.zip')).layout).toBe('moodle');
    make({ 'class.zip': zipOf(entries.slice(0, 1)) });
    expect(await students('class.zip')).toEqual(['Jane_Doe_101']);
  });

  it('is read as a folder, and as what the shell makes of that', async () => {
    make(Object.fromEntries(Object.entries(tree).map(([name, content]) => [`class/${name}`, content])));
    const students = Object.fromEntries(
      Object.entries(expected).map(([id, what]) => [id, what.replace('* ', 'class/')]),
    );
    expect(await found('class')).toEqual({ students, layout: 'moodle', ignored });
    const shell = [...new Set(Object.keys(tree).map(name => `class/${dirname(name)}`))];
    expect(await found(...shell.sort())).toEqual({ students, layout: 'moodle', ignored });
  });

  it('is read where it is flat', async () => {
    make({
      'class/Jane Doe_101_assignsubmission_file_server.zip': zip('server.py'),
      'class/Bob Roe_102_assignsubmission_file_server.py': python,
      'class/Bob Roe_102_assignsubmission_file_lines.py': python,
      'class/Bob Roe_102_assignsubmission_onlinetext_onlinetext.html': 'x',
      'class/Grades.csv': 'x',
      'class/late.zip': zip('x'),
    });
    const { students, layout, ignored } = await found('class');
    expect(layout).toBe('moodle');
    expect(students).toEqual({
      Bob_Roe_102:
        'files class/Bob Roe_102_assignsubmission_file_lines.py as lines.py, class/Bob Roe_102_assignsubmission_file_server.py as server.py',
      Jane_Doe_101: 'archive class/Jane Doe_101_assignsubmission_file_server.zip',
      late: 'archive class/late.zip',
    });
    expect(ignored.map(({ name }) => name)).toEqual([
      'Bob Roe_102_assignsubmission_onlinetext_onlinetext.html',
      'Grades.csv',
    ]);
  });
});

describe("Canvas's download", () => {
  const tree = {
    'doejane_11_501_server.py': python,
    'doejane_11_502_lines-2.py': python,
    'roebob_LATE_12_503_server-1.zip': zip('server.py'),
    'moeal_13_504_Server-1.java': 'x',
    'poeeve_14_text.html': 'x',
    'zoeann_15_505_report.pdf': 'x',
  };

  it('puts the files of each student together, with their names', async () => {
    make({ 'submissions.zip': zipOf(Object.entries(tree).map(([name, content]) => ({ name, content }))) });
    expect(await found('submissions.zip')).toEqual({
      students: {
        doejane_11: 'files * doejane_11_501_server.py as server.py, * doejane_11_502_lines-2.py as lines.py',
        moeal_13: 'files * moeal_13_504_Server-1.java as Server.java',
        roebob_12: 'archive * roebob_LATE_12_503_server-1.zip',
        zoeann_15: 'files * zoeann_15_505_report.pdf as report.pdf',
      },
      layout: 'canvas',
      ignored: [{ name: 'poeeve_14_text.html', why: 'it is text typed into Canvas, no file' }],
    });
    const { submissions } = await search(['submissions.zip']);
    expect(submissions[0]?.origin).toBe('submissions.zip: doejane_11_501_server.py and 1 more');
    const [jane] = submissions;
    if (!jane) throw new Error('nobody');
    const { root } = await takeIn(jane, join(base, 'taken'));
    expect(readFileSync(join(root, 'lines.py'), 'utf8')).toBe(python);
  });

  it('leaves out links that were put among them', async () => {
    make(Object.fromEntries(Object.entries(tree).map(([name, content]) => [`class/${name}`, content])));
    symlinkSync('/etc/passwd', 'class/doejane_11_601_secret.py');
    symlinkSync('/etc/passwd', 'class/loejoe_16_602_secret.py');
    const { students } = await found('class');
    expect(students.doejane_11).toMatch(/^files class.doejane_11_501_server.py as server.py, [^,]*$/);
    expect(students['doejane_11~2']).toBe('refused: it is a symbolic link');
    expect(students.loejoe_16).toBe('refused: it is a symbolic link');
  });
});

describe('clones', () => {
  it('that share a prefix are called by the rest', async () => {
    make({
      'class/hw1-jane/.git/HEAD': 'x',
      'class/hw1-jane/server.py': python,
      'class/hw1-john-2/.git/HEAD': 'x',
      'class/hw1-john-2/server.py': python,
      'class/hw1-late/server.py': python,
    });
    const students = {
      'hw1-late': 'folder class/hw1-late',
      jane: 'folder class/hw1-jane',
      'john-2': 'folder class/hw1-john-2',
    };
    expect(await found('class')).toEqual({ students, layout: 'repositories', ignored: [] });
    expect(await found('class/hw1-jane', 'class/hw1-john-2', 'class/hw1-late')).toEqual({
      students,
      layout: 'repositories',
      ignored: [],
    });
    execFileSync('tar', ['-czf', 'class.tgz', 'class']);
    expect((await found('class.tgz')).layout).toBe('repositories');
  });

  it('that share none are called by their names', async () => {
    make({
      'class/jane/.git/HEAD': 'x',
      'class/jane/a.py': 'x',
      'class/john/.git/HEAD': 'x',
      'class/john/a.py': 'x',
    });
    const { students, layout } = await found('class');
    expect([Object.keys(students), layout]).toEqual([['jane', 'john'], 'plain']);
  });
});

describe('one archive', () => {
  it('is a class if it holds several entries, in zip, tar and tar.gz', async () => {
    const names = ['all/jane/server.py', 'all/bob.zip', 'all/eve.py', '__MACOSX/all/._eve.py', '../evil'];
    const asTar = tarOf(names.map(name => ({ name, content: 'x' })));
    make({ 'a.zip': zip(...names), 'b.tar': asTar, 'c.tgz': gzipSync(asTar), d: gzipSync(asTar) });
    for (const name of ['a.zip', 'b.tar', 'c.tgz', 'd']) {
      const { students, ignored } = await found(name);
      expect(students).toEqual({
        bob: 'archive * all/bob.zip',
        eve: 'files * all/eve.py as eve.py',
        jane: 'folder * all/jane',
      });
      expect(ignored).toEqual([
        { name: '../evil (its path leads through "..")', why: 'it is left out of the archive' },
      ]);
    }
  });

  it('is one submission if it holds one entry, or one program', async () => {
    make({
      'a.zip': zip('jane/server.py'),
      'b.zip': zip('x/server.py', 'x/lines.py'),
      'c.zip': zip('all/jane.zip'),
    });
    for (const name of ['a', 'b', 'c'])
      expect((await found(`${name}.zip`)).students).toEqual({ [name]: `archive ${name}.zip` });
    make({ 'd.zip': zip('x/bob.py', 'x/jane.py') });
    expect(await students('d.zip')).toEqual(['bob', 'jane']);
  });

  it('is not unpacked here if it is one submission, and is told by what may be unpacked of it', async () => {
    const zeros = Buffer.alloc(2 ** 22);
    make({ 'bomb.zip': zipOf([{ name: 'zeros', content: zeros, deflate: true }]) });
    make({ 'odd.zip': zip('/etc/passwd', '../other/x.py', 'C:\\x.py', 'x/server.py', 'x/lines.py') });
    const cut = tarOf([{ name: 'x/server.py', content: zeros }]).subarray(0, 10_000);
    make({ 'cut.tgz': gzipSync(cut) });
    for (const name of ['bomb.zip', 'odd.zip', 'cut.tgz']) {
      const { submissions } = await search([name]);
      expect(submissions.map(short)).toEqual([`archive ${name}`]);
      expect(readdirSync(join(base, '.scratch', String(searches)))).toEqual([]);
    }
  });

  it('that holds a link to another student does not lead there', async () => {
    make({
      'class.tar': tarOf([
        { name: 'jane/server.py', content: 'secret' },
        { name: 'eve', type: 'SymbolicLink', target: 'jane/server.py' },
        { name: 'mal/server.py', type: 'SymbolicLink', target: '../jane/server.py' },
      ]),
    });
    const { submissions } = await search(['class.tar']);
    expect(Object.fromEntries(submissions.map(one => [one.student, short(one)]))).toMatchObject({
      eve: 'refused: it is a symbolic link',
      mal: 'folder * mal',
    });
    const mal = submissions.find(({ student }) => student === 'mal');
    await expect(takeIn(mal as Submission, join(base, 'mal'))).rejects.toThrow(/nothing of it can be taken/);
  });

  it('can be left while it is unpacked', async () => {
    make({ 'a.zip': zip('a.py', 'b.py') });
    const reason = new Error('enough');
    await expect(search(['a.zip'], AbortSignal.abort(reason))).rejects.toThrow('enough');
    make({ 'class/a.py': '', 'class/b.py': '' });
    await expect(search(['class'], AbortSignal.abort(reason))).rejects.toThrow('enough');
  });
});

describe('several inputs', () => {
  it('are one submission each', async () => {
    make({
      'repos/jane/src/Server.java': 'x',
      'repos/bob/server/server.py': python,
      'repos/bob/client/client.py': python,
      'eve.py': python,
      'al.zip': zip('server.py', 'lines.py'),
      'notes.txt': 'x',
      'empty/': '',
    });
    symlinkSync('eve.py', 'link.py');
    const { students, ignored } = await found(
      'repos/jane',
      'repos/bob/',
      'eve.py',
      'al.zip',
      './al.zip',
      'notes.txt',
      'empty',
      'link.py',
    );
    expect(students).toEqual({
      al: 'archive al.zip',
      bob: 'folder repos/bob',
      eve: 'files eve.py as eve.py',
      jane: 'folder repos/jane',
      link: 'refused: it is a symbolic link',
    });
    expect(ignored).toEqual([
      { name: 'notes.txt', why: 'it is neither a folder, an archive nor source code' },
      { name: 'empty', why: 'it is empty' },
    ]);
  });

  it('are classes if all of a kind look like that', async () => {
    make({
      'a/jane/server.py': python,
      'a/bob.zip': zip('x'),
      'b/x/eve/server.py': python,
      'b/x/mal/server.py': python,
    });
    make({ 'late.zip': zip('server.py') });
    expect(await students('a', 'b', 'late.zip')).toEqual(['bob', 'eve', 'jane', 'late', 'mal']);
    make({
      'a.zip': zip('A_1_assignsubmission_file_/x.py'),
      'b.zip': zip('B_2_assignsubmission_file_/x.py'),
    });
    expect(await found('a.zip', 'b.zip')).toMatchObject({
      students: { A_1: expect.anything(), B_2: expect.anything() },
      layout: 'moodle',
    });
    make({ 'c.zip': zip('all/jane.zip', 'all/bob.zip'), 'd.zip': zip('eve/s.py', 'mal/s.py', 'zoe/s.py') });
    expect(await students('c.zip', 'd.zip')).toEqual(['bob', 'eve', 'jane', 'mal', 'zoe']);
  });

  it('are not made classes by one that looks so', async () => {
    make({
      'jane.zip': zip('server.py'),
      'eve.zip': zip(
        'Jane Doe_101_assignsubmission_file_/server.py',
        'Bob Roe_102_assignsubmission_file_/server.py',
      ),
      'damaged.zip': 'x',
    });
    expect(await students('eve.zip', 'jane.zip')).toEqual(['eve', 'jane']);
    expect(await students('eve.zip', 'damaged.zip')).toEqual(['damaged', 'eve']);
  });

  it('are not classes where all have filled in one template', async () => {
    for (const who of ['jane', 'bob', 'eve'])
      make({ [`${who}/task1/a.py`]: python, [`${who}/task2/b.py`]: python });
    expect(await students('jane', 'bob', 'eve')).toEqual(['bob', 'eve', 'jane']);
  });

  it('get ids that no file system takes for one another', async () => {
    make({ 'a/Jane.py': python, 'b/jane.py': python, 'c/jane.zip': zip('x'), 'd/JANE/x.py': python });
    expect(await students('a/Jane.py', 'b/jane.py', 'c/jane.zip', 'd/JANE')).toEqual([
      'JANE',
      'Jane~2',
      'jane~3',
      'jane~4',
    ]);
  });
});

describe('what is no class', () => {
  it('is told with what was there, and what to type', async () => {
    make({
      'empty/': '',
      'junk/.DS_Store': '',
      'docs/README.md': '',
      'docs/a.pdf': '',
      'docs/b.pdf': '',
      'docs/c.pdf': '',
    });
    make({
      'notes.txt': 'x',
      'broken.zip': 'PK\x03\x04',
      'nothing.zip': zip(),
      'secret.zip': zipOf([{ name: 'x', flags: 1, deflate: true }]),
    });
    const type = /wiremark grade <assignment> submissions\/ --out report$/;
    expect(await refusal('submisions')).toMatch(/^There is no submisions\. /);
    expect(await refusal('submisions')).toMatch(type);
    expect(await refusal('empty')).toMatch(/^There is nothing in empty\. /);
    expect(await refusal('junk')).toMatch(type);
    expect(await refusal('nothing.zip')).toMatch(/^There is nothing in nothing.zip\. /);
    expect(await refusal('docs')).toMatch(
      /^Nothing in docs looks like a submission: there is README.md, a.pdf, b.pdf and 1 more\. Name/,
    );
    expect(await refusal('notes.txt')).toMatch(/^notes.txt is no submission: it is neither/);
    expect(await refusal('notes.txt', 'empty')).toMatch(
      /^Nothing in what you named looks like a submission: there is notes.txt, empty\. /,
    );
    expect(await refusal('broken.zip')).toMatch(/^Can not read broken.zip: it is damaged, or not whole/);
    expect(await refusal('secret.zip')).toBe(
      'Can not read secret.zip: it is encrypted: hand in an archive without a password.',
    );
    expect(await refusal('')).toMatch(/^There is no file with an empty name/);
    expect(await refusal('notes.txt/x')).toMatch(/^(There is no|Can not read) notes.txt.x/);
    execFileSync('mkfifo', ['pipe']);
    expect(await refusal('pipe')).toMatch(/^pipe is no submission/);
    symlinkSync('missing', 'broken-link');
    expect(await refusal('broken-link')).toBe('Can not read broken-link: it is gone.');
  });
});

it('one link is followed if the tutor typed it', async () => {
  make({ 'real/jane/server.py': python, 'real/bob/server.py': python });
  symlinkSync('real', 'submissions');
  expect((await found('submissions')).students).toEqual({ bob: 'folder real/bob', jane: 'folder real/jane' });
});
