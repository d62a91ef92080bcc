import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Submission } from './find.ts';
import { tarOf, type ZipEntry, zipOf } from './handmade.ts';
import { submissionLimits, type UnpackLimits, Unreadable } from './limits.ts';
import { contentHash, takeIn } from './take.ts';

const MiB = 2 ** 20;
let base = '';
let into = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
  into = join(base, 'into');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const submission = (content: Submission['content'], refused?: string): Submission => ({
  student: 'jane',
  origin: 'jane',
  content,
  ...(refused === undefined ? {} : { refused }),
});

/** @param tree path -> text; a path that ends in "/" is a folder */
function folder(tree: Record<string, string>, name = 'jane'): Submission {
  const path = join(base, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(tree)) {
    mkdirSync(file.endsWith('/') ? join(path, file) : dirname(join(path, file)), { recursive: true });
    if (!file.endsWith('/')) writeFileSync(join(path, file), text);
  }
  return submission({ kind: 'folder', path });
}

function archive(bytes: Buffer, name = 'jane.zip'): Submission {
  const path = join(base, name);
  writeFileSync(path, bytes);
  return submission({ kind: 'archive', path });
}

const zipped = (...entries: ZipEntry[]) => archive(zipOf(entries));
const at = (path: string) => join(base, 'jane', path);
const limits = (some: Partial<UnpackLimits>) => ({ ...submissionLimits, ...some });

/** What it becomes: the root as seen from `into`, what stands in it, the notes. */
async function taken(from: Submission, within = submissionLimits) {
  const { root, notes } = await takeIn(from, into, within);
  const files = (readdirSync(root, { recursive: true }) as string[]).sort();
  return { root: relative(into, root), files, notes };
}

async function why(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    thrown => thrown,
  );
  expect(error).toBeInstanceOf(Unreadable);
  return (error as Error).message;
}

describe('a folder', () => {
  it('is copied with its executable bits, without what systems and git leave in it', async () => {
    const jane = folder({
      'server.py': 'print(1)',
      'run.sh': '#!/bin/sh',
      'lib/empty/': '',
      '.git/config': 'secret',
      'lib/.git': 'gitdir: ../..',
      '.DS_Store': '',
      '__MACOSX/._server.py': '',
      'lib/Thumbs.db': '',
      '.vscode/settings.json': '{}',
    });
    chmodSync(at('run.sh'), 0o4711);
    chmodSync(at('server.py'), 0o600);
    expect(await taken(jane)).toEqual({
      root: '',
      files: ['.vscode', '.vscode/settings.json', 'lib', 'lib/empty', 'run.sh', 'server.py'],
      notes: [],
    });
    expect(lstatSync(join(into, 'run.sh')).mode & 0o7777).toBe(0o755);
    expect(lstatSync(join(into, 'server.py')).mode & 0o7777).toBe(0o644);
    expect(lstatSync(join(into, 'lib')).mode & 0o7777).toBe(0o755);
  });

  it('keeps links within it, and no others', async () => {
    writeFileSync(join(base, 'secret'), 'of somebody else');
    const jane = folder({ 'lib/server.py': 'x', 'bin/': '' });
    symlinkSync('../lib/server.py', at('bin/server'));
    symlinkSync('/etc/shadow', at('shadow'));
    symlinkSync('../secret', at('secret'));
    symlinkSync(at('lib/server.py'), at('absolute'));
    symlinkSync('..', at('lib/up'));
    symlinkSync('../bin', at('lib/bin'));
    symlinkSync('../..', at('lib/above'));
    symlinkSync('/', at('lib/everything'));
    const { files, notes } = await taken(jane);
    expect(files).toEqual(['bin', 'bin/server', 'lib', 'lib/server.py']);
    expect(readlinkSync(join(into, 'bin/server'))).toBe('../lib/server.py');
    const reason = 'it is a symbolic link that leads out of the submission';
    const out = ['absolute', 'lib/above', 'lib/everything', 'secret', 'shadow'];
    expect(notes).toEqual([
      ...out.map(name => `left out: ${name} (${reason})`),
      'left out: lib/bin (it is a symbolic link to a folder)',
      'left out: lib/up (it is a symbolic link to a folder)',
    ]);
  });

  it('keeps no link that leads out of it once it is moved', async () => {
    const jane = folder({ 'a/b/c/server.py': 'x' });
    symlinkSync('../../..', at('a/b/c/out'));
    symlinkSync('../c/server.py', at('a/b/c/above'));
    symlinkSync('./server.py', at('a/b/c/in'));
    const { root, files } = await taken(jane);
    expect(root).toBe('a/b/c');
    expect(files).toEqual(['in', 'server.py']);
    const again = tarOf([
      { name: 'a/b/server.py', content: 'x' },
      { name: 'a/b/out', type: 'SymbolicLink', target: '../b/server.py' },
    ]);
    into = join(base, 'second');
    expect(await taken(archive(again))).toMatchObject({ root: 'a/b', files: ['server.py'] });
  });

  it('may hold pipes, sockets and devices, which are not opened', async () => {
    const jane = folder({ 'server.py': 'x' });
    execFileSync('mkfifo', [at('pipe')]);
    const server = createServer().listen(at('socket'));
    await new Promise(resolve => server.once('listening', resolve));
    const notes = ['left out: pipe (it is a named pipe)', 'left out: socket (it is a socket)'];
    try {
      execFileSync('mknod', [at('device'), 'c', '1', '5'], { stdio: 'ignore' });
      notes.unshift('left out: device (it is a device)');
    } catch {
      // Only root may make one.
    }
    expect(await taken(jane)).toEqual({ root: '', files: ['server.py'], notes });
    expect(await contentHash(jane)).toMatch(/^[0-9a-f]{64}$/);
    server.close();
  });

  it('may have names of any bytes, which become text', async () => {
    const jane = folder({ 'server.py': 'x', 'a\nb "c"': 'y' });
    const latin = Buffer.concat([Buffer.from(at('M')), Buffer.from('\xfcller', 'latin1')]);
    mkdirSync(latin);
    writeFileSync(Buffer.concat([latin, Buffer.from('/\xe4.py', 'latin1')]), 'z');
    const { files, notes } = await taken(jane);
    expect(files).toEqual(['Müller', 'Müller/ä.py', 'a\nb "c"', 'server.py']);
    expect(notes).toEqual([
      'renamed: Müller, whose name is no UTF-8',
      'renamed: Müller/ä.py, whose name is no UTF-8',
    ]);
  });

  it('is looked through where a folder is the only entry', async () => {
    expect(
      await taken(folder({ 'udp/project/server.py': 'x', '.DS_Store': '', '.git/x': '' })),
    ).toMatchObject({
      root: 'udp/project',
      files: ['server.py'],
    });
    into = join(base, 'second');
    const two = folder({ 'udp/server.py': 'x', 'README.md': 'x' }, 'bob');
    expect((await taken(two)).root).toBe('');
  });

  it('is left out where it is too deep', async () => {
    const { notes } = await taken(
      folder({ 'a/b/c/d': 'x', 'a/b/x': 'y', 'server.py': 'z' }),
      limits({ depth: 2 }),
    );
    expect(notes).toEqual(['left out: a/b/c (it lies more than 2 folders deep)']);
    expect(existsSync(join(into, 'a/b/x'))).toBe(true);
  });

  it('is refused beyond the limits', async () => {
    const jane = folder({ 'a.py': 'x', 'b.py': 'y', 'large.bin': '' });
    truncateSync(at('large.bin'), 2 ** 40);
    expect(await why(takeIn(jane, into, limits({ fileBytes: MiB })))).toBe(
      'its file large.bin holds more than 1 MiB, the most that is taken of one file',
    );
    expect(await why(contentHash(jane, limits({ fileBytes: MiB })))).toMatch(
      /^its file large.bin holds more/,
    );
    rmSync(at('large.bin'));
    const few = limits({ entries: 1 });
    expect(await why(takeIn(jane, into, few))).toBe('it holds more than 1 files and folders');
    expect(await why(contentHash(jane, few))).toBe('it holds more than 1 files and folders');
  });

  it('is refused if nothing is in it', async () => {
    expect(await why(takeIn(folder({ 'a/b/': '', '.git/x': '' }), into))).toBe('there is no file in it');
    const links = folder({}, 'bob');
    symlinkSync('/etc/shadow', join(base, 'bob', 'server.py'));
    expect(await why(takeIn(links, join(base, 'second')))).toBe(
      'nothing of it can be taken: server.py (it is a symbolic link that leads out of the submission)',
    );
    expect(await why(takeIn(submission({ kind: 'folder', path: at('gone') }), into))).toBe(
      'it can not be read: it is gone',
    );
  });

  // Root may read everything, so somebody else must try.
  it.runIf(process.getuid?.() === 0)('is refused if a part of it may not be read', async () => {
    const jane = folder({ 'lib/x.py': 'x', 'server.py': 'y' });
    chmodSync(base, 0o777);
    chmodSync(at('server.py'), 0o600);
    const asNobody = async (reading: () => Promise<unknown>) => {
      process.seteuid?.(65534);
      try {
        return await why(reading());
      } finally {
        process.seteuid?.(0);
      }
    };
    const file = 'its file server.py can not be read: permission denied';
    expect(await asNobody(() => takeIn(jane, into))).toBe(file);
    expect(await asNobody(() => contentHash(jane))).toBe(file);
    chmodSync(at('lib'), 0o700);
    expect(await asNobody(() => takeIn(jane, join(base, 'second')))).toBe(
      'its folder lib can not be read: permission denied',
    );
  });
});

describe('an archive', () => {
  it('is unpacked, and looked through', async () => {
    const jane = zipped({ name: 'udp/.git/config', content: 'x' }, { name: 'udp/server.py', content: 'y' });
    expect(await taken(jane)).toEqual({ root: 'udp', files: ['server.py'], notes: [] });
  });

  it('tells what was left out', async () => {
    const jane = zipped({ name: '../evil' }, { name: 'shadow', mode: 0o120777 }, { name: 'server.py' });
    expect((await taken(jane)).notes).toEqual([
      'left out: ../evil (its path leads through "..")',
      'left out: shadow (it is a symbolic link)',
    ]);
    into = join(base, 'second');
    expect(await why(takeIn(zipped({ name: '../evil' }), into))).toBe(
      'nothing of it can be taken: ../evil (its path leads through "..")',
    );
    expect(await why(takeIn(zipped(), join(base, 'third')))).toBe('there is no file in it');
  });

  it('is unpacked in a folder or in another archive, if no program stands beside it', async () => {
    const inner = zipOf([{ name: 'udp/server.py', content: 'x' }]);
    const rooted = { root: 'server/udp', files: ['server.py'] };
    const jane = folder({ 'report.pdf': 'x' });
    writeFileSync(at('server.zip'), inner);
    expect(await taken(jane)).toEqual({ ...rooted, notes: ['unpacked: server.zip, which was in it'] });
    into = join(base, 'second');
    expect(await taken(zipped({ name: 'server.zip', content: inner }))).toMatchObject(rooted);
    into = join(base, 'third');
    const files = [
      { path: at('server.zip'), name: 'server.zip' },
      { path: at('report.pdf'), name: 'report.pdf' },
    ];
    expect(await taken(submission({ kind: 'files', files }))).toMatchObject(rooted);
    for (const name of ['server.py', 'Makefile', 'src/', 'server']) {
      into = join(base, `beside ${name.replace('/', '')}`);
      const beside = zipped(
        { name, content: name === 'server' ? '#!/bin/sh' : '' },
        { name: 'old.zip', content: inner },
      );
      expect(await taken(beside)).toMatchObject({ root: '', notes: [] });
    }
  });

  it('is not unpacked in a third, nor if it is of another kind', async () => {
    let bytes = zipOf([{ name: 'server.py', content: 'x' }]);
    for (const name of ['1.zip', '2.zip']) bytes = zipOf([{ name, content: bytes }]);
    expect(await why(takeIn(archive(bytes), into))).toMatch(/^it is an archive in an archive in another/);
    const rar = zipped({ name: 'server.rar', content: 'Rar!\x1a\x07\x01\0' });
    expect(await why(takeIn(rar, join(base, 'second')))).toBe(
      'server.rar in it can not be taken: it is a RAR archive, which is not read here: hand in a zip or tar.gz',
    );
  });

  it('keeps links of the inner one within that', async () => {
    const inner = gzipSync(
      tarOf([
        { name: 'server.py', content: 'x' },
        { name: 'out', type: 'SymbolicLink', target: '../inner.tgz' },
        { name: 'in', type: 'SymbolicLink', target: 'server.py' },
      ]),
    );
    const { root, files } = await taken(zipped({ name: 'inner.tgz', content: inner }));
    expect({ root, files }).toEqual({ root: 'inner', files: ['in', 'server.py'] });
  });

  it('has one budget with those in it', async () => {
    const zeros = { name: 'zeros', content: Buffer.alloc(8 * MiB), deflate: true };
    const once = zipOf([zeros]);
    const twice = zipped({ name: 'inner.zip', content: once, deflate: true });
    expect(await why(takeIn(twice, into))).toMatch(
      /^inner.zip in it can not be taken: it unpacks to more than 200/,
    );
    const most = limits({ entries: 3, ratio: 10_000 });
    const few = zipOf([{ name: 'a' }, { name: 'b' }]);
    const outer = zipped({ name: 'inner.zip', content: few }, { name: 'x.pdf' });
    expect(await why(takeIn(outer, join(base, 'second'), most))).toMatch(
      /^inner.zip in it .* 2 entries; at most 3/,
    );
    // A large file beside a small archive is no bomb.
    const honest = folder({ 'slides.pdf': 'p'.repeat(3 * MiB) });
    writeFileSync(at('server.zip'), zipOf([{ name: 'server.py', content: 'x' }]));
    into = join(base, 'third');
    expect(await taken(honest)).toMatchObject({ files: ['server.py'] });
  });

  it('is refused if it is a link, or gone', async () => {
    zipped({ name: 'server.py' });
    symlinkSync('jane.zip', join(base, 'link.zip'));
    const link = submission({ kind: 'archive', path: join(base, 'link.zip') });
    expect(await why(takeIn(link, into))).toBe('it can not be read: it is a symbolic link');
    const gone = submission({ kind: 'archive', path: join(base, 'gone.zip') });
    expect(await why(takeIn(gone, into))).toBe('it can not be read: it is gone');
  });
});

describe('files', () => {
  it('get their names', async () => {
    folder({ 'jane_1_2_server.py': 'x', 'jane_1_3_Util.java': 'y' });
    const files = [
      { path: at('jane_1_2_server.py'), name: 'server.py' },
      { path: at('jane_1_3_Util.java'), name: 'Util.java' },
    ];
    expect((await taken(submission({ kind: 'files', files }))).files).toEqual(['Util.java', 'server.py']);
  });

  it('that became links or pipes since, or have bad names, do no harm', async () => {
    folder({ 'a.py': 'x' });
    symlinkSync('/etc/shadow', at('link'));
    execFileSync('mkfifo', [at('pipe')]);
    const one = (path: string, name: string) =>
      submission({ kind: 'files', files: [{ path: at(path), name }] });
    expect(await why(takeIn(one('link', 'x.py'), into))).toBe(
      'its file x.py can not be read: it is a symbolic link',
    );
    expect(await why(takeIn(one('pipe', 'x.py'), into))).toBe(
      'its file x.py can not be read: it is a named pipe',
    );
    expect(await why(takeIn(one('a.py', '../x.py'), into))).toMatch(/^nothing of it can be taken: ..\/x.py/);
  });
});

it('what is refused is not looked at', async () => {
  const refused = submission({ kind: 'folder', path: '/' }, 'it is a symbolic link');
  expect(await why(takeIn(refused, into))).toBe('it is a symbolic link');
  expect(await contentHash(refused)).toMatch(/^[0-9a-f]{64}$/);
});

describe('the hash', () => {
  const tree = { 'b/server.py': 'x', 'a.txt': 'y', 'c/': '' };
  const hashOf = (files: Record<string, string>, name: string) => contentHash(folder(files, name));

  it('of an archive is that of its bytes', async () => {
    const bytes = zipOf([{ name: 'x' }]);
    expect(await contentHash(archive(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
    const most = limits({ bytes: 20 });
    expect(await why(contentHash(archive(bytes), most))).toBe(
      'it is an archive of more than 20 bytes, the most that is taken',
    );
  });

  it('is the same whatever the order, the time, or what is passed over', async () => {
    const hash = await hashOf(tree, 'one');
    const others = {
      '.git/HEAD': 'x',
      '.DS_Store': 'x',
      ...Object.fromEntries(Object.entries(tree).reverse()),
    };
    expect(await hashOf(others, 'two')).toBe(hash);
    utimesSync(join(base, 'two', 'a.txt'), 0, 0);
    chmodSync(join(base, 'two', 'a.txt'), 0o600);
    expect(await contentHash(submission({ kind: 'folder', path: join(base, 'two') }))).toBe(hash);
  });

  it('is another for any name, kind, bit, byte or link', async () => {
    const jane = folder(tree);
    const seen = new Set<string>();
    const note = async () => seen.add(await contentHash(jane));
    await note();
    const changes = [
      () => renameSync(at('a.txt'), at('a2.txt')),
      () => chmodSync(at('a2.txt'), 0o755),
      () => writeFileSync(at('a2.txt'), 'z'),
      () => rmSync(at('c'), { recursive: true }),
      () => writeFileSync(at('c'), ''),
      () => symlinkSync('b', at('link')),
      () => {
        rmSync(at('link'));
        symlinkSync('c', at('link'));
      },
      () => execFileSync('mkfifo', [at('pipe')]),
      () => mkdirSync(at('b/d')),
      () => linkSync(at('c'), at('d')),
    ];
    for (const change of changes) {
      change();
      await note();
    }
    expect(seen.size).toBe(changes.length + 1);
  });

  it('does not take parts of one submission for parts of another', async () => {
    const hashes = await Promise.all([
      hashOf({ ab: 'c' }, '1'),
      hashOf({ a: 'bc' }, '2'),
      hashOf({ a: 'b', c: '' }, '3'),
      hashOf({ 'a/b': 'c' }, '4'),
      hashOf({ 'a/': '', b: 'c' }, '5'),
    ]);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('of files is by their names, and the one of a folder with them', async () => {
    folder({ '1': 'x', '2': 'y' });
    const files = [
      { path: at('1'), name: 'server.py' },
      { path: at('2'), name: 'lib.py' },
    ];
    const hash = await contentHash(submission({ kind: 'files', files }));
    expect(await contentHash(submission({ kind: 'files', files: files.toReversed() }))).toBe(hash);
    expect(await hashOf({ 'server.py': 'x', 'lib.py': 'y' }, 'bob')).toBe(hash);
  });

  it('follows nothing', async () => {
    const jane = folder({ 'server.py': 'x' });
    symlinkSync('/', at('root'));
    symlinkSync('.', at('self'));
    expect(await contentHash(jane)).toBe(await contentHash(jane));
    expect(await why(contentHash(submission({ kind: 'archive', path: at('self') })))).toMatch(
      /symbolic link/,
    );
    expect(readFileSync(at('server.py'), 'utf8')).toBe('x');
  });
});
