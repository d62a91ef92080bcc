import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LineReader } from '../protocol/lines.ts';
import { type Channel, GraderTrouble } from './channel.ts';
import { sleep, until } from './signal.ts';
import { connect, TcpConnection } from './tcp.ts';
import { TcpListener } from './tcp-listener.ts';
import { type Peer, Transcript } from './transcript.ts';

const host = '127.0.0.1';
const patient = 20_000;

const open: { dispose(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.dispose();
});

/** The other side: an ordinary server. */
async function serve(onSocket: (socket: Socket) => void, allowHalfOpen = true): Promise<Peer> {
  const sockets: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen }, socket => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>(resolve => server.listen(0, host, resolve));
  open.push({
    dispose: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const { port } = server.address() as { port: number };
  return { address: host, port };
}

async function call(to: Peer, from?: string): Promise<{ channel: TcpConnection; transcript: Transcript }> {
  const transcript = new Transcript();
  const reader = new LineReader();
  const channel = await connect('client', to, { reader, transcript, ms: patient, from });
  if (!(channel instanceof TcpConnection)) throw new Error(`no connection: ${channel}`);
  open.push(channel);
  return { channel, transcript };
}

async function listen(
  onChange: (connection: TcpConnection) => void = () => undefined,
): Promise<{ listener: TcpListener; transcript: Transcript; at: Peer }> {
  const free = await serve(() => undefined);
  const at = { address: '127.0.0.3', port: free.port };
  const transcript = new Transcript();
  const reader = () => new LineReader();
  const listener = await TcpListener.listen('server', at, { reader, transcript, onChange });
  open.push(listener);
  return { listener, transcript, at };
}

function caller(to: Peer): Socket {
  const socket = dial({ host: to.address, port: to.port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  open.push({ dispose: () => socket.destroy() });
  return socket;
}

/** Waits until the condition holds, and fails if it never does. */
async function when(channel: Channel, test: () => boolean): Promise<void> {
  expect(await until([channel.signal], () => test() || undefined, patient)).toBe(true);
}
const texts = (channel: Channel) => channel.received.map(({ message }) => message.text);
const story = ({ events }: Transcript) =>
  events.map(({ by, kind, bytes }) => `${by} ${kind}${bytes === undefined ? '' : ` ${bytes}`}`);

describe('a connection that the grader opens', () => {
  it('sends, receives, and records both in order', async () => {
    const to = await serve(socket => socket.on('data', bytes => socket.write(String(bytes).toUpperCase())));
    const { channel, transcript } = await call(to);
    expect(channel).toMatchObject({ state: 'open', connections: 1, transport: 'tcp', name: 'client' });
    await channel.send(Buffer.from('one\n'));
    await when(channel, () => channel.received.length === 1);
    await channel.send(Buffer.from('two\n'));
    await when(channel, () => channel.received.length === 2);
    expect(texts(channel)).toEqual(['ONE', 'TWO']);
    expect(story(transcript)).toEqual([
      'grader open',
      'grader data one\n',
      'subject data ONE\n',
      'grader data two\n',
      'subject data TWO\n',
    ]);
    const times = transcript.events.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(channel.received[0]?.at).toBeGreaterThanOrEqual(transcript.events[2]?.at ?? Number.NaN);
    expect(transcript.events.every(event => event.channel === 'client')).toBe(true);
  });

  it('can come from an address of its own', async () => {
    const to = await serve(socket => socket.write(`${socket.remoteAddress}\n`));
    const { channel } = await call(to, '127.0.0.2');
    await when(channel, () => channel.received.length > 0);
    expect(texts(channel)).toEqual(['127.0.0.2']);
  });

  it('is refused where nobody listens', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, host, resolve));
    const { port } = server.address() as { port: number };
    await new Promise(resolve => server.close(resolve));
    const transcript = new Transcript();
    const answer = connect(
      'client',
      { address: host, port },
      { reader: new LineReader(), transcript, ms: patient },
    );
    expect(await answer).toBe('refused');
    expect(story(transcript)).toEqual(['subject refused']);
  });

  it('is the grader’s trouble where its own address is none', async () => {
    const to = await serve(() => undefined);
    const options = { reader: new LineReader(), transcript: new Transcript(), ms: patient };
    await expect(connect('client', to, { ...options, from: '192.0.2.1' })).rejects.toThrow(GraderTrouble);
  });

  it('notices the end of the stream, and what was left over then', async () => {
    const to = await serve(socket => socket.end('whole\nhalf'));
    const { channel, transcript } = await call(to);
    await when(channel, () => channel.state === 'ended');
    expect(channel.received.map(({ message }) => message)).toEqual([
      { text: 'whole', end: '\n', length: 5 },
      { text: 'half', end: '', length: 4 },
    ]);
    expect(story(transcript).at(-1)).toBe('subject end');
  });

  it('half-closes, and still hears', async () => {
    const to = await serve(socket => {
      socket.on('data', () => undefined);
      socket.on('end', () => socket.end('after your end\n'));
    });
    const { channel, transcript } = await call(to);
    await channel.send(Buffer.from('x'));
    channel.halfClose();
    await when(channel, () => channel.state === 'ended');
    expect(texts(channel)).toEqual(['after your end']);
    expect(story(transcript)).toEqual([
      'grader open',
      'grader data x',
      'grader end',
      'subject data after your end\n',
      'subject end',
    ]);
  });

  it('can still send when the other side has half-closed', async () => {
    let heard = '';
    const to = await serve(socket => {
      socket.end();
      socket.on('data', bytes => {
        heard += bytes;
      });
    });
    const { channel } = await call(to);
    await when(channel, () => channel.state === 'ended');
    await channel.send(Buffer.from('still here'));
    for (let turn = 0; turn < 500 && heard === ''; turn += 1) await sleep(10);
    expect(heard).toBe('still here');
  });

  it('tells a reset from an end', async () => {
    const to = await serve(socket => socket.once('data', () => socket.resetAndDestroy()));
    const { channel, transcript } = await call(to);
    await channel.send(Buffer.from('x\n'));
    await when(channel, () => channel.state === 'reset');
    expect(story(transcript).at(-1)).toBe('subject reset');
    expect(transcript.events.at(-1)?.text).toBe('ECONNRESET');
    await channel.send(Buffer.from('into the void'));
    expect(channel.state).toBe('reset');
  });

  it('resets so that the other side sees it', async () => {
    let error: NodeJS.ErrnoException | undefined;
    const to = await serve(socket =>
      socket.on('error', seen => {
        error = seen;
      }),
    );
    const { channel, transcript } = await call(to);
    channel.reset();
    expect(channel.state).toBe('closed');
    for (let turn = 0; turn < 500 && error === undefined; turn += 1) await sleep(10);
    expect(error?.code).toBe('ECONNRESET');
    expect(story(transcript)).toEqual(['grader open', 'grader reset']);
  });

  it('closes in order: what was sent before arrives', async () => {
    let heard = '';
    let ended = false;
    const to = await serve(socket => {
      socket.on('data', bytes => {
        heard += bytes;
      });
      socket.on('end', () => {
        ended = true;
      });
    });
    const { channel, transcript } = await call(to);
    await channel.send(Buffer.from('last words'));
    channel.close();
    expect(channel.state).toBe('closed');
    for (let turn = 0; turn < 500 && !ended; turn += 1) await sleep(10);
    expect([heard, ended]).toEqual(['last words', true]);
    expect(story(transcript)).toEqual(['grader open', 'grader data last words', 'grader close']);
  });

  it('takes an unfinished message', async () => {
    const to = await serve(socket => {
      socket.write('no newline');
      socket.once('data', () => socket.write('\r\nnext\n'));
    });
    const { channel } = await call(to);
    expect(channel.partial()).toBeUndefined();
    expect(channel.takePartial()).toBeUndefined();
    await when(channel, () => channel.partial() !== undefined);
    expect(channel.partial()).toEqual({ text: 'no newline', end: '', length: 10 });
    expect(channel.received).toHaveLength(0);
    expect(channel.takePartial()?.message.text).toBe('no newline');
    expect(channel.partial()).toBeUndefined();
    await channel.send(Buffer.from('go on'));
    await when(channel, () => channel.received.length === 2);
    expect(channel.received.map(({ message }) => [message.text, message.end])).toEqual([
      ['no newline', '\r\n'],
      ['next', '\n'],
    ]);
  });

  it('loses nothing of 8 MiB by not reading for a while', async () => {
    const size = 8 * 1024 * 1024;
    const sent = Buffer.alloc(size, 'abcdefghijklmnopqrstuvwxyz');
    sent[size - 1] = 0x0a;
    let flushed = false;
    const to = await serve(socket =>
      socket.once('data', () =>
        socket.write(sent, () => {
          flushed = true;
        }),
      ),
    );
    const { channel } = await call(to);
    channel.stall(10);
    channel.stall(1200);
    await channel.send(Buffer.from('go\n'));
    await sleep(100);
    // The second stall replaced the first, and so the sender is held up by full buffers.
    expect([flushed, channel.received.length]).toEqual([false, 0]);
    await when(channel, () => channel.received.length === 1);
    expect(channel.received[0]?.message.length).toBe(size - 1);
    expect(channel.received[0]?.message.text).toBe(sent.toString('utf8', 0, size - 1));
  });

  it('can be disposed of in any state, twice', async () => {
    const to = await serve(socket => socket.write('x\n'));
    const { channel } = await call(to);
    channel.stall(50);
    channel.dispose();
    channel.dispose();
    await sleep(80);
    expect(channel.received).toHaveLength(0);
  });
});

describe('a server that the grader plays', () => {
  it('gathers the messages of all connections in order of arrival, and speaks to the one that spoke last', async () => {
    const { listener, transcript, at } = await listen();
    expect(listener).toMatchObject({ connections: 0, state: 'open' });
    const [first] = [caller(at)];
    await when(listener, () => listener.connections === 1);
    first.write('one\n');
    await when(listener, () => listener.received.length === 1);
    const second = caller(at);
    await when(listener, () => listener.connections === 2);
    second.write('two\n');
    await when(listener, () => listener.received.length === 2);
    first.write('three\nfour');
    await when(listener, () => listener.received.length === 3);
    expect(texts(listener)).toEqual(['one', 'two', 'three']);
    let [toFirst, toSecond] = ['', ''];
    first.on('data', bytes => {
      toFirst += bytes;
    });
    second.on('data', bytes => {
      toSecond += bytes;
    });
    await listener.send(Buffer.from('hello'));
    for (let turn = 0; turn < 500 && toFirst === ''; turn += 1) await sleep(10);
    expect([toFirst, toSecond]).toEqual(['hello', '']);
    expect(story(transcript).filter(line => line.includes('open'))).toEqual(['subject open', 'subject open']);
    expect(transcript.events.every(event => event.channel === 'server')).toBe(true);
    // What the first left unfinished counts when its stream ends; the one that spoke last decides the state.
    first.end();
    await when(listener, () => listener.received.length === 4);
    expect([texts(listener).at(-1), listener.state]).toEqual(['four', 'ended']);
  });

  it('half-closes, closes and resets the newest connection', async () => {
    const { listener, at } = await listen();
    const seen: string[] = [];
    const visit = async (act: () => void): Promise<void> => {
      const before = listener.connections;
      const socket = caller(at);
      await when(listener, () => listener.connections > before);
      socket.on('end', () => seen.push('end'));
      socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? ''));
      socket.resume();
      const had = seen.length;
      act();
      for (let turn = 0; turn < 500 && seen.length === had; turn += 1) await sleep(10);
    };
    await visit(() => listener.halfClose());
    expect(listener.state).toBe('open');
    await visit(() => listener.close());
    expect(listener.state).toBe('closed');
    await visit(() => listener.reset());
    expect(seen).toEqual(['end', 'end', 'ECONNRESET']);
  });

  it('stalls and takes an unfinished message from the newest connection', async () => {
    const { listener, at } = await listen();
    const socket = caller(at);
    await when(listener, () => listener.connections === 1);
    listener.stall(800);
    socket.write('half');
    await sleep(50);
    expect(listener.partial()).toBeUndefined();
    await when(listener, () => listener.partial() !== undefined);
    expect(listener.takePartial()?.message.text).toBe('half');
    expect(texts(listener)).toEqual(['half']);
    socket.end();
    await when(listener, () => listener.state === 'ended');
    expect(texts(listener)).toEqual(['half']);
  });

  it('counts what a rule took before it was finished, at once', async () => {
    const { listener, at } = await listen(connection => connection.takePartial());
    caller(at).write('prompt> ');
    await when(listener, () => listener.received.length === 1);
    expect(texts(listener)).toEqual(['prompt> ']);
  });

  it('tells of each change, the opening first', async () => {
    const changes: string[] = [];
    const { listener, at } = await listen(({ received, state }) =>
      changes.push(`${received.length} ${state}`),
    );
    const socket = caller(at);
    await when(listener, () => changes.length === 1);
    socket.write('x\n');
    await when(listener, () => changes.length === 2);
    socket.end();
    await when(listener, () => listener.state === 'ended');
    expect(changes.slice(0, 3)).toEqual(['0 open', '1 open', '1 ended']);
  });

  it('can do nothing before somebody has connected', async () => {
    const { listener } = await listen();
    expect(() => listener.send(Buffer.from('x'))).toThrow('"server" has no connection to send');
    for (const act of ['halfClose', 'reset', 'close'] as const)
      expect(() => listener[act]()).toThrow(GraderTrouble);
    expect(() => listener.stall(1)).toThrow(GraderTrouble);
    expect([listener.partial(), listener.takePartial()]).toEqual([undefined, undefined]);
  });

  it('is the grader’s trouble where it can not stand', async () => {
    const { at } = await listen();
    const options = {
      reader: () => new LineReader(),
      transcript: new Transcript(),
      onChange: () => undefined,
    };
    await expect(TcpListener.listen('again', at, options)).rejects.toThrow(
      /could not listen on 127\.0\.0\.3:\d+/,
    );
    const nowhere = { address: '192.0.2.1', port: 0 };
    await expect(TcpListener.listen('far', nowhere, options)).rejects.toThrow(GraderTrouble);
  });
});
