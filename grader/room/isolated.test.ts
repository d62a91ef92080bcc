/** Places of the isolated room, in a real lane: ports, folders, daemons, and disks that are clean again. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { limits, openLane, processesWith, type RealLane, skipped, soon, users } from './golden/real-lane.ts';

const python = (script: string, ...args: string[]): string[] => ['python3', '-c', script, ...args];
const tcp = { port: { transport: 'tcp', textbook: 12000 } } as const;

describe.skipIf(skipped).each(users)('places of a lane opened as %s', as => {
  let lane: RealLane;
  beforeAll(async () => {
    lane = await openLane({ as, places: 2 });
    await lane.order.submit({ 'data.txt': 'handed in' });
  });
  afterEach(() => lane.order.leaveAll());
  afterAll(() => lane?.close());

  /** Runs a program there to its end; rejects when it fails. */
  async function runIn(place: number, command: readonly string[]): Promise<string> {
    const subject = await lane.order.launch(place, command);
    const { status } = await lane.order.ended(subject);
    const { stdout, stderr } = await lane.order.look(subject);
    if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
    return stdout;
  }

  it('give the lecture’s port to the first, another to the second, and it again when it is free', async () => {
    const { order } = lane;
    const first = await order.place({ ports: tcp });
    const second = await order.place({ ports: tcp });
    expect(first.ports).toEqual({ port: 12000 });
    expect(second.ports.port).not.toBe(12000);
    expect(second.values).toMatchObject({ port: String(second.ports.port), host: '127.0.0.1' });
    await order.leave(first.place);
    const third = await order.place({ ports: tcp });
    expect(third.ports).toEqual({ port: 12000 });
    for (const { place } of [second, third]) await order.leave(place);
  });

  it('never give the same port to two that are asked for at the same time', async () => {
    const { order } = lane;
    for (let round = 0; round < 5; round += 1) {
      const both = await Promise.all([order.place({ ports: tcp }), order.place({ ports: tcp })]);
      const ports = both.map(({ ports: { port } }) => port);
      expect(new Set(ports).size).toBe(2);
      expect(ports).toContain(12000);
      for (const { place } of both) await order.leave(place);
    }
  });

  it('give one number to two transports, as a name server wants it', async () => {
    const { order } = lane;
    const both = {
      udp: { transport: 'udp', textbook: 53 },
      tcp: { transport: 'tcp', textbook: 53 },
    } as const;
    const { place, ports } = await order.place({ ports: both });
    expect(ports).toEqual({ udp: 53, tcp: 53 });
    await order.leave(place);
  });

  it('give a port that is asked for by number, or say who has it', async () => {
    const { order } = lane;
    const fixed = { port: { transport: 'tcp', fixed: 25 } } as const;
    const { place, ports } = await order.place({ ports: fixed });
    expect(ports).toEqual({ port: 25 });
    const server = await order.launch(
      place,
      python('import socket, time; s = socket.create_server(("", 25)); time.sleep(1000)'),
    );
    expect(await order.ready(server, 'tcp', 25)).toMatchObject({ kind: 'ready' });
    await expect(order.place({ ports: fixed })).rejects.toThrow(/^port 25 is taken by python3, process \d+$/);
    await order.leave(place);
    // Nobody has it now, and the place that could not be had has cost no disk.
    for (const again of await Promise.all([order.place({ ports: fixed }), order.place()]))
      await order.leave(again.place);
  });

  it('can be had again at once where a program has closed its connections first', async () => {
    const { order } = lane;
    const script = `
import socket, sys
server = socket.socket()
server.bind(('', 12000))
server.listen()
client = socket.create_connection(('127.0.0.1', 12000))
connection, _ = server.accept()
connection.close()
client.recv(1)
client.close()`;
    for (let round = 0; round < 3; round += 1) {
      const { place, ports } = await order.place({ ports: tcp });
      expect(ports).toEqual({ port: 12000 });
      await runIn(place, python(script));
      await order.leave(place);
    }
  });

  it('have their folders, writable, under the names that the program is told', async () => {
    const { order } = lane;
    const { place, work, values } = await order.place({
      folders: { mailroot: { 'bob/1.eml': 'Subject: x\n', 'alice/': '' }, work: { 'given.txt': 'given' } },
      host: '127.0.0.9',
      hosts: { root: '198.41.0.4' },
    });
    expect(values).toMatchObject({ host: '127.0.0.9', root: '198.41.0.4', work });
    const { mailroot = '' } = values;
    expect(await runIn(place, ['cat', `${mailroot}/bob/1.eml`, 'given.txt', '/submission/data.txt'])).toBe(
      'Subject: x\ngivenhanded in',
    );
    await runIn(place, [
      'sh',
      '-c',
      `echo new > ${mailroot}/alice/2.eml; rm ${mailroot}/bob/1.eml; echo made > made.txt`,
    ]);
    expect(await order.read(`${mailroot}/alice/2.eml`)).toBe('new\n');
    expect(await order.list(`${mailroot}/bob`)).toEqual([]);
    expect(await order.list(work)).toEqual(['given.txt', 'made.txt']);
    await order.leave(place);
  });

  it('beyond the number of disks wait for one that is left', async () => {
    const { order } = lane;
    const first = await order.place();
    const second = await order.place();
    let got: number | undefined;
    const third = order.place().then(({ place, work }) => {
      got = place;
      return work;
    });
    // An order that is answered: had the third been given, it would have been said by now.
    for (let i = 0; i < 20; i += 1) await order.lane();
    expect(got).toBeUndefined();
    await order.leave(second.place);
    expect(await third).toBe(second.work);
    for (const place of [first.place, got ?? -1]) await order.leave(place);
  });

  it('can be left twice, and take no program afterwards', async () => {
    const { order } = lane;
    const { place } = await order.place();
    await Promise.all([order.leave(place), order.leave(place)]);
    await expect(order.launch(place, ['true'])).rejects.toThrow('this place has been left');
    // The disk was given back once only.
    const both = [await order.place(), await order.place()];
    expect(new Set(both.map(({ work }) => work)).size).toBe(2);
    for (const one of both) await order.leave(one.place);
  });

  it('hold a daemon until they are left', async () => {
    const { order } = lane;
    const mark = `daemon-${process.pid}-${as.replace(' ', '-')}`;
    const script = `
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir('/')
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        open('/tmp/up', 'w').close()
        time.sleep(1000)
    os._exit(0)
os.wait()
while not os.path.exists('/tmp/up'): time.sleep(0.01)
# ${mark}`;
    const { place } = await order.place();
    const subject = await order.launch(place, ['env', '-i', ...python(script)]);
    expect((await order.ended(subject)).status).toBe(0);
    expect(processesWith(mark).length).toBeGreaterThan(0);
    // Several rounds of the search for it: it does not pass for gone.
    await new Promise(resolve => setTimeout(resolve, 300));
    expect((await order.look(subject)).gone).toBe(false);
    await order.leave(place);
    expect(processesWith(mark)).toEqual([]);
    await order.gone(subject);
  });

  it('tell when nothing of a program lives any more, though another runs there', async () => {
    const { order } = lane;
    const { place } = await order.place();
    const first = await order.launch(place, ['sleep', '0.1']);
    const second = await order.launch(place, ['sleep', '1000']);
    await order.gone(first);
    expect((await order.look(second)).ending).toBeUndefined();
    await order.leave(place);
    await order.gone(second);
  });

  const leftovers: readonly (readonly [string, string])[] = [
    ['a few files', "open('one', 'w').write('x'); open('/tmp/two', 'w').write('x')"],
    [
      '10,000 files',
      `
for folder in range(100):
    os.mkdir(str(folder))
    for file in range(100): open(f'{folder}/{file}', 'w').close()`,
    ],
    [
      'folders that nobody may enter',
      `
os.makedirs('/tmp/a/b/c')
open('/tmp/a/b/c/file', 'w').close()
os.mkdir('empty')
for path in ('/tmp/a/b/c', '/tmp/a/b', '/tmp/a', 'empty'): os.chmod(path, 0)
os.chmod('/tmp', 0)
os.chmod('.', 0)`,
    ],
    [
      'folders nested 5,000 deep',
      `
for depth in range(5000):
    os.mkdir('d')
    os.chdir('d')`,
    ],
    [
      // Few enough to be looked at, and too deep for a path.
      'folders nested deeper than a path can say',
      `
for depth in range(200):
    os.mkdir('d' * 250)
    os.chdir('d' * 250)
open('file', 'w').close()`,
    ],
    [
      'links, pipes and sockets',
      `
import socket
os.symlink('/', 'root')
os.symlink('/etc/passwd', '/dev/shm/users')
os.symlink('.', 'loop')
os.mkfifo('pipe')
socket.socket(socket.AF_UNIX).bind('socket')
os.link('pipe', 'again')`,
    ],
    [
      'names that are no text',
      "open(b'\\xff\\xfe\\n', 'w').close(); os.mkdir(b'-rf'); open('--', 'w').close()",
    ],
    [
      'a full disk',
      `
try:
    for i in range(100): open(f'/tmp/{i}', 'wb').write(bytes(2 * 1024 * 1024))
except OSError: pass`,
    ],
    [
      'files that are still open, by a program that runs',
      "print('up', flush=True); held = open('held', 'wb'); held.write(bytes(1024 * 1024)); held.flush(); os.chdir('/tmp'); import time; time.sleep(1000)",
    ],
  ];

  it.each(leftovers)('are empty again after %s', async (_, script) => {
    const { order } = lane;
    const other = await order.place();
    const { place, work } = await order.place();
    const disk = work.replace(/\/work$/, '');
    const free = await room(disk);
    const subject = await order.launch(place, python(`import os\n${script}`));
    await soon(async () => {
      const { ending, stdout } = await order.look(subject);
      return ending !== undefined || stdout !== '';
    });
    expect([0, undefined]).toContain((await order.look(subject)).ending?.status);
    await order.leave(place);
    expect(await order.list(disk)).toEqual([]);
    // The other disk is taken: the next place is on this one, and finds it as the first did.
    const next = await order.place();
    expect(next.work).toBe(work);
    expect(await room(disk)).toEqual(free);
    const look = "import os; print([os.listdir(path) for path in ('.', '/tmp', '/dev/shm')])";
    expect(await runIn(next.place, python(look))).toBe('[[], [], []]\n');
    await runIn(next.place, ['sh', '-c', 'echo x > file; echo x > /tmp/file; echo x > /dev/shm/file']);
    for (const one of [next, other]) await order.leave(one.place);
    // Nothing stays mounted twice.
    const mounts = (await order.read('/proc/self/mounts'))
      .split('\n')
      .filter(line => line.includes(` ${disk} `));
    expect(mounts).toHaveLength(1);
  });

  /** Free bytes and files of a disk. */
  async function room(disk: string): Promise<string> {
    return (await lane.order.exec(['df', '-B1', '--output=size,avail,itotal,iavail', disk])).stdout;
  }

  it('leave no log behind', async () => {
    expect(await lane.order.list('/wiremark/logs')).toEqual([]);
  });
});

describe.skipIf(skipped).each(users)('a build in a lane opened as %s', as => {
  let lane: RealLane;
  beforeAll(async () => {
    lane = await openLane({ as });
    await lane.order.submit({ 'source.txt': 'as handed in' });
  });
  afterEach(() => lane.order.leaveAll());
  afterAll(() => lane?.close());

  it('may write into the submission and what it builds, with no network at all', async () => {
    const { order } = lane;
    const script = `
import os, socket, sys
print('to standard error', file=sys.stderr, flush=True)
open('source.txt', 'a').write(', and built')
open('/built/program', 'w').write('#!/bin/sh\\ncat /submission/source.txt\\n')
os.chmod('/built/program', 0o755)
open('/tmp/scratch', 'w').close()
print(os.getcwd())
server = socket.create_server(('127.0.0.1', 0))
for path in ('/wiremark/place', '/wiremark/logs', '/root', '/home'): print(os.path.exists(path))
`;
    const beside = await order.place({ ports: tcp });
    const server = await order.launch(
      beside.place,
      python('import socket, time; s = socket.create_server(("", 12000)); time.sleep(1000)'),
    );
    await order.ready(server, 'tcp', 12000);
    const build = await order.build(python(script), { ...limits, openFiles: 256 });
    expect(await order.ended(build)).toMatchObject({ status: 0 });
    expect((await order.look(build)).stdout).toBe(
      'to standard error\n/submission\nFalse\nFalse\nFalse\nFalse\n',
    );
    const calls = `
import socket
try: socket.create_connection(('127.0.0.1', 12000))
except OSError as error: print(error.errno)`;
    const caller = await order.build(python(calls), limits);
    await order.ended(caller);
    // ECONNREFUSED: another loopback.
    expect((await order.look(caller)).stdout).toBe('111\n');
    await order.leave(beside.place);

    const { place } = await order.place();
    const subject = await order.launch(place, ['/built/program']);
    await order.ended(subject);
    expect((await order.look(subject)).stdout).toBe('as handed in, and built');
    const writer = await order.launch(place, ['sh', '-c', 'echo x > /built/x']);
    expect((await order.ended(writer)).status).not.toBe(0);
    await order.leave(place);
  });

  it.each([
    ['folders nested 5,000 deep', 'for depth in range(5000): os.mkdir("d"); os.chdir("d")'],
    [
      'folders that nobody may enter',
      'os.makedirs("a/b"); os.chmod("a/b", 0); os.chmod("a", 0); os.chmod("/built", 0)',
    ],
    ['2,000 files', 'for i in range(2000): open(f"/built/{i}", "w").close()'],
  ])('leaves nothing to the next submission, not even %s', async (_, script) => {
    const { order } = lane;
    await order.submit({ 'source.txt': 'as handed in' });
    const build = await order.build(python(`import os\n${script}`), limits);
    expect(await order.ended(build)).toMatchObject({ status: 0 });
    await order.stop(build);
    await order.clearJob();
    expect(await order.list('/wiremark/job')).toEqual([]);
    const { stdout } = await order.exec(['df', '-B1', '--output=size,used', '/wiremark/job']);
    expect(stdout.trim().split('\n').at(-1)?.trim().split(/\s+/)).toEqual([String(64 * 1024 * 1024), '0']);
    await order.submit({ 'source.txt': 'as handed in' });
  });

  it('is bound by limits of its own', async () => {
    const { order } = lane;
    const build = await order.build(['sleep', '1000'], { ...limits, wallMs: 500 });
    const ending = await order.ended(build);
    expect(ending.stopped).toMatch(/^ran for \S+ s of 0.5 s$/);
    await order.stop(build);
  });
});
