/** A real lane: its network, what it sees of the machine, and that nothing of it outlives its end. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openLane, processesWith, type RealLane, skipped, soon, users } from './golden/real-lane.ts';
import { laneCommand, laneUser } from './lane.ts';

/** A name server of the lecture, and one that the lane was not given. */
const GIVEN = '198.41.0.4';
const OTHER = '198.41.0.5';

/** Binds each "transport address port" and says how that went; no port is bound twice. */
const BINDS = `
import socket, sys, errno
for want in sys.argv[1:]:
    transport, address, port = want.split()
    it = socket.socket(socket.AF_INET, socket.SOCK_STREAM if transport == 'tcp' else socket.SOCK_DGRAM)
    try:
        it.bind((address, int(port)))
        print('bound')
    except OSError as error:
        print(errno.errorcode[error.errno])
`;

/** Tries to reach each "address port" over TCP. */
const CALLS = `
import socket, sys, errno
for want in sys.argv[1:]:
    address, port = want.split()
    it = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    it.settimeout(30)
    try:
        it.connect((address, int(port)))
        print('connected')
    except OSError as error:
        print(errno.errorcode[error.errno])
`;

const python = (script: string, ...args: string[]): string[] => ['python3', '-c', script, ...args];

/** What a program of the lane prints; rejects when it fails. */
async function said({ order }: RealLane, command: readonly string[]): Promise<string[]> {
  const { place } = await order.place();
  try {
    const subject = await order.launch(place, command);
    const { status } = await order.ended(subject);
    const { stdout, stderr } = await order.look(subject);
    if (status !== 0) throw new Error(stderr);
    return stdout.trim().split('\n');
  } finally {
    await order.leave(place);
  }
}

describe.skipIf(skipped).each(users)('a lane opened as %s', as => {
  let lane: RealLane;
  beforeAll(async () => {
    lane = await openLane({ as, addresses: [GIVEN] });
    await lane.order.submit({});
  });
  afterEach(() => lane.order.leaveAll());
  afterAll(() => lane?.close());

  it('has no network but loopback', async () => {
    const devices = (await said(lane, ['cat', '/proc/net/dev'])).slice(2);
    expect(devices.map(line => line.trim().split(':')[0])).toEqual(['lo']);
    expect(await said(lane, python(CALLS, '192.0.2.1 80', '1.1.1.1 443', `${OTHER} 53`))).toEqual(
      Array.from({ length: 3 }, () => 'ENETUNREACH'),
    );
  });

  it('reaches nothing that listens on the machine’s own loopback', async () => {
    const server = createServer(socket => socket.end());
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      expect(await said(lane, python(CALLS, `127.0.0.1 ${port}`))).toEqual(['ECONNREFUSED']);
    } finally {
      server.close();
    }
  });

  it('lets programs bind the low ports that they insist on, and the addresses that were given', async () => {
    const wanted = [
      ...['tcp 0.0.0.0 25', 'tcp 127.0.0.1 80', 'udp 0.0.0.0 53', 'tcp 0.0.0.0 53', 'tcp 127.7.8.9 81'],
      ...[`udp ${GIVEN} 54`, `tcp ${GIVEN} 443`],
    ];
    expect(await said(lane, python(BINDS, ...wanted))).toEqual(wanted.map(() => 'bound'));
    expect(await said(lane, python(BINDS, `udp ${OTHER} 53`, 'tcp 8.8.8.8 53'))).toEqual(
      Array.from({ length: 2 }, () => 'EADDRNOTAVAIL'),
    );
  });

  it('carries what is sent to a given address', async () => {
    const script = `
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(('${GIVEN}', 53))
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.sendto(b'who is there', ('${GIVEN}', 53))
data, sender = server.recvfrom(100)
print(data.decode())
`;
    expect(await said(lane, python(script))).toEqual(['who is there']);
  });

  it('has every port for itself, whatever other lanes do', async () => {
    const other = await openLane({ as });
    try {
      await other.order.submit({});
      const holds = `${BINDS}\nimport time\nsys.stdout.flush()\ntime.sleep(1000)`;
      for (const { order } of [lane, other]) {
        const { place } = await order.place();
        const subject = await order.launch(place, python(holds, 'tcp 0.0.0.0 25', 'udp 0.0.0.0 53'));
        await soon(async () => (await order.look(subject)).stdout.split('\n').length === 3);
        expect((await order.look(subject)).stdout).toBe('bound\nbound\n');
      }
    } finally {
      await other.close();
    }
  });

  it('has namespaces of its own, and programs in it have theirs', async () => {
    const kinds = ['net', 'pid', 'mnt', 'ipc', 'uts'];
    const links = kinds.map(kind => `/proc/self/ns/${kind}`);
    const own = links.map(link => readlinkSync(link));
    const { stdout } = await lane.order.exec(['readlink', ...links]);
    const inLane = stdout.trim().split('\n');
    const inside = await said(lane, ['readlink', ...links]);
    expect(inLane).toHaveLength(kinds.length);
    expect(inside).toHaveLength(kinds.length);
    for (const [i, kind] of kinds.entries()) {
      expect(inLane[i], kind).not.toBe(own[i]);
      // The lane's network is what its programs share with the grader.
      if (kind === 'net') expect(inside[i]).toBe(inLane[i]);
      else expect(inside[i], kind).not.toBe(inLane[i]);
    }
  });

  it('can write nowhere but in its own folder', async () => {
    const { order } = lane;
    for (const folder of ['/tmp', '/usr', '/etc', '/var', process.cwd()]) {
      const { status, stderr } = await order.exec(['sh', '-c', `echo x > ${folder}/wiremark-was-here`]);
      expect([folder, status === 0]).toEqual([folder, false]);
      expect(stderr).toMatch(/Read-only file system|Permission denied/);
    }
    expect((await order.exec(['sh', '-c', 'echo x > /wiremark/here'])).status).toBe(0);
    expect(existsSync('/wiremark/here')).toBe(false);
  });

  it('gives each of its disks the size that was said', async () => {
    const { stdout } = await lane.order.exec(['df', '-B1', '--output=size,itotal', '/wiremark/place/1']);
    expect(stdout.trim().split('\n').at(-1)?.trim().split(/\s+/)).toEqual([
      String(16 * 1024 * 1024),
      '20000',
    ]);
    const mounts = await lane.order.read('/proc/self/mounts');
    for (const disk of ['/wiremark/place/1', '/wiremark/place/2', '/wiremark/job', '/wiremark/logs'])
      expect(mounts).toMatch(new RegExp(` ${disk} tmpfs rw,nosuid,nodev`));
  });
});

describe.skipIf(skipped).each(users)('the end of a lane opened as %s', as => {
  /** A daemon that has left session and parent, beside a program that ignores every signal that can be. */
  const mark = `end-${process.pid}-${as.replace(' ', '-')}`;
  const daemon = `
import os, signal, time
for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT): signal.signal(name, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: time.sleep(1000)
    os._exit(0)
open('made', 'w').write('x')
print('up', flush=True)
time.sleep(1000)
# ${mark}
`;

  async function populated(): Promise<RealLane & { namespaces: string[] }> {
    const lane = await openLane({ as, groups: true });
    const { order } = lane;
    await order.submit({});
    const { place } = await order.place();
    const subject = await order.launch(place, python(daemon));
    await soon(async () => (await order.look(subject)).stdout === 'up\n');
    expect(processesWith(mark).length).toBeGreaterThanOrEqual(2);
    const { stdout } = await order.exec(['readlink', '/proc/self/ns/mnt', '/proc/self/ns/net']);
    return { ...lane, namespaces: stdout.trim().split('\n') };
  }

  /** Namespaces live as long as a process or a mount holds them. */
  const held = (namespaces: readonly string[]): boolean =>
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .some(pid =>
        ['mnt', 'net'].some(kind => {
          try {
            return namespaces.includes(readlinkSync(`/proc/${pid}/ns/${kind}`));
          } catch {
            return false;
          }
        }),
      );

  async function nothingIsLeftOf({ pid, groups, namespaces }: Awaited<ReturnType<typeof populated>>) {
    await soon(() => processesWith(mark).length === 0 && !existsSync(`/proc/${pid}`));
    await soon(() => !held(namespaces));
    expect(existsSync('/wiremark')).toBe(false);
    return groups;
  }

  it('when its outer process is killed, nothing of it is left', async () => {
    const lane = await populated();
    process.kill(lane.pid, 'SIGKILL');
    await lane.over;
    for (const folder of await nothingIsLeftOf(lane)) expect(existsSync(folder)).toBe(false);
  });

  it('when whoever has started it is killed, nothing of it runs on', async () => {
    const lane = await populated();
    process.kill(lane.opener, 'SIGKILL');
    await lane.over;
    const groups = await nothingIsLeftOf(lane);
    // Nobody is left to remove them; a crew has somebody for that (bulk/crew.test.ts).
    const processes = (folder: string): string => readFileSync(join(folder, 'cgroup.procs'), 'utf8');
    for (const folder of groups) {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (!entry.isDirectory()) continue;
        await soon(() => processes(join(folder, entry.name)) === '');
        rmdirSync(join(folder, entry.name));
      }
      rmdirSync(folder);
    }
  });

  it('when its own process ends, all that runs there ends', async () => {
    const lane = await populated();
    await lane.order.exec(['sh', '-c', 'kill -9 $PPID']).catch(() => undefined);
    await lane.over;
    await nothingIsLeftOf(lane);
  });
});

describe('the command that opens a lane', () => {
  it.skipIf(skipped)('says why when a lane can not be furnished', () => {
    const lane = { user: undefined, places: 1, diskBytes: 1, jobBytes: 1, groups: undefined };
    const [program = '', ...args] = laneCommand(['true'], { ...lane, addresses: ['no address'] });
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    expect(status).not.toBe(0);
    expect(stderr).not.toBe('');
  });
});

it('programs of each lane have a user of their own, who is nobody else, where the grader can become another', () => {
  const users = Array.from({ length: 32 }, (_, index) => laneUser(index));
  if (process.getuid?.() !== 0) {
    expect(users).toEqual(users.map(() => undefined));
    return;
  }
  expect(new Set(users.map(user => user?.uid)).size).toBe(32);
  for (const user of users) expect(user?.uid).toBeGreaterThan(60_000);
});
