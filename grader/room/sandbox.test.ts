/** A program in a real sandbox: what it sees, what it may write and call, and what ends it. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, removeFolder } from './folder.ts';
import { limits, openLane, processesWith, type RealLane, skipped, soon, users } from './golden/real-lane.ts';
import { writableGroups } from './groups.ts';

const python = (script: string, ...args: string[]): string[] => ['python3', '-c', script, ...args];

/** Runs a program to its end, in a place of its own, and leaves that. */
async function run({ order }: RealLane, command: readonly string[]) {
  const { place, work } = await order.place();
  try {
    const subject = await order.launch(place, command);
    const ending = await order.ended(subject);
    await order.stop(subject);
    return { ...(await order.look(subject)), ending, work };
  } finally {
    await order.leave(place);
  }
}

/** What a program prints, as JSON; throws when it fails. */
async function answer<T>(lane: RealLane, script: string, ...args: string[]): Promise<T> {
  const { ending, stdout, stderr } = await run(lane, python(script, ...args));
  if (ending.status !== 0) throw new Error(`${JSON.stringify(ending)} ${stderr}`);
  return JSON.parse(stdout) as T;
}

const WRITES = `
import json, sys, os, errno
def write(path):
    try:
        with open(path, 'w') as file: file.write('x')
        return 'written'
    except OSError as error:
        return errno.errorcode[error.errno]
print(json.dumps([write(path) for path in sys.argv[1:]]))
`;

describe.skipIf(skipped).each(users)('a program in a lane opened as %s', as => {
  let lane: RealLane;
  const home = makeFolder();
  beforeAll(async () => {
    lane = await openLane({ as });
    await lane.order.submit({ 'mine.txt': 'mine' }, { 'made.txt': 'made' });
  });
  afterEach(() => lane.order.leaveAll());
  afterAll(async () => {
    await lane?.close();
    await removeFolder(home);
  });

  it('sees the system’s programs and its own folders, and nothing else', async () => {
    const { order } = lane;
    const other = await order.place();
    const { place, work } = await order.place();
    const paths = [
      ...[
        '/etc/shadow',
        '/etc/ssh',
        '/etc/hostname',
        '/root',
        '/home',
        '/var',
        '/srv',
        '/mnt',
        '/sys',
        '/run/user',
      ],
      ...[process.cwd(), homedir(), home, tmpdir(), '/wiremark/job', '/wiremark/logs', '/wiremark/place'],
      ...[work, other.work, '/submission/mine.txt', '/built/made.txt', '/tmp', '/usr/bin', '/dev/shm'],
    ];
    const script = `
import json, os, sys
print(json.dumps({
    'there': [path for path in sys.argv[1:] if os.path.exists(path)],
    'top': sorted(os.listdir('/')),
    'places': os.listdir('/wiremark/place'),
    'tmp': os.listdir('/tmp'),
    'users': open('/etc/passwd').read(),
    'environment': dict(os.environ),
}))`;
    const subject = await order.launch(place, python(script, ...paths));
    await order.ended(subject);
    const seen = JSON.parse((await order.look(subject)).stdout);
    expect(seen.there.sort()).toEqual(
      [
        ...['/etc/hostname', '/tmp', '/wiremark/place', work, '/usr/bin', '/dev/shm'],
        ...['/submission/mine.txt', '/built/made.txt'],
        // The machine's temporary folder has that name, too; what is in it is the program's own.
        ...(tmpdir() === '/tmp' ? ['/tmp'] : []),
      ].sort(),
    );
    for (const name of ['root', 'home', 'sys', 'var']) expect(seen.top).not.toContain(name);
    expect(seen.top).toEqual(
      expect.arrayContaining(['built', 'dev', 'etc', 'proc', 'submission', 'tmp', 'usr']),
    );
    expect(seen.places).toEqual([work.split('/')[3]]);
    expect(seen.tmp).toEqual([]);
    expect(seen.users).toMatch(/^root:.*\nstudent:.*\nnobody:.*\n$/);
    // Nothing of the grader's environment.
    expect(Object.keys(seen.environment).sort()).toEqual(
      [
        ...['HOME', 'LANG', 'LOGNAME', 'PATH', 'PWD', 'SHELL', 'TERM', 'TMPDIR', 'USER', 'WIREMARK_SUBJECT'],
        // Python's own.
        ...('LC_CTYPE' in seen.environment ? ['LC_CTYPE'] : []),
      ].sort(),
    );
    expect(seen.environment).toMatchObject({ HOME: '/tmp', USER: 'student', PWD: work });
    await order.leave(place);
    await order.leave(other.place);
  });

  it('sees the processes of its own sandbox only', async () => {
    const { order } = lane;
    const { place } = await order.place();
    const beside = await order.launch(place, ['sleep', '1000']);
    const script = `
import json, os
pids = [name for name in os.listdir('/proc') if name.isdigit()]
print(json.dumps([os.getpid(), {pid: open(f'/proc/{pid}/comm').read().strip() for pid in pids}]))`;
    const seen = await answer<[number, Record<string, string>]>(lane, script);
    expect(seen).toEqual([2, { 1: 'bwrap', 2: 'python3' }]);
    expect((await order.look(beside)).ending).toBeUndefined();
    await order.leave(place);
  });

  it('can write in its own folders only', async () => {
    const own = ['work.txt', '/tmp/tmp.txt', '/dev/shm/shm.txt'];
    const others = [
      ...['/x', '/dev/x', '/etc/x', '/etc/passwd', '/usr/x', '/usr/bin/x', '/opt/x', '/wiremark/x'],
      ...['/submission/x', '/submission/mine.txt', '/built/x', '/proc/x', '/wiremark/place/x'],
    ];
    expect(await answer(lane, WRITES, ...own)).toEqual(own.map(() => 'written'));
    const written = await answer<string[]>(lane, WRITES, ...others);
    for (const [i, path] of others.entries())
      expect([path, written[i]]).toEqual([path, expect.stringMatching(/^(EROFS|EACCES|ENOENT|EPERM)$/)]);
    // Nor can it change what the kernel does.
    const knobs = ['/proc/sys/kernel/hostname', '/proc/sys/net/ipv4/ip_forward', '/proc/sysrq-trigger'];
    for (const how of await answer<string[]>(lane, WRITES, ...knobs))
      expect(how).toMatch(/^(EROFS|EACCES|EPERM|ENOENT)$/);
  });

  it.each([
    ['its working folder', 'fill'],
    ['/tmp', '/tmp/fill'],
    ['/dev/shm', '/dev/shm/fill'],
  ])('fills one disk, and is told so: %s', async (_, path) => {
    const script = `
import sys
# Files below the limit of one.
try:
    for i in range(100):
        with open(f'{sys.argv[1]}{i}', 'wb') as file: file.write(bytes(2 * 1024 * 1024))
except OSError as error:
    print(error.errno, i)`;
    const { stdout, hits, ending } = await run(lane, python(script, path));
    // ENOSPC, in the eighth file or a little before: other things lie there, too.
    expect(stdout).toMatch(/^28 [78]\n$/);
    expect(hits).toEqual(['filled its 16 MB of disk']);
    expect(ending.stopped).toBeUndefined();
    // And the next program finds it empty.
    expect((await run(lane, python(script, path))).stdout).toBe(stdout);
  });

  it('is told of too many files, too', async () => {
    const script = `
import os
try:
    for i in range(50000): open(str(i), 'w').close()
except OSError as error:
    print(error.errno)`;
    const { stdout, hits } = await run(lane, python(script));
    expect(stdout).toBe('28\n');
    expect(hits).toEqual(['made 20000 files, as many as it may']);
  });

  it('has no rights, can get none, and is another user', async () => {
    const { order } = lane;
    const { place } = await order.place();
    const mark = `rights-${process.pid}-${as.replace(' ', '-')}`;
    const subject = await order.launch(
      place,
      python(`import time; print(1, flush=True); time.sleep(1000) # ${mark}`),
    );
    await soon(async () => (await order.look(subject)).stdout !== '');
    // Seen from the machine: three processes carry the mark, and the sandbox's own two are as weak.
    const statuses = processesWith(`# ${mark}`).map(pid => readFileSync(`/proc/${pid}/status`, 'utf8'));
    const ownUid = readFileSync('/proc/self/status', 'utf8').match(/^Uid:\t(\d+)/m)?.[1];
    expect(statuses.length).toBe(3);
    for (const status of statuses) {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}:\\t(.*)$`, 'm').exec(status)?.[1];
      expect(field('NoNewPrivs')).toBe('1');
      const [uid = '', ...same] = field('Uid')?.split('\t') ?? [];
      expect(same).toEqual([uid, uid, uid]);
      if (as === 'root') {
        expect(uid).not.toBe('0');
        expect(uid).toBe(String(lane.user?.uid));
        expect(field('Groups')?.trim()).toBe('');
      } else if (process.getuid?.() !== 0) expect(uid).toBe(ownUid);
      if (!field('Name')?.startsWith('python')) continue;
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        expect(field(set)).toBe('0'.repeat(16));
      expect(field('Seccomp')).toBe('2');
    }
    await order.leave(place);
  });

  it('is refused calls that lead out of the sandbox', async () => {
    const script = `
import ctypes, errno, json, os, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
x64 = platform.machine() == 'x86_64'
def call(result):
    return errno.errorcode[ctypes.get_errno()] if result == -1 else 'done'
def tried(act):
    try:
        act()
        return 'done'
    except OSError as error:
        return errno.errorcode[error.errno]
print(json.dumps({
    'unshare': [call(libc.unshare(flag)) for flag in (0x10000000, 0x20000, 0x40000000)],
    'mount': call(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)),
    'umount': call(libc.umount2(b'/tmp', 2)),
    'ptrace': call(libc.ptrace(0, 0, None, None)),
    'keyctl': call(libc.syscall(250 if x64 else 219, 0, -3, 1)),
    'setns': call(libc.setns(0, 0)),
    'chroot': tried(lambda: os.chroot('/tmp')),
    'clone': call(libc.syscall(56 if x64 else 220, 0x10000000 | 17, 0, 0, 0, 0)),
    'clone3': call(libc.syscall(435, None, 0)),
    'io_uring': call(libc.syscall(425, 1, None)),
    'memfd': tried(lambda: os.memfd_create('x')),
    'vsock': tried(lambda: socket.socket(40, socket.SOCK_STREAM)),
    'alg': tried(lambda: socket.socket(38, socket.SOCK_SEQPACKET)),
    'raw': tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)),
    'packet': tried(lambda: socket.socket(17, socket.SOCK_RAW)),
    'hostname': tried(lambda: socket.sethostname('x')),
    'setuid': tried(lambda: os.setuid(0)),
    'nice': tried(lambda: os.nice(-5)),
    'kill': tried(lambda: os.kill(1, 9)),
}))`;
    const got = await answer<Record<string, unknown>>(lane, script);
    expect(got).toEqual({
      unshare: ['EPERM', 'EPERM', 'EPERM'],
      mount: 'EPERM',
      umount: 'EPERM',
      ptrace: 'EPERM',
      keyctl: 'EPERM',
      setns: 'EPERM',
      chroot: 'EPERM',
      clone: 'EPERM',
      clone3: 'ENOSYS',
      io_uring: 'ENOSYS',
      memfd: 'ENOSYS',
      vsock: 'EAFNOSUPPORT',
      alg: 'EAFNOSUPPORT',
      raw: 'EPERM',
      packet: 'EAFNOSUPPORT',
      hostname: 'EPERM',
      setuid: expect.stringMatching(/EPERM|EINVAL/),
      nice: expect.stringMatching(/EPERM|EACCES/),
      // The sandbox's first process takes no signal from inside.
      kill: 'done',
    });
  });

  it('still has threads, children, and the sockets of a network program', async () => {
    const script = `
import json, socket, subprocess, threading
done = []
thread = threading.Thread(target=lambda: done.append('thread'))
thread.start()
thread.join()
done.append(subprocess.run(['sh', '-c', 'echo child'], capture_output=True, text=True).stdout.strip())
for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6): socket.socket(family).close()
server = socket.create_server(('::1', 0), family=socket.AF_INET6)
socket.create_connection(server.getsockname()[:2]).close()
print(json.dumps(done))`;
    expect(await answer(lane, script)).toEqual(['thread', 'child']);
  });

  it('opens as many files as it may', async () => {
    const script = `
import json
held = []
try:
    while True: held.append(open('/dev/null'))
except OSError as error:
    print(json.dumps([error.errno, len(held)]))`;
    const [errno, held] = await answer<[number, number]>(lane, script);
    expect(errno).toBe(24);
    expect(held).toBeLessThan(limits.openFiles);
    expect(held).toBeGreaterThan(limits.openFiles - 10);
  });

  it('can open its output by name', async () => {
    const { ending, stdout } = await run(lane, [
      'sh',
      '-c',
      'echo one >> /dev/stdout; echo two >> /dev/fd/1',
    ]);
    expect(ending.status).toBe(0);
    expect(stdout).toBe('one\ntwo\n');
  });

  it.each([
    ['its own', ['sh', '-c', 'exit 3'], { status: 3, signal: undefined }],
    ['a signal', ['sh', '-c', 'kill -SEGV $$'], { status: 139, signal: 'SIGSEGV' }],
  ])('ends with the status of %s', async (_, command, expected) => {
    const { ending } = await run(lane, command);
    expect({ status: ending.status, signal: ending.signal }).toEqual(expected);
    expect(ending.stopped).toBeUndefined();
  });

  it.each([
    ['is not there', ['./nowhere'], 'there is no file ./nowhere'],
    ['is on no path', ['no-such-program'], /^there is no program called no-such-program on PATH/],
    ['is a folder', ['/submission'], '/submission is a folder, not a program'],
    ['is not executable', ['/etc/passwd'], '/etc/passwd is not executable (chmod +x /etc/passwd)'],
    ['lies outside', ['/root/secret'], 'there is no file /root/secret'],
  ])('can not be started when it %s', async (_, command, reason) => {
    const { unstartable, ending } = await run(lane, command);
    expect(unstartable).toEqual({
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
      machine: false,
    });
    expect(ending.status).toBe(127);
  });

  it('hears SIGTERM itself, and may end as it likes', async () => {
    const { order } = lane;
    const { place, work } = await order.place();
    const script = `
import signal, sys, time
def end(*_):
    open('heard', 'w').write('SIGTERM')
    sys.exit(7)
signal.signal(signal.SIGTERM, end)
print('up', flush=True)
time.sleep(1000)`;
    const subject = await order.launch(place, python(script));
    await soon(async () => (await order.look(subject)).stdout === 'up\n');
    await order.signal(subject, 'SIGTERM');
    expect(await order.ended(subject)).toMatchObject({ status: 7 });
    expect(await order.read(`${work}/heard`)).toBe('SIGTERM');

    const other = await order.launch(place, ['sh', '-c', 'echo up; exec sleep 1000']);
    await soon(async () => (await order.look(other)).stdout === 'up\n');
    await order.signal(other, 'SIGTERM');
    expect(await order.ended(other)).toMatchObject({ status: 143, signal: 'SIGTERM' });
    await order.leave(place);
  });
});

const MEMORY = /^used (more than 256 MB|\d+ MB of 256 MB) of memory$/;
const TIME_OF_ALL = /^used \S+ s of 1 s of processor time$/;
const TASKS = /^had more processes and threads at once than the 32 that it may$/;

/** Programs, with what is said when they have been ended. */
const greedy: readonly { uses: string; script: string; says: RegExp }[] = [
  {
    uses: 'memory',
    script: `
held = []
while True: held.append(bytearray(1024 * 1024))`,
    says: MEMORY,
  },
  {
    // When nobody looks often any more, and quicker than anybody looks.
    uses: 'memory, late and at once',
    script: `
import time
time.sleep(0.7)
bytearray(b'x') * (600 * 1024 * 1024)
time.sleep(1000)`,
    says: MEMORY,
  },
  {
    uses: 'memory, in its children together',
    script: `
import os, time
for i in range(8):
    if os.fork() == 0:
        held = bytearray(b'x') * (60 * 1024 * 1024)
        time.sleep(1000)
time.sleep(1000)`,
    says: MEMORY,
  },
  {
    uses: 'processor time',
    script: 'while True: pass',
    // The kernel's limit and the guard's are the same; either may come first.
    says: /^used (\S+ s of 1 s of processor time|1 s of processor time, all that it may)$/,
  },
  {
    uses: 'processor time, deaf to the kernel that tells it so',
    script: `
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while True: pass`,
    says: TIME_OF_ALL,
  },
  {
    uses: 'processor time, in its children together',
    script: `
import os
for i in range(3): os.fork()
while True: pass`,
    says: TIME_OF_ALL,
  },
  {
    uses: 'processor time, in children that are short-lived',
    script: `
import os
while True:
    if os.fork() == 0:
        for i in range(1000000): pass
        os._exit(0)
    os.wait()`,
    says: TIME_OF_ALL,
  },
  {
    uses: 'processes',
    script: `
import os, time
while True:
    try: os.fork()
    except OSError: time.sleep(0.01)`,
    says: TASKS,
  },
  {
    uses: 'threads',
    script: `
import threading, time
while True: threading.Thread(target=time.sleep, args=(1000,)).start()`,
    says: TASKS,
  },
];

const offered = skipped ? undefined : writableGroups();
const grounds = [
  ...users.map(as => ({ as, groups: false, how: `by the guard alone, as ${as}` })),
  ...(offered && process.getuid?.() === 0
    ? [{ as: 'root' as const, groups: true, how: 'with control groups' }]
    : []),
];
if (!skipped && grounds.length < 3)
  console.warn('Not all of the limits are tested: no control groups, or not root.');

describe.skipIf(skipped).each(grounds)('a program that uses too much is ended: $how', ({ as, groups }) => {
  let lane: RealLane;
  beforeAll(async () => {
    lane = await openLane({ as, groups, limits: { cpuMs: 1000 } });
    await lane.order.submit({});
  });
  afterEach(() => lane.order.leaveAll());
  afterAll(() => lane?.close());

  it.each(greedy)('$uses', async ({ script, says }) => {
    // Children are ended with it, wherever they are.
    const mark = `greedy-${process.pid}-${lane.pid}`;
    const { ending, hits } = await run(lane, python(`${script}\n# ${mark}`));
    expect(ending).toMatchObject({ stopped: expect.stringMatching(says) });
    expect(hits).toContain(ending.stopped);
    expect(processesWith(mark)).toEqual([]);
  });

  it('a large file', async () => {
    const { ending, hits } = await run(lane, ['dd', 'if=/dev/zero', 'of=big', 'bs=1M', 'count=8']);
    expect(ending).toMatchObject({ signal: 'SIGXFSZ', stopped: 'wrote more than 4 MB into one file' });
    expect(hits).toEqual(['wrote more than 4 MB into one file']);
  });

  if (groups)
    it('shared memory that no process holds', async () => {
      const script = `
import ctypes, time
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
libc.shmdt.argtypes = [ctypes.c_void_p]
size = 16 * 1024 * 1024
while True:
    at = libc.shmat(libc.shmget(0, size, 0o600), None, 0)
    ctypes.memset(at, 1, size)
    libc.shmdt(at)
    time.sleep(0.01)`;
      const { ending } = await run(lane, python(script));
      expect(ending).toMatchObject({ stopped: expect.stringMatching(MEMORY) });
    });

  if (!groups)
    it('shared memory of System V is not there, for nothing would count it', async () => {
      const script = `
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
libc.shmget(0, 4096, 0o600)
print(errno.errorcode[ctypes.get_errno()])`;
      expect((await run(lane, python(script))).stdout).toBe('ENOSYS\n');
    });

  it('and the next one has it all again', async () => {
    const script = `
import threading, time
held = bytearray(b'x') * (200 * 1024 * 1024)
for i in range(24): threading.Thread(target=time.sleep, args=(0.2,)).start()
time.sleep(0.2)
print('fine')`;
    const { ending, stdout, hits } = await run(lane, python(script));
    expect([ending.status, stdout, hits]).toEqual([0, 'fine\n', []]);
  });
});

it.skipIf(skipped)('a program that runs too long is ended, though it does nothing', async () => {
  const lane = await openLane({ limits: { wallMs: 700 } });
  try {
    await lane.order.submit({});
    const { ending, hits } = await run(lane, ['sleep', '1000']);
    expect(ending).toMatchObject({
      signal: 'SIGKILL',
      stopped: expect.stringMatching(/^ran for \S+ s of 0.7 s$/),
    });
    expect(hits).toEqual([ending.stopped]);
  } finally {
    await lane.close();
  }
});

it.skipIf(skipped)('a program has all its time, whatever ran before it in its place', async () => {
  const lane = await openLane({ limits: { wallMs: 3000 } });
  try {
    const { order } = lane;
    await order.submit({});
    const { place } = await order.place();
    for (const time of ['2', '1.5']) {
      const subject = await order.launch(place, ['sleep', time]);
      expect((await order.ended(subject)).stopped).toBeUndefined();
      expect((await order.look(subject)).ending?.status).toBe(0);
    }
    await order.leave(place);
  } finally {
    await lane.close();
  }
});

it.skipIf(skipped)('nothing of a lane is seen outside', () => {
  expect(existsSync('/wiremark')).toBe(false);
});
