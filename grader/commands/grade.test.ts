/** A class by its command: what is refused, what is said, and which exit status it has. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../assignment/root.ts';
import { LaneDied } from '../bulk/crew.ts';
import { pretendedHands, resultFor } from '../bulk/golden/pretended.ts';
import type { Hands } from '../bulk/hands.ts';
import { UsageError } from '../errors.ts';
import { type GradeOptions, gradeCommand } from './grade.ts';
import type { Io } from './io.ts';

const assignment = 'udp-uppercase-server';
const programs = join(packageRoot(), 'fixtures', 'proof', 'programs');
const home = process.cwd();
let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'wiremark-grade-')));
  // As a tutor's shell stands there.
  process.chdir(base);
});
afterEach(() => {
  process.chdir(home);
  rmSync(base, { recursive: true, force: true });
});

const usual: GradeOptions = { out: 'report', fresh: false, room: 'open', slow: 1, yes: false, command: [] };

interface Said {
  status: number;
  out: string;
  err: string;
}

async function grade(
  inputs: readonly string[],
  hands: Hands | undefined,
  options: Partial<GradeOptions> = {},
  id = assignment,
): Promise<Said> {
  const said = { out: '', err: '' };
  const io: Io = {
    out: text => {
      said.out += text;
    },
    err: text => {
      said.err += text;
    },
    outIsTerminal: false,
    errIsTerminal: false,
    color: false,
    unicode: true,
    width: 100,
    cwd: process.cwd(),
  };
  const hire = hands && (() => hands);
  return { status: await gradeCommand(id, inputs, { ...usual, ...options }, io, hire), ...said };
}

const idle = (): Hands => pretendedHands(() => expect.unreachable());

/** The message of what is refused; nothing may have been graded or made by then. */
async function refused(
  inputs: readonly string[],
  options: Partial<GradeOptions> = {},
  id = assignment,
): Promise<string> {
  const before = readdirSync(base).sort();
  const error: unknown = await grade(inputs, idle(), options, id).catch((reason: unknown) => reason);
  expect(readdirSync(base).sort()).toEqual(before);
  if (!(error instanceof UsageError)) throw error;
  return error.message;
}

function handIn(student: string, text = 'pass\n', folder = 'class'): void {
  mkdirSync(join(base, folder, student), { recursive: true });
  writeFileSync(join(base, folder, student, 'udp_server.py'), text);
}

const csv = (): string[] =>
  readFileSync(join(base, 'report', 'grades.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
const INSTEAD =
  'Name the folder in which each submission is a folder, an archive or a source file, or the archive (.zip, .tar, .tar.gz) that the platform gave you: wiremark grade <assignment> submissions/ --out report';

describe('refuses, before anything runs,', () => {
  it('an assignment that is none', async () => {
    handIn('ana');
    expect(await refused(['class'], {}, 'udp-upper-server')).toMatch(
      /^There is no assignment "udp-upper-server"\. Nearest: udp-uppercase-server/,
    );
  });

  it('inputs that are not there, empty, or no submissions', async () => {
    mkdirSync('empty');
    mkdirSync('papers');
    writeFileSync('papers/marks.xlsx', '');
    writeFileSync('papers/notes.txt', '');
    expect(await refused(['clas'])).toBe(`There is no clas. ${INSTEAD}`);
    expect(await refused(['empty'])).toBe(`There is nothing in empty. ${INSTEAD}`);
    expect(await refused(['papers'])).toBe(
      `Nothing in papers looks like a submission: there is marks.xlsx, notes.txt. ${INSTEAD}`,
    );
    expect(await refused(['papers/notes.txt'])).toBe(
      `papers/notes.txt is no submission: it is neither a folder, an archive nor source code. ${INSTEAD}`,
    );
  });

  it('results inside the submissions, also behind a link', async () => {
    handIn('ana');
    symlinkSync('class', 'link');
    const inside = (out: string, input: string): string =>
      `The output folder ${out} lies inside the submissions ${input}: the next run would take it for one. Choose a folder beside it.`;
    for (const [input, out] of [
      ['class', 'class/report'],
      ['class', 'class'],
      ['class', 'class/not/yet/there'],
      ['class', 'link/report'],
      ['link', 'class/report'],
      ['link/', './class/report'],
    ] as const)
      expect(await refused([input], { out })).toBe(inside(out, input));
  });

  it('a folder that is something else', async () => {
    handIn('ana');
    mkdirSync('photos');
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']) writeFileSync(join('photos', name), '');
    writeFileSync('file', '');
    expect(await refused(['class'], { out: 'photos' })).toBe(
      'photos holds other files (a.jpg, b.jpg, c.jpg and 1 more) and no results of wiremark. Name an empty or a new folder with --out.',
    );
    expect(await refused(['class'], { out: 'file' })).toBe(
      '--out wants a folder, and file is a file. Name another folder with --out.',
    );
    expect(await refused(['class'], { out: 'file/report' })).toMatch(/^Can not write in file\/report: /);
  });

  it("another assignment's results", async () => {
    handIn('ana');
    await grade(['class'], pretendedHands());
    expect(await refused(['class'], {}, 'tcp-uppercase-server')).toBe(
      'report holds the results of udp-uppercase-server, not of tcp-uppercase-server. Name another folder with --out.',
    );
  });

  it('--only of who has handed in nothing', async () => {
    handIn('ana');
    handIn('ben');
    expect(await refused(['class'], { only: ['ben', 'anna'] })).toBe(
      'There is no submission of "anna". Nearest: ana.',
    );
  });

  it('programs of strangers where they can not be shut in', async () => {
    handIn('ana');
    const { PATH } = process.env;
    process.env.PATH = join(base, 'no', 'tools');
    try {
      const says = await refused(['class'], { room: 'isolated' });
      expect(says).toMatch(/bubblewrap/);
      expect(says).toMatch(/--room open/);
      // What to type, where this system is one that we know.
      if (existsSync('/usr/bin/apt-get')) expect(says).toMatch(/apt(-get)? install .*bubblewrap/);
    } finally {
      process.env.PATH = PATH;
    }
  });
});

describe('ends with', () => {
  it('0 when everybody has marks', async () => {
    handIn('ana');
    handIn('ben');
    const { status, out, err } = await grade(['class'], pretendedHands());
    expect(status).toBe(0);
    expect(err).toMatch(/^2 submissions · python 2 · open room, 2 at once\n/);
    expect(out).toMatch(
      /^2 graded in [\d.]+ s · median 100 · 2 full marks\nreport\/grades\.csv · report\/summary\.json\n$/,
    );
    expect(csv().map(row => row.split(',').slice(0, 5))).toEqual([
      ['ana', '100', '100', '2', 'graded'],
      ['ben', '100', '100', '2', 'graded'],
    ]);
    expect(existsSync('report/needs-you.txt')).toBe(false);
  });

  it('1 when somebody needs a person', async () => {
    handIn('ana');
    symlinkSync('/etc', 'class/ben');
    const { status, out } = await grade(['class'], pretendedHands());
    expect(status).toBe(1);
    expect(out).toMatch(/^1 of 2 graded in .*\n {2}1 could not be read {3}report\/needs-you\.txt\n/);
    expect(readFileSync('report/needs-you.txt', 'utf8')).toMatch(/1 could not be read\n\n {2}ben /);
    expect(csv()[1]).toMatch(/^ben,,,,unreadable,.*it is a symbolic link\.$/);
  });

  it('3 when checks are void: a row without marks, and the command that runs it again', async () => {
    handIn('ana');
    handIn('ben');
    const command = ['python3', 'udp_server.py', '{port}'];
    const options = { command, slow: 2, jobs: 3, fresh: true };
    const troubled = pretendedHands(job =>
      resultFor(job, job.submission.student === 'ben' ? { 'server-loops': 'void' } : {}),
    );
    const first = await grade(['class'], troubled, options);
    expect(first.status).toBe(3);
    expect(first.out).toContain(
      '  1 void (machine trouble)   run again: wiremark grade udp-uppercase-server class --out report --room open --jobs 3 --slow 2 -- python3 udp_server.py {port}\n',
    );
    expect(csv()[0]).toMatch(/^ana,100,/);
    expect(csv()[1]).toMatch(/^ben,,,,void,,,\w{8},run again: server-loops/);
    // That command grades this one alone, and asks nobody whether marks may take the place of none.
    const again = pretendedHands();
    const second = await grade(['class'], again, { ...options, fresh: false });
    expect(again.jobs).toEqual(['ben']);
    expect(second.status).toBe(0);
    expect(csv()[1]).toMatch(/^ben,100,/);
  });

  it('3 when a submission takes its lanes with it', async () => {
    handIn('ana');
    const { status } = await grade(
      ['class'],
      pretendedHands(() => Promise.reject(new LaneDied('killed'))),
    );
    expect(status).toBe(3);
    expect(csv()[0]).toMatch(/^ana,,,,not-graded,/);
  });

  it('3 and a reason when nothing can be written any more', async () => {
    handIn('ana');
    handIn('ben');
    const breaking = pretendedHands(job => {
      rmSync('report/.wiremark/half', { recursive: true });
      return resultFor(job);
    });
    const { status, err } = await grade(['class'], breaking);
    expect(status).toBe(3);
    expect(err).toMatch(
      /\nCan not write report\/\.wiremark\/journal\/\w+\.json: its folder is gone\. What was finished before is kept: mend that, then run the same command again, and it goes on from there\.\n$/,
    );
    expect(breaking.jobs).toEqual(['ana']);
  });

  it('1 when marks would move and nobody agrees, and changes nothing', async () => {
    handIn('ana');
    handIn('ben');
    await grade(['class'], pretendedHands());
    const before = csv();
    const worse = pretendedHands(job =>
      resultFor(job, job.submission.student === 'ben' ? { 'server-loops': 'unmet' } : {}),
    );
    const { status, out, err } = await grade(['class'], worse, { fresh: true });
    expect(status).toBe(1);
    expect(out).toMatch(
      /^1 mark moves: graded again, though nothing else changed[\s\S]*ben 100 \(\+2\) → 90 \(\+2\)/,
    );
    expect(err).toMatch(
      /\nNothing was replaced\. To replace them, run the same with --yes: nothing is graded twice\.\n$/,
    );
    expect(csv()).toEqual(before);
    const agreed = await grade(['class'], idle(), { yes: true });
    expect(agreed.status).toBe(0);
    expect(agreed.out).toMatch(/1 mark moves[\s\S]*2 graded in .* all kept from an earlier run/);
    expect(csv()[1]).toMatch(/^ben,90,/);
  });
});

describe('grades again', () => {
  beforeEach(async () => {
    for (const student of ['ana', 'ben', 'cem']) handIn(student);
    await grade(['class'], pretendedHands());
  });

  it('nobody, when nothing has changed', async () => {
    const { status, out } = await grade(['class'], idle());
    expect(status).toBe(0);
    expect(out).toContain('all kept from an earlier run');
  });

  it('who has handed in anew', async () => {
    appendFileSync('class/ben/udp_server.py', '# late\n');
    const hands = pretendedHands();
    const { out } = await grade(['class'], hands);
    expect(hands.jobs).toEqual(['ben']);
    expect(out).toContain('2 kept from an earlier run');
  });

  it('what could not be read back, and says so', async () => {
    const [first = ''] = readdirSync('report/.wiremark/journal');
    writeFileSync(join('report/.wiremark/journal', first), '{"half a');
    const hands = pretendedHands();
    const { status, err } = await grade(['class'], hands);
    expect(hands.jobs).toHaveLength(1);
    expect(status).toBe(0);
    expect(err).toContain(`.wiremark/journal/${first} could not be read; it was made again.\n`);
  });

  it('with --fresh everybody, or those of --only', async () => {
    const some = pretendedHands();
    const { err } = await grade(['class'], some, { fresh: true, only: ['cem', 'ana'] });
    expect(some.jobs).toEqual(['ana', 'cem']);
    expect(err).toMatch(/^2 of 3 submissions · /);
    const rest = pretendedHands();
    await grade(['class'], rest);
    expect(rest.jobs).toEqual([]);
    const all = pretendedHands();
    await grade(['class'], all, { fresh: true });
    expect(all.jobs).toEqual(['ana', 'ben', 'cem']);
    expect(csv().map(row => row.split(',')[0])).toEqual(['ana', 'ben', 'cem']);
  });

  it('everybody with another seed, if that is meant; it is then kept', async () => {
    const other = pretendedHands();
    await expect(grade(['class'], other, { seed: 'another' })).rejects.toThrow('add --fresh');
    await grade(['class'], other, { seed: 'another', fresh: true });
    expect(other.jobs).toEqual(['ana', 'ben', 'cem']);
    expect((await grade(['class'], idle())).status).toBe(0);
  });
});

describe('takes', () => {
  it('several inputs for one submission each', async () => {
    handIn('ana');
    handIn('ben', 'pass\n', 'late');
    writeFileSync('cem.py', 'pass\n');
    const hands = pretendedHands();
    expect((await grade(['class/ana', 'late/ben', 'cem.py'], hands)).status).toBe(0);
    expect(hands.jobs).toEqual(['ana', 'ben', 'cem']);
  });

  it('names of all kinds, and makes folders and rows of them that nothing can be read into', async () => {
    const names = ['Jane "J." Doe', "o'brien; rm -rf", 'line\nbreak', '-rf', '=1+1', 'Zoë 東'];
    for (const name of names) handIn(name, 'pass\n', 'a class');
    const { status, out } = await grade(['a class'], pretendedHands(), { out: 'the "report"' });
    expect(status).toBe(0);
    expect(out).toMatch(/the "report"\/grades\.csv/);
    const students = readdirSync('the "report"').filter(name => !/^\.|\.(csv|json)$/.test(name));
    expect(students.sort()).toEqual(['Jane_J._Doe', 'Zoë_東', '_1_1', 'line_break', 'o_brien_rm_-rf', 'rf']);
    const rows = readFileSync('the "report"/grades.csv', 'utf8').trim().split('\n');
    expect(rows).toHaveLength(1 + names.length);
  });

  it('an archive of the whole class, and leaves nothing of it behind', async () => {
    handIn('ana');
    handIn('ben');
    execFileSync('tar', ['-cf', 'class.tar', '-C', 'class', '.']);
    mkdirSync('tmp');
    const { TMPDIR } = process.env;
    process.env.TMPDIR = join(base, 'tmp');
    try {
      const unpacked: number[] = [];
      const looking = pretendedHands(job => {
        unpacked.push(readdirSync(join(base, 'tmp')).length);
        return resultFor(job);
      });
      expect((await grade(['class.tar'], looking)).status).toBe(0);
      expect(unpacked).toEqual([1, 1]);
      expect(readdirSync(join(base, 'tmp'))).toEqual([]);
      expect(process.env.TMPDIR).toBe(join(base, 'tmp'));
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });
});

it('grades real programs in the open room', async () => {
  for (const [student, sort] of [
    ['ana', 'good'],
    ['ben', 'textbook'],
  ] as const) {
    mkdirSync(join('class', student), { recursive: true });
    cpSync(join(programs, sort, 'udp_server.py'), join('class', student, 'udp_server.py'));
  }
  const { status, out, err } = await grade(['class'], undefined);
  expect(status).toBe(0);
  expect(err).toMatch(/^2 submissions · python 2 · open room, 2 at once\n/);
  expect(out).toMatch(/^2 graded in .* · 1 with full marks\n/);
  expect(csv().map(row => row.split(',').slice(0, 5).join())).toEqual([
    'ana,100,100,2,graded',
    'ben,92,100,0,graded',
  ]);
  const feedback = readFileSync('report/ben/feedback.txt', 'utf8');
  expect(feedback).toContain('server-invalid-utf8-survives');
  expect(feedback).not.toContain(base);
});
