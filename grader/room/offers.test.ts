/** On this machine, as whoever runs the tests, and as others: each in a process of its own. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onPath } from '../subject/on-path.ts';
import { canIsolate, examineMachine, type Offers } from './offers.ts';
import { complaint } from './trials.ts';

const bubblewrap = onPath('bwrap', process.env.PATH);
const isRoot = process.getuid?.() === 0;
const isolates = bubblewrap !== undefined && (await canIsolate()).ok;
if (!isolates) process.stdout.write('offers.test: no isolation on this machine, so less is tested\n');
if (!isRoot) process.stdout.write('offers.test: not root, so nothing is tested as another user\n');

const folder = mkdtempSync(join(tmpdir(), 'wiremark-offers-'));
const bundle = join(folder, 'offers.mjs');
const sandbox = [
  'bwrap',
  '--unshare-user',
  '--disable-userns',
  '--ro-bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
];

beforeAll(async () => {
  chmodSync(folder, 0o755);
  const contents = `import { canIsolate, examineMachine } from './offers.ts';
    const quick = await canIsolate();
    console.log(JSON.stringify({ quick, offers: await examineMachine() }));`;
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  await build({
    stdin: { contents, resolveDir, loader: 'ts' },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Options {
  uid?: number;
  path?: string;
  within?: readonly string[];
}

/** What a process of its own finds. */
function found({ uid, path = process.env.PATH ?? '', within = [] }: Options): {
  quick: Awaited<ReturnType<typeof canIsolate>>;
  offers: Offers;
} {
  const [program = '', ...args] = [...within, process.execPath, bundle];
  const user = uid === undefined ? {} : { uid, gid: uid };
  const text = execFileSync(program, args, { cwd: '/', env: { ...process.env, PATH: path }, ...user });
  return JSON.parse(text.toString()) as ReturnType<typeof found>;
}

it('is plain data, and quick and full answers agree', async () => {
  const offers = await examineMachine();
  expect(JSON.parse(JSON.stringify(offers))).toEqual(offers);
  expect((await canIsolate()).ok).toBe(offers.isolation.ok);
  expect(offers.isolation.missing.length > 0).toBe(!offers.isolation.ok);
  for (const { ok, says } of Object.values(offers.can)) expect(ok || says).toBeTruthy();
});

describe.runIf(isolates)('where programs can be shut in', () => {
  it('finds all that the room is made of', async () => {
    const { can, bubblewrap: tool, root } = await examineMachine();
    const { otherUser, addresses, seccomp, ...needed } = can;
    for (const [name, { ok, says }] of Object.entries(needed)) expect(ok, `${name}: ${says}`).toBe(true);
    expect(otherUser.ok).toBe(root);
    expect(tool.version).toMatch(/^\d+\.\d+/);
    expect([addresses, seccomp].every(({ ok, says }) => ok || says)).toBe(true);
  });

  it('is over in a moment', async () => {
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const before = performance.now();
      await canIsolate();
      times.push(performance.now() - before);
    }
    // Measured 20 to 40 ms; the machine may be busy.
    expect(Math.min(...times)).toBeLessThan(500);
  });

  it('leaves no process behind', async () => {
    const mark = `offers-${process.pid}-${Math.random()}`;
    process.env.WIREMARK_TRIAL = mark;
    await examineMachine();
    delete process.env.WIREMARK_TRIAL;
    expect(
      readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && environmentOf(pid).includes(mark)),
    ).toEqual([]);
  });

  it('says that there is no room without bubblewrap', () => {
    const { quick, offers } = found({ path: folder });
    expect(quick).toMatchObject({ ok: false, missing: [{ what: 'bubblewrap' }, { what: 'prlimit' }] });
    expect(offers.bubblewrap).toEqual({ found: false });
    expect(offers.can.nestedSandbox).toEqual({ ok: false, says: 'not tried, without bubblewrap' });
  });

  it('says that a sandbox allows no further ones', () => {
    const { quick, offers } = found({ within: sandbox, ...(isRoot ? { uid: 64_123 } : {}) });
    expect(quick).toMatchObject({ ok: false, missing: [{ what: 'namespaces' }] });
    expect(offers.can.userNamespaces.ok).toBe(false);
    expect(offers.isolation.ok).toBe(false);
  });

  it.runIf(isRoot)('works for a plain user', () => {
    const { quick, offers } = found({ uid: 64_123 });
    expect(quick).toEqual({ ok: true });
    expect(offers.root).toBe(false);
    expect(offers.can.nestedSandbox).toEqual({ ok: true });
    expect(offers.can.lowPorts).toEqual({ ok: true });
    expect(offers.can.otherUser.ok).toBe(false);
    expect(offers.cgroups.writable).toBe(false);
  });

  it.runIf(isRoot && onPath('setpriv', process.env.PATH))('notices a root without rights', () => {
    const within = ['setpriv', '--bounding-set=-sys_admin'];
    const { quick, offers } = found({ within });
    expect(quick).toMatchObject({ ok: false, missing: [{ what: 'rights of root' }] });
    expect(offers.root).toBe(false);
  });
});

it('takes what a command says for a reason', () => {
  expect(complaint("bwrap: Can't mount proc on /newroot/proc: Operation not permitted\n")).toBe(
    "Can't mount proc on /newroot/proc: Operation not permitted",
  );
  expect(complaint('lane: 3: cannot create /proc/sys/x: Read-only file system\n')).toBe(
    'cannot create /proc/sys/x: Read-only file system',
  );
  expect(complaint('bwrap: No permissions to create new namespace. See <https://deb.li/bubblewrap>.')).toBe(
    'No permissions to create new namespace',
  );
  expect(complaint('')).toBe('');
});

/** As it was at its start; empty for one that has ended or is somebody else's. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
