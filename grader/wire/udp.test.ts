import { createSocket, type Socket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { datagram } from '../protocol/datagram.ts';
import { type Channel, GraderTrouble } from './channel.ts';
import { sleep, until } from './signal.ts';
import { type Peer, Transcript } from './transcript.ts';
import { UdpEndpoint, type UdpOptions } from './udp.ts';

const host = '127.0.0.1';
const patient = 20_000;
const open: { dispose(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.dispose();
});

interface Other {
  peer: Peer;
  heard: string[];
  socket: Socket;
}

/** The other side: an ordinary socket, which answers in upper case if asked to. */
async function other(address = host, answers = true): Promise<Other> {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes, { address: to, port }) => {
    heard.push(String(bytes));
    if (answers) socket.send(String(bytes).toUpperCase(), port, to);
  });
  await new Promise<void>(resolve => socket.bind({ address, port: 0 }, resolve));
  open.push({ dispose: () => socket.close() });
  return { peer: { address, port: socket.address().port }, heard, socket };
}

async function endpoint(
  options: Partial<UdpOptions> = {},
): Promise<{ channel: UdpEndpoint; transcript: Transcript }> {
  const transcript = new Transcript();
  const channel = await UdpEndpoint.open('client', {
    reader: datagram.reader('client'),
    transcript,
    local: { address: host, port: 0 },
    random: () => 0.5,
    ...options,
  });
  open.push(channel);
  return { channel, transcript };
}

async function when(channel: Channel, count: number): Promise<void> {
  expect(await until([channel.signal], () => channel.received.length >= count || undefined, patient)).toBe(
    true,
  );
}
const texts = (channel: Channel) => channel.received.map(({ message }) => message.text);
const story = ({ events }: Transcript) => events.map(({ by, kind, bytes }) => `${by} ${kind} ${bytes}`);
const settled = async (list: readonly unknown[], count: number) => {
  for (let turn = 0; turn < 500 && list.length < count; turn += 1) await sleep(10);
};

describe('a datagram socket', () => {
  it('sends and receives, and records who spoke', async () => {
    const { peer } = await other();
    const { channel, transcript } = await endpoint({ target: peer });
    expect(channel).toMatchObject({ state: 'open', connections: 0, transport: 'udp', lastPeer: undefined });
    await channel.send(Buffer.from('hello'));
    await when(channel, 1);
    expect(channel.received[0]).toMatchObject({
      message: { text: 'HELLO', length: 5, hex: '48454c4c4f', from: `${host}:${peer.port}` },
      from: peer,
    });
    expect(channel.lastPeer).toEqual(peer);
    expect(story(transcript)).toEqual(['grader data hello', 'subject data HELLO']);
    expect(transcript.events.map(event => event.peer)).toEqual([peer, peer]);
    expect([channel.partial(), channel.takePartial()]).toEqual([undefined, undefined]);
  });

  it('knows an empty datagram, and the largest', async () => {
    const { peer } = await other();
    const { channel } = await endpoint({ target: peer });
    await channel.send(Buffer.alloc(0));
    await when(channel, 1);
    await channel.send(Buffer.alloc(65_507, 'x'));
    await when(channel, 2);
    expect(channel.received.map(({ message }) => message.length)).toEqual([0, 65_507]);
  });

  it('sends to its target, also when a stranger wrote last, and elsewhere when told', async () => {
    const [target, stranger] = [await other(host, false), await other('127.0.0.2', false)];
    let port = 0;
    const { channel } = await endpoint({ target: target.peer });
    await channel.send(Buffer.from('one'));
    await settled(target.heard, 1);
    await new Promise<void>(resolve => {
      target.socket.once('message', (_, from) => {
        port = from.port;
        resolve();
      });
      void channel.send(Buffer.from('two'));
    });
    stranger.socket.send('evil', port, host);
    await when(channel, 1);
    expect(channel.received[0]?.from).toEqual(stranger.peer);
    expect(channel.lastPeer).toEqual(stranger.peer);
    await channel.send(Buffer.from('three'));
    await settled(target.heard, 3);
    await channel.send(Buffer.from('to you'), stranger.peer);
    await settled(stranger.heard, 1);
    expect([target.heard, stranger.heard]).toEqual([['one', 'two', 'three'], ['to you']]);
  });

  it('without a target answers whoever wrote last, and nobody before', async () => {
    const changes: number[] = [];
    const server = await other();
    const probe = await endpoint({ target: server.peer });
    const { channel } = await endpoint({ onChange: () => changes.push(1) });
    expect(() => channel.send(Buffer.from('x'))).toThrow(GraderTrouble);
    expect(() => channel.send(Buffer.from('x'))).toThrow('has heard nobody');
    await channel.send(Buffer.from('a'), server.peer);
    await when(channel, 1);
    await channel.send(Buffer.from('b'));
    await when(channel, 2);
    expect(server.heard).toEqual(['a', 'b']);
    expect(changes).toHaveLength(2);
    expect(probe.channel.received).toHaveLength(0);
  });

  it('impairs what goes out', async () => {
    const { peer, heard } = await other(host, false);
    const out = { drop: [1], duplicate: [2], swap: [3], delay: { 5: 30 } };
    const { channel, transcript } = await endpoint({ target: peer, impair: { out } });
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) await channel.send(Buffer.from(text));
    await settled(heard, 6);
    expect(heard).toEqual(['b', 'b', 'd', 'c', 'f', 'e']);
    expect(story(transcript)[0]).toBe('grader dropped a');
    expect(story(transcript).filter(line => line.includes('dropped'))).toHaveLength(1);
  });

  it('impairs what comes in, and shows what was kept back', async () => {
    const { peer } = await other();
    const impair = { in: { drop: [1], duplicate: [2], swap: [3] } };
    const { channel, transcript } = await endpoint({ target: peer, impair });
    for (const text of ['a', 'b', 'c', 'd']) {
      await channel.send(Buffer.from(text));
      // One after the other, so that their order is certain.
      await sleep(5);
    }
    await when(channel, 4);
    expect(texts(channel)).toEqual(['B', 'B', 'D', 'C']);
    expect(story(transcript).filter(line => line.startsWith('subject'))).toEqual([
      'subject dropped A',
      'subject data B',
      'subject data B',
      'subject data D',
      'subject data C',
    ]);
  });

  it('has luck of its own in each direction', async () => {
    const lost = async (chatty: boolean): Promise<string[]> => {
      const { peer, socket } = await other(host, false);
      let draws = 0;
      const random = () => {
        draws += 1;
        return (draws * 0.37) % 1;
      };
      const impair = { in: { loss: 0.5 }, out: { loss: 0.5 } };
      const { channel, transcript } = await endpoint({ target: peer, impair, random });
      const port = await new Promise<number>(resolve => {
        socket.on('message', (_, from) => resolve(from.port));
        void channel.send(Buffer.from('first'));
        void channel.send(Buffer.from('second'));
        for (let i = 0; i < (chatty ? 20 : 10); i += 1) void channel.send(Buffer.from(`more ${i}`));
      });
      for (let i = 0; i < 20; i += 1) {
        socket.send(`in ${i}`, port, host);
        await sleep(2);
      }
      const inward = () => story(transcript).filter(line => line.startsWith('subject'));
      for (let turn = 0; turn < 500 && inward().length < 20; turn += 1) await sleep(10);
      return inward();
    };
    const quiet = await lost(false);
    expect(quiet.some(line => line.includes('dropped'))).toBe(true);
    expect(quiet.some(line => line.includes('data'))).toBe(true);
    expect(await lost(true)).toEqual(quiet);
  });

  it('has no stream to end, reset or stall', async () => {
    const { channel } = await endpoint();
    for (const act of ['halfClose', 'reset', 'stall'] as const)
      expect(() => channel[act]()).toThrow(GraderTrouble);
  });

  it('closes once, and can be disposed of again and again', async () => {
    const { peer, heard } = await other();
    const { channel } = await endpoint({ target: peer, impair: { out: { delay: { 1: 20 } } } });
    await channel.send(Buffer.from('late'));
    channel.close();
    expect(channel.state).toBe('closed');
    channel.close();
    channel.dispose();
    channel.dispose();
    await sleep(60);
    expect(heard).toEqual([]);
  });

  it('is the grader’s trouble where it can not stand, and leaves nothing open', async () => {
    const { peer } = await other();
    const sockets = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
    const before = sockets();
    for (let i = 0; i < 20; i += 1)
      await expect(endpoint({ local: peer })).rejects.toThrow(/could not bind 127\.0\.0\.1:\d+/);
    await expect(endpoint({ local: { address: '192.0.2.1', port: 0 } })).rejects.toThrow(GraderTrouble);
    await sleep(20);
    expect(sockets() - before).toBeLessThan(10);
  });
});
