import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc, test as property } from '@fast-check/vitest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classLimits, submissionLimits, type UnpackLimits, Unreadable, unpack } from './archive.ts';
import { type TarEntry, tarOf, type ZipEntry, zipOf } from './handmade.ts';

const MiB = 2 ** 20;
let base = '';
let into = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
  into = join(base, 'a', 'into');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function stored(bytes: Buffer, name = 'archive'): string {
  const file = join(base, name);
  writeFileSync(file, bytes);
  return file;
}

function open(bytes: Buffer, limits: Partial<UnpackLimits> = {}) {
  rmSync(into, { recursive: true, force: true });
  return unpack(stored(bytes), into, { ...submissionLimits, ...limits });
}
const zip = (...entries: ZipEntry[]) => open(zipOf(entries));
const tar = (...entries: TarEntry[]) => open(tarOf(entries));
const text = (path: string) => readFileSync(join(into, path), 'utf8');
const listed = (folder = into) => (readdirSync(folder, { recursive: true }) as string[]).sort();
const modeOf = (path: string) => (lstatSync(join(into, path)).mode & 0o7777).toString(8);
/** What came to stand beside the folder: nothing ever does. */
const outside = () => [...readdirSync(base), ...readdirSync(join(base, 'a'))].sort();

async function why(unpacking: Promise<unknown>): Promise<string> {
  const error = await unpacking.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Unreadable);
  expect(outside()).toEqual(['a', 'archive', 'into']);
  return (error as Error).message;
}

const program: ZipEntry[] = [
  { name: 'udp/', mode: 0o40755 },
  { name: 'udp/server.py', content: 'print(1)\n'.repeat(100), deflate: true },
  { name: 'udp/run', content: '#!/bin/sh\n', mode: 0o100755 },
  { name: 'empty.txt' },
];

describe('an ordinary archive', () => {
  it('is unpacked from zip, zip64, tar and tar.gz, whatever it is called', async () => {
    const asTar: TarEntry[] = program.map(({ name, content, mode }) => ({
      name: name as string,
      content: content ?? '',
      type: name === 'udp/' ? 'Directory' : 'File',
      mode: (mode ?? 0o644) & 0o7777,
    }));
    const forms = [zipOf(program), zipOf(program, { zip64: true }), tarOf(asTar), gzipSync(tarOf(asTar))];
    for (const [i, form] of forms.entries()) {
      into = join(base, String(i));
      expect(await unpack(stored(form, `${i}.rar`), into, submissionLimits)).toEqual({ skipped: [] });
      expect(listed()).toEqual(['empty.txt', 'udp', 'udp/run', 'udp/server.py']);
      expect(text('udp/server.py')).toBe('print(1)\n'.repeat(100));
      expect([modeOf('udp'), modeOf('udp/run'), modeOf('udp/server.py')]).toEqual(['755', '755', '644']);
    }
  });

  it('keeps only the executable bit, whatever the mask is', async () => {
    const mask = process.umask(0o077);
    try {
      await tar(
        { name: 'setuid', mode: 0o6777 },
        { name: 'secret', mode: 0o000 },
        { name: 'folder', type: 'Directory', mode: 0o1777 },
      );
    } finally {
      process.umask(mask);
    }
    expect([modeOf('setuid'), modeOf('secret'), modeOf('folder')]).toEqual(['755', '644', '755']);
    expect(lstatSync(join(into, 'setuid')).uid).toBe(process.getuid?.());
  });

  it('may have been made under Windows, macOS or by an old program', async () => {
    await zip(
      { name: 'udp\\server.py', content: 'x' },
      { name: Buffer.from('über.py'), content: 'UTF-8 that does not say so' },
      { name: Buffer.from([0x81, 0x2e, 0x70, 0x79]), content: 'DOS' },
      { name: '__MACOSX/udp/._server.py', content: 'junk' },
      { name: 'udp/.DS_Store', content: 'junk' },
      { name: './udp//Thumbs.db', content: 'junk' },
    );
    expect(listed()).toEqual(['udp', 'udp/server.py', 'ü.py', 'über.py']);
  });

  it('made by other programs is read', async () => {
    mkdirSync(join(base, 'made'));
    writeFileSync(join(base, 'made', 'server.py'), 'x'.repeat(100_000));
    execFileSync('tar', ['-czf', stored(Buffer.alloc(0), 'gnu.tgz'), '-C', base, 'made']);
    await unpack(join(base, 'gnu.tgz'), into, submissionLimits);
    expect(listed()).toEqual(['made', 'made/server.py']);
    expect(text('made/server.py')).toHaveLength(100_000);
  });

  it('may hold files larger than what is read in one go', async () => {
    const large = Buffer.alloc(3 * MiB, 'a line of a log that was handed in by mistake\n');
    const entries = [
      { name: 'stored', content: large },
      { name: 'deflated', content: large, deflate: true },
    ];
    await open(zipOf(entries), { ratio: 1000 });
    for (const { name } of entries) expect(readFileSync(join(into, name)).equals(large)).toBe(true);
  });

  it('has long names, and any characters in them', async () => {
    const name = `${'n'.repeat(99)}/${'ü'.repeat(120)}`;
    execFileSync('sh', [
      '-c',
      'mkdir -p "$1/x/$(dirname "$2")" && : > "$1/x/$2" && tar -C "$1/x" -cf "$1/archive" .',
      'sh',
      base,
      name,
    ]);
    await unpack(join(base, 'archive'), into, submissionLimits);
    expect(existsSync(join(into, name))).toBe(true);
    into = join(base, 'second');
    await zip({ name: 'line\nbreak "quoted" $HOME', content: 'x' });
    expect(listed()).toEqual(['line\nbreak "quoted" $HOME']);
  });
});

describe('a name', () => {
  const bad = [
    ['/etc/cron.d/evil', 'its path is absolute'],
    ['\\\\host\\share\\evil', 'its path is absolute'],
    ['C:\\evil', 'its path is absolute'],
    ['c:evil', 'its path is absolute'],
    ['../evil', 'its path leads through ".."'],
    ['a/../../evil', 'its path leads through ".."'],
    ['..\\evil', 'its path leads through ".."'],
    ['a/..', 'its path leads through ".."'],
    [`${'d/'.repeat(33)}evil`, 'it lies more than 32 folders deep'],
  ] as const;

  it.each(bad)('%j is left out of a zip and of a tar, and nothing else is', async (name, reason) => {
    const zipped = await zip({ name, content: 'evil' }, { name: 'good', content: 'x' });
    expect(zipped.skipped).toEqual([`${name} (${reason})`]);
    expect(listed()).toEqual(['good']);
    into = join(base, 'a', 'second');
    const tarred = await tar({ name, content: 'evil' }, { name: 'good', content: 'x' });
    expect(tarred.skipped).toEqual([`${name} (${reason})`]);
    expect(listed()).toEqual(['good']);
    expect(outside()).toEqual(['a', 'archive', 'into', 'second']);
  });

  it('with a NUL, a control character, or too many bytes is left out, and shown so that it does no harm', async () => {
    const { skipped } = await zip(
      { name: 'a\0b', content: 'x' },
      { name: `../\u001b[2J\u202e${'long'.repeat(60)}`, content: 'x' },
      { name: 'n'.repeat(256), content: 'x' },
      { name: `${'n'.repeat(250)}/`.repeat(5), content: 'x' },
      { name: 'good', content: 'x' },
    );
    expect(listed()).toEqual(['good']);
    expect(skipped).toHaveLength(4);
    expect(skipped[0]).toBe('a␀b (its name holds a NUL byte)');
    expect(skipped[1]).toMatch(/^\.\.\/␛\[2J\\u\{202e\}long.*…[long]* \(its path leads/);
    expect(skipped[2]).toMatch(/too long/);
  });

  it('that comes twice, or stands where a folder should, does not replace what is there', async () => {
    const { skipped } = await zip(
      { name: 'server.py', content: 'first' },
      { name: 'server.py', content: 'second' },
      { name: 'server.py/inside', content: 'x' },
      { name: 'folder/x', content: 'x' },
      { name: 'folder', content: 'x' },
      { name: './/server.py', content: 'third' },
    );
    expect(text('server.py')).toBe('first');
    expect(listed()).toEqual(['folder', 'folder/x', 'server.py']);
    expect(skipped).toEqual([
      'server.py (its name is taken by another entry)',
      'server.py/inside (its name is taken by another entry)',
      'folder (its name is taken by another entry)',
      './/server.py (its name is taken by another entry)',
    ]);
  });

  it('is listed 20 times at most', async () => {
    const { skipped } = await zip(...Array.from({ length: 50 }, (_, i) => ({ name: `../${i}` })));
    expect(skipped).toHaveLength(21);
    expect(skipped.at(-1)).toBe('and 30 more');
  });
});

describe('links and other kinds', () => {
  it('inside of the folder are kept in a tar', async () => {
    const { skipped } = await tar(
      { name: 'bin/run', type: 'SymbolicLink', target: '../lib/run.py' },
      { name: 'lib/run.py', content: 'x' },
      { name: 'again', type: 'SymbolicLink', target: './bin//run' },
    );
    expect(skipped).toEqual([]);
    expect(readlinkSync(join(into, 'bin/run'))).toBe('../lib/run.py');
    expect([text('bin/run'), text('again')]).toEqual(['x', 'x']);
  });

  it.each([
    ['shadow', '/etc/shadow', 'it is a symbolic link that leads out of the submission'],
    ['up', '..', 'it is a symbolic link that leads out of the submission'],
    ['a/b', '../../x', 'it is a symbolic link that leads out of the submission'],
    ['back', 'lib/../../x', 'it is a symbolic link that leads out of the submission'],
    ['down', 'lib/../lib', 'it is a symbolic link that leads out of the submission'],
    ['drive', 'C:\\x', 'it is a symbolic link that leads out of the submission'],
    ['nowhere', 'missing', 'it is a symbolic link that leads nowhere'],
    ['folder', 'lib', 'it is a symbolic link to a folder'],
    ['self', '.', 'it is a symbolic link to a folder'],
    ['circle', 'circle', 'it is a symbolic link that leads nowhere'],
    ['../evil', 'lib', 'its path leads through ".."'],
  ])('%s -> %s is left out', async (name, target, reason) => {
    const { skipped } = await tar(
      { name, type: 'SymbolicLink', target },
      { name: 'lib/server.py', content: 'x' },
    );
    expect(skipped).toEqual([`${name} (${reason})`]);
    expect(listed().filter(path => lstatSync(join(into, path)).isSymbolicLink())).toEqual([]);
  });

  it('do not lead a later entry anywhere, nor another link', async () => {
    const target = join(base, 'target');
    mkdirSync(target);
    const { skipped } = await tar(
      { name: 'out', type: 'SymbolicLink', target: '../../target' },
      { name: 'out/evil', content: 'x' },
      { name: 'in', type: 'SymbolicLink', target: 'lib' },
      { name: 'lib/server.py', content: 'x' },
      { name: 'in/server.py', content: 'written through the link' },
      // Each is inside by its text; together they would lead out.
      { name: 'd/e/top', type: 'SymbolicLink', target: '../..' },
      { name: 'far', type: 'SymbolicLink', target: 'd/e/top/../target' },
      { name: 'd/e/top/evil', type: 'SymbolicLink', target: '../../..' },
    );
    expect(readdirSync(target)).toEqual([]);
    expect(text('lib/server.py')).toBe('x');
    expect(lstatSync(join(into, 'out')).isDirectory()).toBe(true);
    expect(lstatSync(join(into, 'in')).isDirectory()).toBe(true);
    expect(skipped.map(what => what.split(' ')[0])).toEqual(['out', 'in', 'far', 'd/e/top/evil', 'd/e/top']);
    expect(outside()).toEqual(['a', 'archive', 'into', 'target']);
  });

  it('of other kinds are left out', async () => {
    const { skipped } = await tar(
      { name: 'server.py', content: 'x' },
      { name: 'hard', type: 'Link', target: 'server.py' },
      { name: 'hard-out', type: 'Link', target: '/etc/shadow' },
      { name: 'pipe', type: 'FIFO' },
      { name: 'null', type: 'CharacterDevice' },
      { name: 'disk', type: 'BlockDevice' },
    );
    expect(listed()).toEqual(['server.py']);
    expect(skipped).toEqual([
      'hard (it is a hard link)',
      'hard-out (it is a hard link)',
      'pipe (it is neither a file nor a folder)',
      'null (it is neither a file nor a folder)',
      'disk (it is neither a file nor a folder)',
    ]);
    into = join(base, 'a', 'second');
    const zipped = await zip(
      { name: 'link', content: '/etc/shadow', mode: 0o120777 },
      { name: 'pipe', mode: 0o10644 },
      { name: 'good' },
    );
    expect(zipped.skipped).toEqual([
      'link (it is a symbolic link)',
      'pipe (it is neither a file nor a folder)',
    ]);
    expect(listed()).toEqual(['good']);
  });
});

describe('an archive that can not be read', () => {
  it('is of another kind', async () => {
    expect(await why(open(Buffer.alloc(0)))).toBe('it is an empty file');
    expect(await why(open(Buffer.from('<html>Please log in</html>')))).toBe(
      'it is no archive, whatever its name says: hand in a zip or tar.gz',
    );
    const others = { RAR: 'Rar!\x1a\x07\x01\0', '7z': "7z\xbc\xaf'\x1c", xz: '\xfd7zXZ\0', bzip2: 'BZh91AY' };
    for (const [kind, head] of Object.entries(others))
      expect(await why(open(Buffer.from(head, 'latin1')))).toBe(
        `it is a ${kind} archive, which is not read here: hand in a zip or tar.gz`,
      );
    expect(await why(open(gzipSync(Buffer.alloc(5000, 'x'))))).toMatch(/compressed, but no archive/);
    expect(await why(open(gzipSync(Buffer.alloc(0))))).toBe('it is an empty archive');
    expect(await why(open(gzipSync(gzipSync(tarOf([{ name: 'x' }])))))).toMatch(/compressed, but no archive/);
  });

  it('is encrypted, or compressed in an uncommon way', async () => {
    expect(await why(zip({ name: 'server.py', content: 'x', deflate: true, flags: 1 }))).toMatch(
      /^it is encrypted: hand in/,
    );
    expect(await why(zip({ name: 'server.py', content: 'x', flags: 0x41 }))).toMatch(
      /^it is encrypted: hand in/,
    );
    expect(await why(zip({ name: 'server.py', content: 'x', method: 14 }))).toBe(
      'its file server.py is compressed in an uncommon way (method 14): hand in an ordinary zip',
    );
  });

  it('is damaged', async () => {
    const lies: ZipEntry['says'][] = [
      { size: 5 },
      { size: 50 },
      { size: 2 * MiB },
      { packed: 2 * MiB },
      { crc: 1 },
      { offset: 3 },
      { offset: 2 ** 31 },
    ];
    for (const deflate of [false, true])
      for (const says of lies) {
        const entry: ZipEntry = { name: 'server.py', content: 'a program\n', deflate, ...(says && { says }) };
        expect(await why(zip(entry))).toMatch(/^it is damaged, or not whole \(/);
      }
    const large = Buffer.alloc(2 * MiB, 'a line\n');
    const long: ZipEntry = { name: 'large', content: large, deflate: true, says: { size: 2 * MiB - 1 } };
    expect(await why(open(zipOf([long]), { ratio: 1000 }))).toMatch(/^it is damaged, or not whole \(/);
    const wrong = { ...long, says: { crc: 1 } };
    expect(await why(open(zipOf([wrong]), { ratio: 1000 }))).toMatch(/checksum of large is wrong/);
    expect(await why(open(tarOf([{ name: 'x', content: 'x', size: 10_000 }])))).toMatch(/^it is damaged/);
  });

  it('is cut off, wherever that is', async () => {
    const content = Buffer.from(Array.from({ length: 3000 }, (_, i) => i * i));
    const whole = { zip: zipOf([{ name: 'x', content }]), tgz: gzipSync(tarOf([{ name: 'x', content }])) };
    for (const bytes of Object.values(whole))
      for (let length = 0; length < bytes.length; length += 97) {
        expect(await why(open(bytes.subarray(0, length)))).toMatch(/^it is (damaged|an empty|no archive)/);
      }
    const cut = tarOf([{ name: 'x', content }]).subarray(0, 2000);
    expect(await why(open(cut))).toMatch(/^it is damaged/);
  });

  it('is no file', async () => {
    mkdirSync(join(base, 'folder'));
    execFileSync('mkfifo', [join(base, 'pipe')]);
    symlinkSync('/etc/passwd', join(base, 'link'));
    const wrong = {
      folder: /is a folder/,
      pipe: /is a named pipe/,
      link: /is a symbolic link/,
      gone: /is gone/,
    };
    for (const [name, reason] of Object.entries(wrong))
      await expect(unpack(join(base, name), into, submissionLimits)).rejects.toThrow(reason);
  });
});

describe('the budget', () => {
  const zeros = (bytes: number): ZipEntry => ({ name: 'zeros', content: Buffer.alloc(bytes), deflate: true });
  const onDisk = () => listed().reduce((sum, path) => sum + statSync(join(into, path)).size, 0);

  it('stops 100,000 entries, announced or not', async () => {
    expect(await why(open(zipOf([{ name: 'x' }], { zip64: true, count: 100_000 })))).toBe(
      'it is an archive of 100,000 entries; at most 10,000 are taken',
    );
    expect(listed()).toEqual([]);
    const many = Array.from({ length: 101 }, (_, i) => ({ name: `../${i}` }));
    expect(await why(open(tarOf(many), { entries: 100 }))).toBe('it holds more than 100 files and folders');
    expect(await why(open(zipOf(many), { entries: 100 }))).toMatch(/101 entries; at most 100 are/);
  });

  it('stops a bomb by its ratio before it has filled much', async () => {
    expect(await why(open(zipOf([zeros(64 * MiB)])))).toMatch(/^it unpacks to more than 200 times its size/);
    expect(onDisk()).toBeLessThan(20 * MiB);
    const gzipped = gzipSync(tarOf([{ name: 'zeros', content: Buffer.alloc(64 * MiB) }]));
    expect(await why(open(gzipped))).toMatch(/^it unpacks to more than 200 times its size/);
    expect(onDisk()).toBeLessThan(20 * MiB);
  });

  it('lets small archives have any ratio', async () => {
    await open(zipOf([zeros(MiB)]));
    expect(onDisk()).toBe(MiB);
  });

  it('stops files that are too large, alone or together', async () => {
    const limits = { ratio: 10_000, fileBytes: 2 * MiB, bytes: 3 * MiB };
    expect(await why(open(zipOf([zeros(3 * MiB)]), limits))).toBe(
      'its file zeros holds more than 2 MiB, the most that is taken of one file',
    );
    const many = Array.from({ length: 100 }, (_, i) => ({ ...zeros(MiB), name: String(i) }));
    expect(await why(open(zipOf(many), limits))).toBe(
      'its files hold more than 3 MiB together, the most that is taken',
    );
    expect(onDisk()).toBeLessThanOrEqual(3 * MiB);
  });

  it('counts what really comes where the header says less', async () => {
    const small = { bytes: 100_000, fileBytes: 100_000, ratio: 10_000 };
    const lying: ZipEntry = { ...zeros(8 * MiB), says: { size: 10 } };
    expect(await why(open(zipOf([lying]), small))).toMatch(/^it is damaged/);
    expect(onDisk()).toBe(0);
  });

  it('stops a tar that holds headers only, or entries that are left out', async () => {
    const header = tarOf([{ name: '../x', content: Buffer.alloc(MiB) }]).subarray(0, -1024);
    const long = gzipSync(Buffer.concat([...Array.from({ length: 8 }, () => header), Buffer.alloc(1024)]));
    expect(await why(open(long, { bytes: 2 * MiB, entries: 10 }))).toBe(
      'it unpacks to more than 2 MiB, the most that is taken',
    );
  });

  it('stops entries that overlap', async () => {
    const kernel = { name: 'a', content: Buffer.alloc(1000), deflate: true };
    const twice = zipOf([kernel, { ...kernel, name: 'b', says: { offset: 0 } }]);
    expect(await why(open(twice))).toBe('its entries overlap, as in archives that are made to fill a disk');
    const longer = zipOf([
      { name: 'a', content: 'x', says: { packed: 60, size: 60 } },
      { name: 'b', content: 'x' },
    ]);
    expect(await why(open(longer))).toMatch(/overlap/);
  });

  it('is larger for a class', async () => {
    const many = Array.from({ length: 12_000 }, (_, i) => ({ name: `../${i}` }));
    const { skipped } = await unpack(stored(zipOf(many)), into, classLimits);
    expect(skipped.at(-1)).toBe('and 11980 more');
  });
});

it('stops when it is told to', async () => {
  const file = stored(zipOf(program));
  await expect(unpack(file, into, submissionLimits, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
    'enough',
  );
});

describe('whatever the bytes are', () => {
  const sound = [
    zipOf(program),
    zipOf(program, { zip64: true }),
    tarOf([
      { name: 'server.py', content: 'print(1)' },
      { name: 'l', type: 'SymbolicLink', target: 'server.py' },
    ]),
  ];
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    byte: fc.constantFrom(0, 1, 0x2f, 0x2e, 0x7f, 0x80, 0xff),
    count: fc.constantFrom(1, 1, 2, 4, 8),
  });

  property.prop([fc.constantFrom(...sound), fc.array(change, { minLength: 1, maxLength: 4 })], {
    numRuns: 300,
  })('it is unpacked or refused in words, and stays in its folder', async (whole, changes) => {
    const bytes = Buffer.from(whole);
    for (const { at, byte, count } of changes) {
      const begin = Math.floor(at * bytes.length);
      bytes.fill(byte, begin, Math.min(begin + count, bytes.length));
    }
    rmSync(into, { recursive: true, force: true });
    const error: unknown = await open(bytes).then(
      () => undefined,
      thrown => thrown,
    );
    if (error !== undefined) expect(error).toBeInstanceOf(Unreadable);
    expect(outside()).toEqual(['a', 'archive', 'into']);
    for (const path of listed()) expect(statSync(join(into, path)).mode & 0o7022).toBe(0);
  });
});
