import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder, removeFolder } from '../room/folder.ts';
import { namesLeft, readLeft } from './left-behind.ts';

const base = makeFolder();
const own = join(base, 'own');
mkdirSync(join(own, 'bob'), { recursive: true });
writeFileSync(join(own, 'bob/1.eml'), 'Subject: x');
writeFileSync(join(base, 'secret'), 'not yours');
afterAll(() => removeFolder(base));

describe('what a program has left', () => {
  it('is read where it is its own, also through a link that stays inside', async () => {
    symlinkSync('1.eml', join(own, 'bob/link'));
    const wanted = { text: 'Subject: x', size: 10 };
    expect(await readLeft(join(own, 'bob/1.eml'), [own])).toEqual(wanted);
    expect(await readLeft(join(own, 'bob/link'), [own])).toEqual(wanted);
    expect(await namesLeft(join(own, 'bob'), [own])).toEqual(['1.eml', 'link']);
  });

  it('is not read through a link that leads out', async () => {
    symlinkSync('../secret', join(own, 'out'));
    symlinkSync(base, join(own, 'folder'));
    expect(await readLeft(join(own, 'out'), [own])).toBe(
      'is a link that leads out of the folders of the program',
    );
    expect(await readLeft(join(own, 'folder/secret'), [own])).toMatch(/leads out/);
    expect(await namesLeft(join(own, 'folder'), [own])).toEqual([]);
  });

  it.runIf(process.platform !== 'win32')('is no pipe that is waited for, and no folder', async () => {
    execFileSync('mkfifo', [join(own, 'pipe')]);
    expect(await readLeft(join(own, 'pipe'), [own])).toBe('is not a file');
    expect(await readLeft(join(own, 'bob'), [own])).toBe('is not a file');
    expect(await readLeft(join(own, 'nothing'), [own])).toBe('can not be read (ENOENT)');
  });
});
