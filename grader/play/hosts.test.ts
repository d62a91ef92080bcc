/** Fake hosts: an actor on an address of its own, which the program is told by a placeholder. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Contract } from '../assignment/contract.ts';
import type { PlannedCheck } from '../fixture/plan.ts';
import { makeFolder, removeFolder } from '../room/folder.ts';
import { openRoom } from '../room/open.ts';
import { grade } from './grade.ts';

const base = makeFolder();
afterAll(() => removeFolder(base));

/** Passes each datagram on to the host of its second argument, and the answer back. */
const forwarder = join(base, 'forwarder.mjs');
writeFileSync(
  forwarder,
  `import { createSocket } from 'node:dgram';
const [port, root, at] = process.argv.slice(2);
const below = createSocket('udp4').bind(Number(port), '127.0.0.1');
const above = createSocket('udp4');
let asker;
below.on('message', (bytes, from) => { asker = from; above.send(bytes, Number(at), root); });
above.on('message', (bytes, from) => below.send(from.address + ' ' + bytes, asker.port, asker.address));`,
);

const port = { transport: 'udp', protocol: 'datagram', textbook: 12000 } as const;
const contract: Contract = {
  id: 'forwarder',
  title: 'Forwarder',
  says: 'Forwards.',
  role: 'server',
  program: 'forwarder',
  arguments: ['{port}', '{root}', '{up}'],
  ports: { port: { ...port, opener: 'subject' }, up: { ...port, opener: 'grader' } },
  hosts: { root: '198.41.0.4', tld: '192.5.6.30' },
  topics: ['all'],
};
const check = (id: string, host: string, expected: string): PlannedCheck => ({
  id,
  title: id,
  topic: 'All',
  level: 'must',
  points: 50,
  source: ['contract: forwards'],
  rule: 'Forwards.',
  catches: 'Not forwarding.',
  hint: 'Forward.',
  subject: 'own',
  actors: { upstream: { plays: 'datagram', at: `{${host}}:{up}`, rules: [{ reply: 'here' }] } },
  steps: [
    { open: 'client', to: 'port' },
    { send: 'hello', expect: { text: { $match: expected } } },
  ],
});

it.runIf(process.platform === 'linux')('stand on addresses of 127/8 in the open room', async () => {
  const checks = [
    check('at-root', 'root', '^127\\.\\d+\\.\\d+\\.\\d+ here$'),
    check('elsewhere', 'tld', 'here'),
  ];
  const plan = { contract, checks, hash: 'x' } as unknown as Parameters<typeof grade>[0]['plan'];
  const result = await grade({
    plan,
    room: openRoom(),
    command: [process.execPath, forwarder],
    slow: 0.4,
  });
  const [root, elsewhere] = result.checks;
  expect([root?.verdict, root?.failure]).toEqual(['met', undefined]);
  // Nobody stands where the program sends it: the two hosts are not the same.
  expect(elsewhere?.verdict).toBe('unmet');
});
