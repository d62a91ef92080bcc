/** The crew over real lanes, in which something else than the grader runs: one that obeys, dies or is silent. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Result } from '../report/result.ts';
import { makeFolder, removeFolder } from '../room/folder.ts';
import { processesWith, skipped, soon } from '../room/golden/real-lane.ts';
import { writableGroups } from '../room/groups.ts';
import { Crew, LaneDied } from './crew.ts';
import { bundled } from './golden/bundled.ts';
import type { Job, Word } from './job.ts';

/**
 * What a job's seed says, a lane does. The result names the process: each has another birthday. `MARK` is in its
 * command line, so that the processes of a test can be found.
 */
const obedient = `
const born = process.hrtime.bigint().toString();
process.on('message', async job => {
  const [what, ...rest] = job.seed.split(' ');
  const done = () => process.send({ kind: 'done', result: { born, seed: job.seed } });
  if (what === 'answer') done();
  else if (what === 'wait') { process.send({ kind: 'progress', decided: 1, of: 2 }); setTimeout(done, Number(rest[0])); }
  else if (what === 'until') {
    process.send({ kind: 'progress', decided: 1, of: 2 });
    const timer = setInterval(() => {
      if (!require('node:fs').existsSync(rest[0])) return;
      clearInterval(timer);
      done();
    }, 5);
  }
  else if (what === 'hang') process.send({ kind: 'progress', decided: 1, of: 2 });
  else if (what === 'die') { process.stderr.write('it was ' + job.seed, () => process.exit(1)); }
  else if (what === 'trouble') process.send({ kind: 'trouble', says: 'nobody has foreseen this' });
  else if (what === 'daemon') {
    require('node:child_process').spawn('sh', ['-c', 'setsid sh -c "while :; do sleep 9; done # here MARK" & while :; do sleep 9; done # here MARK'], { stdio: 'ignore' });
    setTimeout(() => process.send({ kind: 'progress', decided: 1, of: 2 }), 50);
  }
});
process.send({ kind: 'ready' });
// MARK`;

const folder = makeFolder();
afterAll(() => removeFolder(folder));

let serial = 0;
const crews: Crew[] = [];

interface Trial {
  crew: Crew;
  /** Stands in the command lines of its processes. */
  mark: string;
}

function crewOf(lanes: number, script = obedient): Trial {
  serial += 1;
  const mark = `crew-${process.pid}-${serial}-end`;
  const command = [process.execPath, '-e', script.replaceAll('MARK', mark)];
  const MB = 1024 * 1024;
  const crew = new Crew({ lanes, command, places: 1, diskBytes: MB, jobBytes: MB, addresses: [] });
  crews.push(crew);
  return { crew, mark };
}

const job = (seed: string): Job => ({
  assignment: 'none',
  submission: { student: 'ada', origin: 'ada', content: { kind: 'folder', path: '/' } },
  command: [],
  seed,
  slow: 1,
});

/** What the obedient lane answers. */
const answered = (result: Result): { born: string; seed: string } =>
  result as unknown as { born: string; seed: string };

/** Control groups of this process's crews. */
function groupsLeft(prefix = `wiremark-${process.pid}-`): string[] {
  return Object.values(writableGroups()?.folders ?? {}).flatMap(folder =>
    readdirSync(folder).filter(name => name.startsWith(prefix) && !name.endsWith('-trial')),
  );
}

describe.skipIf(skipped)('a crew', () => {
  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(crews.splice(0).map(crew => crew.close()));
  });

  it('gives a lane one job after the other, and starts no more lanes than there is work for', async () => {
    const { crew } = crewOf(3);
    expect(crew.many).toBe(3);
    expect(crew.pids).toEqual([]);
    const results: Result[] = [];
    for (let i = 0; i < 3; i += 1) results.push(await crew.run(job(`answer ${i}`)));
    expect(results.map(result => answered(result).seed)).toEqual(['answer 0', 'answer 1', 'answer 2']);
    expect(new Set(results.map(result => answered(result).born)).size).toBe(1);
    expect(crew.pids).toHaveLength(1);
  });

  it('works on as many jobs at the same time as it has lanes', async () => {
    const { crew } = crewOf(2);
    const begun: number[] = [];
    const signals = Array.from({ length: 4 }, (_, i) => join(folder, `signal-${i}`));
    const jobs = signals.map((signal, i) => crew.run(job(`until ${signal}`), () => begun.push(i)));
    for (const [i, signal] of signals.entries()) {
      // As long as one job is left to begin, two are being worked on.
      await soon(() => begun.length === Math.min(i + 2, 4));
      writeFileSync(signal, '');
      await jobs[i];
    }
    expect(begun.toSorted()).toEqual([0, 1, 2, 3]);
    expect(begun.slice(2)).toEqual([2, 3]);
    const lanes = await Promise.all(jobs.map(async it => answered(await it).born));
    expect(new Set(lanes).size).toBe(2);
  });

  it('takes jobs that wait in their order', async () => {
    const { crew } = crewOf(1);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        await crew.run(job(`answer ${i}`));
        order.push(i);
      }),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('passes on what a lane says before its result', async () => {
    const { crew } = crewOf(1);
    const words: Word[] = [];
    await crew.run(job('wait 1'), word => words.push(word));
    expect(words).toEqual([{ kind: 'progress', decided: 1, of: 2 }]);
  });

  it('does a job again whose lane has died under it, on a new lane', async () => {
    const { crew } = crewOf(1);
    const before = answered(await crew.run(job('answer'))).born;
    let tellings = 0;
    const result = await crew.run(job('wait 300'), () => {
      tellings += 1;
      if (tellings === 1) for (const pid of crew.pids) process.kill(pid, 'SIGKILL');
    });
    expect(tellings).toBe(2);
    expect(answered(result).born).not.toBe(before);
    // Jobs that have waited meanwhile are not lost.
    expect(answered(await crew.run(job('answer'))).born).toBe(answered(result).born);
  });

  it('gives a job up that has taken two lanes with it, and says what the last one said', async () => {
    const { crew } = crewOf(1);
    const error = await crew.run(job('die by design')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LaneDied);
    expect((error as LaneDied).message).toBe('it was die by design');
    expect(answered(await crew.run(job('answer'))).seed).toBe('answer');
  });

  it('goes on with other jobs while one of them brings its lanes down', async () => {
    const { crew } = crewOf(2);
    const ends = await Promise.allSettled(
      ['answer 1', 'die', 'answer 2', 'die', 'answer 3', 'answer 4'].map(seed => crew.run(job(seed))),
    );
    expect(ends.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    ]);
    expect(crew.pids).toHaveLength(2);
  });

  it('does a job again for which a lane had trouble, and tells of it', async () => {
    const { crew } = crewOf(1);
    const first = answered(await crew.run(job('answer'))).born;
    await expect(crew.run(job('trouble'))).rejects.toThrow('nobody has foreseen this');
    // The lane in which that happened is not used again.
    expect(answered(await crew.run(job('answer'))).born).not.toBe(first);
  });

  it('replaces a lane that died while it had nothing to do, at no cost to a job', async () => {
    const { crew } = crewOf(1);
    for (let round = 0; round < 2; round += 1) {
      const { born } = answered(await crew.run(job('answer')));
      const [pid = 0] = crew.pids;
      process.kill(pid, 'SIGKILL');
      await soon(() => !existsSync(`/proc/${pid}`));
      expect(answered(await crew.run(job('answer'))).born).not.toBe(born);
    }
  });

  it('gives up lanes that never say that they are ready', async () => {
    // Half a minute each, which nobody waits for here.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { crew } = crewOf(1, 'process.on("message", () => {}); setInterval(() => {}, 1000); // MARK');
    const settled = crew.run(job('answer')).then(
      () => 'done',
      (reason: unknown) => reason,
    );
    let end: unknown;
    void settled.then(value => {
      end = value;
    });
    for (let i = 0; end === undefined && i < 1000; i += 1) {
      await vi.advanceTimersByTimeAsync(10_000);
      // Time for the system's own news: that a process has ended.
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(end).toBeInstanceOf(LaneDied);
    expect((end as LaneDied).message).toBe('its lane was not there in time');
  });

  it('gives up a job that hangs, after a quarter of an hour twice', async () => {
    const { crew } = crewOf(1);
    await crew.run(job('answer'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let tellings = 0;
    let end: unknown;
    void crew
      .run(job('hang'), () => {
        tellings += 1;
      })
      .catch((reason: unknown) => {
        end = reason;
      });
    while (end === undefined) {
      const before = tellings;
      // Only while a job hangs: a lane that is about to start has less time than that.
      for (let i = 0; i < 1e6 && tellings === before && end === undefined; i += 1)
        await new Promise(resolve => setImmediate(resolve));
      if (end === undefined) await vi.advanceTimersByTimeAsync(15 * 60_000);
    }
    expect(tellings).toBe(2);
    expect((end as LaneDied).message).toBe('it took longer than any submission may');
  });

  it('says what the system said when there can be no lane', async () => {
    const MB = 1024 * 1024;
    const addresses = ['no address'];
    const command = [process.execPath, '-e', ''];
    const crew = new Crew({ lanes: 1, command, places: 1, diskBytes: MB, jobBytes: MB, addresses });
    crews.push(crew);
    await expect(crew.run(job('answer'))).rejects.toThrow(/prefix|address/);
  });

  it('leaves no process and no control group when it is closed', async () => {
    const { crew, mark } = crewOf(2);
    const running = Promise.allSettled([crew.run(job('hang')), crew.run(job('hang'))]);
    await soon(() => processesWith(mark).length >= 2);
    const [lane = 0] = crew.pids;
    expect(existsSync(`/proc/${lane}`)).toBe(true);
    await crew.close();
    await soon(() => processesWith(mark).length === 0);
    expect(groupsLeft()).toEqual([]);
    await running;
  });

  it('settles every job when it is closed, also those that wait, and starts no lane any more', async () => {
    const { crew, mark } = crewOf(1);
    const running = Promise.allSettled([
      crew.run(job('hang')),
      crew.run(job('answer')),
      crew.run(job('answer')),
    ]);
    await soon(() => processesWith(mark).length >= 1);
    await crew.close();
    const ends = await running;
    expect(ends.map(end => end.status === 'rejected' && end.reason instanceof LaneDied)).toEqual([
      true,
      true,
      true,
    ]);
    await expect(crew.run(job('answer'))).rejects.toThrow(LaneDied);
    await soon(() => processesWith(mark).length === 0);
  });

  it('leaves nothing when it is closed while its lanes are being set up', async () => {
    for (let ms = 0; ms <= 60; ms += 4) {
      const { crew, mark } = crewOf(1);
      const running = crew.run(job('hang')).catch(() => undefined);
      await new Promise(resolve => setTimeout(resolve, ms));
      await crew.close();
      await running;
      await soon(() => processesWith(mark).length === 0);
    }
    expect(groupsLeft()).toEqual([]);
  });

  it('leaves nothing when its lanes die with programs in them', async () => {
    const { crew, mark } = crewOf(1);
    const running = crew.run(job('daemon')).catch((reason: unknown) => reason);
    // Two lanes, one after the other, each with a program and a daemon.
    for (let round = 0; round < 2; round += 1) {
      await soon(() => processesWith(`here ${mark}`).length >= 2);
      const programs = processesWith(`here ${mark}`);
      for (const pid of crew.pids) process.kill(pid, 'SIGKILL');
      await soon(() => programs.every(pid => !existsSync(`/proc/${pid}`)));
    }
    expect(await running).toBeInstanceOf(LaneDied);
    await crew.close();
    expect(groupsLeft()).toEqual([]);
  });
});

describe.skipIf(skipped)('a coordinator that is killed', () => {
  const script = `
import { Crew } from './crew.ts';
const [mark] = process.argv.slice(2);
const inLane = \`
process.on('message', () => {
  require('node:child_process').spawn('sh', ['-c', 'setsid sleep 99 & while :; do sleep 9; done # here \${mark}'], { stdio: 'ignore' });
  process.send({ kind: 'progress', decided: 1, of: 2 });
});
process.send({ kind: 'ready' }); // \${mark}\`;
const command = [process.execPath, '-e', inLane];
const MB = 1024 * 1024;
const crew = new Crew({ lanes: 2, command, places: 1, diskBytes: MB, jobBytes: MB, addresses: [] });
const submission = { student: 'ada', origin: 'ada', content: { kind: 'folder', path: '/' } };
const job = { assignment: 'none', submission, command: [], seed: 'x', slow: 1 };
for (const lane of [1, 2]) void crew.run(job, () => console.log('lane'));
`;

  it('leaves no process and no control group', async () => {
    const { file, remove } = await bundled(script);
    const mark = `killed-${process.pid}-coordinator`;
    try {
      const coordinator = spawn(process.execPath, [file, mark], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      coordinator.stdout.on('data', (bytes: Buffer) => {
        said += bytes;
      });
      await soon(() => said === 'lane\nlane\n' && processesWith(`here ${mark}`).length >= 2);
      coordinator.kill('SIGKILL');
      await soon(() => processesWith(mark).length === 0);
      await soon(() => groupsLeft(`wiremark-${coordinator.pid}-`).length === 0);
    } finally {
      remove();
    }
  });
});

it.skipIf(skipped)('no crew of this file has left a control group', () => {
  for (const folder of Object.values(writableGroups()?.folders ?? {}))
    expect(
      readdirSync(folder)
        .filter(name => name.startsWith(`wiremark-${process.pid}-`))
        .map(name => join(folder, name)),
    ).toEqual([]);
});
