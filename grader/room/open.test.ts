import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openRoom } from './open.ts';
import { type Place, type PlaceRequest, PortTaken } from './room.ts';

const room = openRoom();
const places: Place[] = [];
afterEach(async () => {
  await Promise.all(places.splice(0).map(place => place.leave()));
});
async function place(request: Partial<PlaceRequest> = {}): Promise<Place> {
  const made = await room.place({ ports: {}, folders: {}, ...request });
  places.push(made);
  return made;
}

describe('a place of the open room', () => {
  it('has folders, files and values', async () => {
    const here = await place({
      ports: { port: { transport: 'tcp' }, dns: { transport: 'udp' } },
      folders: { mailroot: { 'bob/': '', 'carol/note.txt': 'hi' }, work: { 'users.txt': 'bob\n' } },
    });
    expect(here.host).toBe('127.0.0.1');
    expect(here.values).toMatchObject({ host: '127.0.0.1', work: here.work, port: String(here.ports.port) });
    const mailroot = here.values.mailroot ?? '';
    expect(statSync(join(mailroot, 'bob')).isDirectory()).toBe(true);
    expect(readFileSync(join(mailroot, 'carol/note.txt'), 'utf8')).toBe('hi');
    expect(readFileSync(join(here.work, 'users.txt'), 'utf8')).toBe('bob\n');
    expect(mailroot.startsWith(here.work)).toBe(false);
    expect((await place({ host: '127.0.0.9' })).values.host).toBe('127.0.0.9');
  });

  it('refuses files outside its folders', async () => {
    await expect(place({ folders: { a: { '../b': '' } } })).rejects.toThrow('not a path inside');
  });

  it('has ports of its own, below the ephemeral ones', async () => {
    const all = await Promise.all(
      Array.from({ length: 30 }, () => place({ ports: { port: { transport: 'udp' } } })),
    );
    const ports = all.map(here => here.ports.port ?? 0);
    expect(new Set(ports).size).toBe(30);
    expect(ports.every(port => port >= 20_000 && port < 32_000)).toBe(true);
  });

  it('says who holds a fixed port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const refused = await place({ ports: { port: { transport: 'tcp', fixed: port } } }).catch(error => error);
    expect(refused).toBeInstanceOf(PortTaken);
    expect(refused).toMatchObject({ port });
    if (process.platform === 'linux') expect(refused.message).toMatch(/is taken by .+, process \d+$/);
    await new Promise(resolve => server.close(resolve));
    expect((await place({ ports: { port: { transport: 'tcp', fixed: port } } })).ports.port).toBe(port);
  });
});

describe.runIf(process.platform !== 'win32')('leaving', () => {
  it('stops what runs there and removes the folder', async () => {
    const here = await place();
    const run = (script: string) =>
      here.launch({ command: ['sh', '-c', script], env: {}, stdin: { kind: 'none' } });
    const subject = run('pwd; mkdir -p locked/in; touch locked/in/x; exec sleep 300');
    const short = run('pwd');
    await short.ended;
    expect(short.output('stdout').text.trim()).toBe(here.work);
    for (let trial = 0; trial < 500 && !existsSync(join(here.work, 'locked/in/x')); trial += 1) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    chmodSync(join(here.work, 'locked/in'), 0);
    chmodSync(join(here.work, 'locked'), 0);
    await Promise.all([here.leave(), here.leave()]);
    expect((await subject.ended).signal).toBe('SIGKILL');
    expect(existsSync(here.work)).toBe(false);
    expect(() => run('true')).toThrow('left');
  });
});
