import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { visitTable } from '../subject/socket-table.ts';
import { freePort } from './ports.ts';
import { endResting } from './resting.ts';

/** How many connections rest on the port. */
function resting(port: number): number {
  let count = 0;
  for (const name of ['tcp', 'tcp6'] as const)
    visitTable('self', name, row => {
      if (row.rests && row.port === port) count += 1;
      return false;
    });
  return count;
}

/** Serves so many clients and closes first, as many programs do; then the port rests. */
function serve(port: number, clients: number, reuse = false): void {
  const script = `
import socket
s = socket.socket()
if ${reuse ? 'True' : 'False'}: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', ${port}))
s.listen()
for i in range(${clients}):
    c = socket.create_connection(('127.0.0.1', ${port}))
    a, _ = s.accept()
    a.close()
    c.recv(1)
    c.close()
`;
  expect(spawnSync('python3', ['-c', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
}

it.runIf(process.platform === 'linux').each([
  ['without SO_REUSEADDR', false],
  ['with SO_REUSEADDR', true],
])('lets a port be bound on which a server %s has closed first', async (_, reuse) => {
  const port = await freePort('tcp');
  serve(port, 12, reuse);
  expect(resting(port)).toBe(12);
  const bind = `import socket; socket.socket().bind(('', ${port}))`;
  const python = (): number | null => spawnSync('python3', ['-c', bind], { stdio: 'ignore' }).status;
  expect(python()).not.toBe(0);
  await endResting([port]);
  expect(resting(port)).toBe(0);
  expect(python()).toBe(0);
});

it.runIf(process.platform === 'linux')('leaves other ports alone', async () => {
  const port = await freePort('tcp');
  serve(port, 1);
  await endResting([port + 1]);
  expect(resting(port)).toBe(1);
  await endResting([port]);
});
