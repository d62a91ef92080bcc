/** Checks that look at what a program has left, and fake hosts, in a real lane: with a plan of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../report/result.ts';
import { skipped } from '../room/golden/real-lane.ts';
import { Crew } from './crew.ts';
import { bundled } from './golden/bundled.ts';
import type { Job } from './job.ts';

/** In the lane, in place of the grader's own process: grades by the plan and the command that the job's seed holds. */
const inLane = `
import { mkdirSync, writeFileSync } from 'node:fs';
import { grade } from '../play/grade.ts';
import { builtFolder, isolatedRoom, sourceFolder } from '../room/isolated.ts';
const MB = 1024 * 1024;
const limits = {
  wallMs: 60_000, cpuMs: 10_000, memoryBytes: 256 * MB, processes: 32, openFiles: 64, fileBytes: MB, diskBytes: MB,
};
for (const folder of [sourceFolder, builtFolder]) mkdirSync(folder, { recursive: true });
writeFileSync(sourceFolder + '/secret.txt', 'secret of the submission');
writeFileSync('/wiremark/grader.txt', 'secret of the grader');
const room = isolatedRoom(limits);
process.on('message', job => {
  grade({ ...JSON.parse(job.seed), room, seed: '1a2b', everything: true }).then(
    result => process.send({ kind: 'done', result }),
    error => process.send({ kind: 'trouble', says: error.stack }));
});
process.send({ kind: 'ready' });
`;

const ROOT = '198.41.0.4';
let crew: Crew;
let script: { file: string; remove(): void };
beforeAll(async () => {
  script = await bundled(inLane);
  const MB = 1024 * 1024;
  const command = [process.execPath, script.file];
  crew = new Crew({ lanes: 1, command, places: 2, diskBytes: 4 * MB, jobBytes: 4 * MB, addresses: [ROOT] });
});
afterAll(async () => {
  await crew.close();
  script.remove();
});

function graded(plan: object, command: readonly string[]): Promise<Result> {
  const submission: Job['submission'] = {
    student: 'ada',
    origin: 'ada',
    content: { kind: 'folder', path: '/' },
  };
  const seed = JSON.stringify({ plan: { hash: 'x', ...plan }, command });
  return crew.run({ assignment: 'none', submission, command: [], seed, slow: 1 });
}

const about = {
  title: 'x',
  topic: 'All',
  level: 'must',
  points: 10,
  source: ['contract: x'],
  rule: 'x',
  catches: 'x',
  hint: 'x',
};

describe.skipIf(skipped)('what a program has left in its folders', () => {
  const contract = {
    id: 'leaver',
    title: 'Leaver',
    says: 'Leaves files.',
    role: 'client',
    program: 'leaver',
    arguments: ['{box}'],
    ports: {},
    folders: { box: { 'given.txt': 'given' } },
    topics: ['all'],
  };
  const program = `
import os, sys
box = sys.argv[1]
open('own.txt', 'w').write('my own')
os.symlink('own.txt', 'link-to-own.txt')
os.symlink('/etc/passwd', 'users.txt')
os.symlink('/wiremark/grader.txt', 'grader.txt')
os.symlink('/wiremark/job/source/secret.txt', 'secret.txt')
os.symlink('/proc/self/environ', 'environment.txt')
os.symlink('/etc', 'system')
os.symlink('../../../../../../etc/passwd', box + '/users.txt')
os.mkfifo(box + '/pipe.txt')
os.remove(box + '/given.txt')
os.mkdir(box + '/given.txt')
`;
  const looks: readonly (readonly [string, string, string | undefined])[] = [
    ['own', '{work}/own.txt', undefined],
    ['own-by-link', '{work}/link-to-own.txt', undefined],
    ['users', '{work}/users.txt', 'is a link that leads out'],
    ['grader', '{work}/grader.txt', 'is a link that leads out'],
    ['secret', '{work}/secret.txt', 'is a link that leads out'],
    ['environment', '{work}/environment.txt', 'is a link that leads out'],
    ['below-a-link', '{work}/system/passwd', 'there is no file'],
    ['users-in-box', '{box}/users.txt', 'is a link that leads out'],
    ['pipe', '{box}/pipe.txt', 'is not a file'],
    ['folder', '{box}/given.txt', 'is not a file'],
  ];
  const checks = looks.map(([id, file]) => ({
    ...about,
    id,
    steps: [{ run: { stdin: '' } }, { exit: 0 }, { file, expect: { text: 'my own' } }],
  }));

  it('is read if it is its own, and nothing else is', async () => {
    const result = await graded({ contract, checks }, ['python3', '-c', program]);
    for (const [id, , says] of looks) {
      const check = result.checks.find(one => one.id === id);
      expect([id, check?.verdict]).toEqual([id, says === undefined ? 'met' : 'unmet']);
      if (says !== undefined) expect([id, check?.failure?.says]).toEqual([id, expect.stringContaining(says)]);
    }
    // Not a word of what the links lead to stands in the result.
    expect(JSON.stringify(result)).not.toMatch(/secret of|root:|daemon:|WIREMARK_LANE/);
  });
});

describe.skipIf(skipped)('fake hosts', () => {
  const port = { transport: 'udp', protocol: 'datagram', textbook: 53 };
  const contract = {
    id: 'resolver',
    title: 'Resolver',
    says: 'Asks a root server.',
    role: 'client',
    program: 'resolver',
    arguments: ['{root}', '{up}'],
    ports: { up: { ...port, opener: 'grader' } },
    hosts: { root: ROOT },
    topics: ['all'],
  };
  const program = `
import socket, sys
it = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
it.sendto(b'where', (sys.argv[1], int(sys.argv[2])))
data, sender = it.recvfrom(100)
print(sys.argv[1], sender[0], data.decode())`;
  const check = {
    ...about,
    id: 'asks',
    actors: { root: { plays: 'datagram', at: '{root}:{up}', rules: [{ reply: 'here' }] } },
    steps: [{ run: { stdin: '' } }, { exit: 0 }, { stdout: { text: `${ROOT} ${ROOT} here` } }],
  };

  it('stand on the addresses that the lecture gives them', async () => {
    const result = await graded({ contract, checks: [check] }, ['python3', '-c', program]);
    expect(result.checks.map(({ verdict, failure }) => [verdict, failure])).toEqual([['met', undefined]]);
  });
});
