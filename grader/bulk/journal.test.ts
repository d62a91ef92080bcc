import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { met, submitted } from '../report/golden/class.ts';
import type { Result } from '../report/result.ts';
import { DiskTrouble } from './durable.ts';
import { Journal, type JournalOptions } from './journal.ts';

const keyOf = (word: string): string => createHash('sha256').update(word).digest('hex');
const resultOf = (student: string, key = keyOf(student), mark = 100): Result =>
  submitted(student, [met('helo', mark)], {
    submission: { student, origin: `${student}.zip`, key, content: 'c' },
  });

let above: string;
let dir: string;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'wiremark-journal-'));
  dir = join(above, 'report');
});
afterEach(() => rmSync(above, { recursive: true, force: true }));

const open = (options: Partial<JournalOptions> = {}, where = dir): Promise<Journal> =>
  Journal.open(where, { assignment: 'smtp-server', fresh: false, ...options });

/** Opens, does it, closes. */
async function within<Kind>(
  act: (journal: Journal) => Kind,
  options: Partial<JournalOptions> = {},
): Promise<Kind> {
  const journal = await open(options);
  try {
    return await act(journal);
  } finally {
    journal.close();
  }
}

const entryFile = (key: string): string => join(dir, '.wiremark', 'journal', `${key}.json`);
const hidden = (name: string): string[] => readdirSync(join(dir, '.wiremark', name));

describe('what is kept', () => {
  it('is found again by the next run, by its key', async () => {
    await within(journal => journal.write(keyOf('ana'), resultOf('ana'), 'feedback'));
    await within(journal => {
      expect(journal.find(keyOf('ana'))).toEqual(resultOf('ana'));
      expect(journal.find(keyOf('ben'))).toBeUndefined();
      expect(journal.damaged).toEqual([]);
    });
    expect(hidden('half')).toEqual([]);
    expect(hidden('lock')).toEqual([]);
  });

  it('is only kept under its own key', () =>
    within(async journal => {
      await expect(journal.write(keyOf('ben'), resultOf('ana'), '')).rejects.toThrow('key');
      await expect(journal.write('../x', resultOf('ana', '../x'), '')).rejects.toThrow('no key');
    }));

  it.each<[string, (file: string) => void]>([
    ['cut off', file => truncateSync(file, 200)],
    ['empty', file => truncateSync(file, 0)],
    ['full of zeros', file => writeFileSync(file, Buffer.alloc(500))],
    [
      'of another shape',
      file => writeFileSync(file, '{"feedback":"","result":{"format":"wiremark/result/9"}}'),
    ],
    ['null', file => writeFileSync(file, 'null')],
    ['another’s', file => writeFileSync(file, JSON.stringify({ feedback: '', result: resultOf('ben') }))],
  ])('counts as missing when the file is %s, and is written anew', async (_, damage) => {
    const key = keyOf('ana');
    await within(journal => journal.write(key, resultOf('ana'), ''));
    damage(entryFile(key));
    await within(async journal => {
      expect(journal.find(key)).toBeUndefined();
      expect(journal.find(key)).toBeUndefined();
      expect(journal.damaged).toEqual([join('.wiremark', 'journal', `${key}.json`)]);
      await journal.write(key, resultOf('ana'), '');
      expect(journal.find(key)).toEqual(resultOf('ana'));
    });
  });

  it('is swept when nobody needs it', () =>
    within(async journal => {
      for (const name of ['ana', 'ben', 'cleo']) await journal.write(keyOf(name), resultOf(name), '');
      writeFileSync(join(dir, '.wiremark', 'journal', 'stray'), '');
      journal.sweep(new Set([keyOf('ben')]));
      expect(hidden('journal')).toEqual([`${keyOf('ben')}.json`]);
    }));

  it('is forgotten for a fresh start; what is published stays to be compared with', async () => {
    await within(async journal => {
      await journal.write(keyOf('ana'), resultOf('ana'), '');
      await journal.publish(keyOf('ana'));
    });
    await within(
      journal => {
        expect(journal.find(keyOf('ana'))).toBeUndefined();
        expect(journal.published('ana')).toEqual(resultOf('ana'));
      },
      { fresh: true },
    );
  });

  it('is not disturbed by what a killed run left half written', async () => {
    await within(() => {});
    writeFileSync(join(dir, '.wiremark', 'half', '1'), '{"resu');
    await within(journal => journal.write(keyOf('ana'), resultOf('ana'), ''));
    expect(hidden('half')).toEqual([]);
  });
});

describe('what is published', () => {
  const file = (name: string): string => join(dir, 'ana', name);

  it('is the result and its feedback', () =>
    within(async journal => {
      await journal.write(keyOf('ana'), resultOf('ana'), 'well done\n');
      expect(journal.published('ana')).toBeUndefined();
      await journal.publish(keyOf('ana'));
      expect(JSON.parse(readFileSync(file('result.json'), 'utf8'))).toEqual(resultOf('ana'));
      expect(readFileSync(file('feedback.txt'), 'utf8')).toBe('well done\n');
      expect(journal.published('ana')).toEqual(resultOf('ana'));
      expect(readdirSync(join(dir, 'ana')).sort()).toEqual(['feedback.txt', 'result.json']);
    }));

  it('stays as it was until it is published again', () =>
    within(async journal => {
      await journal.write(keyOf('ana'), resultOf('ana'), 'old');
      await journal.publish(keyOf('ana'));
      await journal.write(keyOf('new'), resultOf('ana', keyOf('new'), 60), 'new');
      expect(journal.published('ana')?.score.earned).toBe(100);
      await journal.publish(keyOf('new'));
      expect(journal.published('ana')?.score.earned).toBe(60);
    }));

  it('is not written again where it is the same, and mended where it is not', () =>
    within(async journal => {
      await journal.write(keyOf('ana'), resultOf('ana'), 'feedback');
      await journal.publish(keyOf('ana'));
      utimesSync(file('result.json'), 1, 1);
      writeFileSync(file('feedback.txt'), 'feedb');
      await journal.publish(keyOf('ana'));
      expect(statSync(file('result.json')).mtimeMs).toBe(1000);
      expect(readFileSync(file('feedback.txt'), 'utf8')).toBe('feedback');
    }));

  it('is named where it can not be read: what it said is not known any more', () =>
    within(journal => {
      mkdirSync(join(dir, 'ana'));
      writeFileSync(file('result.json'), '{');
      expect(journal.published('ana')).toBeUndefined();
      expect(journal.damaged).toEqual([join('ana', 'result.json')]);
    }));

  it('never leaves the folder', () =>
    within(async journal => {
      for (const student of ['..', '.wiremark', 'a/b', 'a\\b', '', 'a\0']) {
        await journal.write(keyOf(student), resultOf(student), '');
        await expect(journal.publish(keyOf(student))).rejects.toThrow('can not be the name');
        expect(() => journal.published(student)).toThrow('can not be the name');
      }
      await expect(journal.publish(keyOf('nobody'))).rejects.toThrow('Nothing is kept');
    }));

  it('says what stands in its way', () =>
    within(async journal => {
      writeFileSync(join(dir, 'ana'), '');
      await journal.write(keyOf('ana'), resultOf('ana'), '');
      const refused = journal.publish(keyOf('ana'));
      await expect(refused).rejects.toThrow(DiskTrouble);
      await expect(refused).rejects.toThrow(`Can not write ${join(dir, 'ana')}: a file stands in its way.`);
    }));

  it('has files about the class beside it', () =>
    within(async journal => {
      await journal.put('grades.csv', 'a');
      await journal.put('grades.csv', 'b');
      expect(readFileSync(join(dir, 'grades.csv'), 'utf8')).toBe('b');
      await journal.put('grades.csv', undefined);
      await journal.put('grades.csv', undefined);
      expect(existsSync(join(dir, 'grades.csv'))).toBe(false);
      await expect(journal.put('../x', '')).rejects.toThrow('can not be the name');
    }));
});

describe('the secret', () => {
  it('is drawn once, and nobody else may read it', async () => {
    const first = await within(journal => journal.secret);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(await within(journal => journal.secret)).toBe(first);
    const mode = (name: string): number => statSync(join(dir, '.wiremark', name)).mode & 0o777;
    if (process.platform !== 'win32') expect([mode('.'), mode('run.json')]).toEqual([0o700, 0o600]);
  });

  it('is replaced by a given one only where everything is graded anew', async () => {
    const drawn = await within(journal => journal.secret);
    await expect(within(journal => journal.secret, { secret: 'mine' })).rejects.toThrow('add --fresh');
    expect(await within(journal => journal.secret)).toBe(drawn);
    expect(await within(journal => journal.secret, { secret: 'mine', fresh: true })).toBe('mine');
    expect(await within(journal => journal.secret)).toBe('mine');
    expect(await within(journal => journal.secret, { secret: 'mine' })).toBe('mine');
  });
});

describe('a folder is refused', () => {
  const refused = async (options: Partial<JournalOptions> = {}, where = dir): Promise<string> => {
    const error = await open(options, where).then(
      () => new Error('it was taken'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UsageError);
    return error instanceof Error ? error.message : '';
  };

  it('that holds the results of another assignment', async () => {
    await within(() => {});
    expect(await refused({ assignment: 'dns-server', shown: 'report' })).toBe(
      'report holds the results of smtp-server, not of dns-server. Name another folder with --out.',
    );
    // The refusal itself does not keep the right one out.
    await within(() => {});
  });

  it('that holds other things', async () => {
    mkdirSync(join(dir, 'thesis'), { recursive: true });
    for (const name of ['a.txt', 'b.txt', 'c.txt']) writeFileSync(join(dir, name), '');
    expect(await refused()).toContain('holds other files (a.txt, b.txt, c.txt and 1 more)');
    expect(readdirSync(dir)).toEqual(['a.txt', 'b.txt', 'c.txt', 'thesis']);
  });

  it('that is a file, or lies below one', async () => {
    writeFileSync(dir, '');
    expect(await refused({ shown: 'report' })).toContain('--out wants a folder, and report is a file.');
    expect(await refused({}, join(dir, 'deeper'))).toContain('a part of its path is a file');
  });

  it('whose run.json says nothing', async () => {
    await within(journal => journal.write(keyOf('ana'), resultOf('ana'), ''));
    for (const text of ['{', 'null', '{"format":"wiremark/run/2","assignment":"smtp-server","secret":"x"}']) {
      writeFileSync(join(dir, '.wiremark', 'run.json'), text);
      expect(await refused({ shown: 'report' })).toContain('report/.wiremark/run.json is damaged');
    }
    expect(existsSync(entryFile(keyOf('ana')))).toBe(true);
  });

  it('where another grader is at work, until that ends', async () => {
    const both = await Promise.allSettled([open(), open()]);
    const opened = both.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []));
    const reasons = both.flatMap(one => (one.status === 'rejected' ? [one.reason] : []));
    expect(opened).toHaveLength(1);
    expect(reasons[0]).toBeInstanceOf(UsageError);
    expect(String(reasons[0])).toContain(`is being graded already, by process ${process.pid}`);
    for (const journal of opened) journal.close();
    await within(() => {});
  });

  it.runIf(process.platform !== 'win32')('that is not writable', async () => {
    mkdirSync(dir);
    chmodSync(dir, 0o555);
    // Root may write everywhere: for a moment it is somebody else.
    const root = process.getuid?.() === 0;
    if (root) {
      chmodSync(above, 0o755);
      process.seteuid?.(65534);
    }
    try {
      expect(await refused()).toContain('it is not writable');
    } finally {
      if (root) process.seteuid?.(0);
    }
  });
});

describe('a folder is taken', () => {
  it('that is missing, with those above it', async () => {
    dir = join(above, 'a', 'b', 'c');
    await within(journal => journal.write(keyOf('ana'), resultOf('ana'), ''));
    expect(existsSync(entryFile(keyOf('ana')))).toBe(true);
  });

  it('with nothing in it but what systems and version control leave', async () => {
    mkdirSync(dir);
    writeFileSync(join(dir, '.DS_Store'), '');
    await within(() => {});
  });

  it('that a killed run had only begun to make', async () => {
    mkdirSync(join(dir, '.wiremark', 'lock'), { recursive: true });
    await within(() => {});
  });

  it('that a link leads to', async () => {
    mkdirSync(join(above, 'real'));
    symlinkSync(join(above, 'real'), dir);
    await within(journal => journal.write(keyOf('ana'), resultOf('ana'), ''));
    expect(readdirSync(join(above, 'real'))).toEqual(['.wiremark']);
  });
});
