import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Delivery } from './delivery.ts';
import { Mailboxes } from './mailboxes.ts';

let root = '';
let folders: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mailboxes-'));
  folders = ['bob', 'carol', 'dave'].map(user => join(root, user));
  for (const folder of folders) await mkdir(folder);
});
afterEach(() => rm(root, { recursive: true }));

const listing = async () =>
  (await readdir(root, { recursive: true })).filter(name => name.includes('.')).toSorted();

async function incoming(id: string, ...content: string[]): Promise<Delivery> {
  const delivery = new Delivery(folders, id);
  await delivery.begin();
  for (const text of content) await delivery.append(Buffer.from(text));
  return delivery;
}

describe('Delivery', () => {
  test('gives every recipient the whole message, and leaves nothing else', async () => {
    const delivery = await incoming('1', 'Subject: x\r\n', '\r\nbody\r\n');
    expect(await listing()).toEqual(['bob/1.part']);
    expect(await delivery.commit()).toBe('stored');
    expect(await listing()).toEqual(['bob/1.eml', 'carol/1.eml', 'dave/1.eml']);
    for (const folder of folders) {
      expect(await readFile(join(folder, '1.eml'), 'utf8')).toBe('Subject: x\r\n\r\nbody\r\n');
    }
  });

  test('leaves nothing of what is discarded', async () => {
    await (await incoming('1', 'half')).discard();
    expect(await listing()).toEqual([]);
  });

  test('delivers to all or to none', async () => {
    const delivery = await incoming('1', 'text');
    await rm(join(root, 'dave'), { recursive: true });
    expect(await delivery.commit()).toBe('failed');
    expect(await listing()).toEqual([]);
    expect(delivery.failure).toMatchObject({ code: 'ENOENT' });
  });

  test('takes back what was delivered when a later copy fails', async () => {
    await mkdir(join(root, 'carol', '1.eml'));
    expect(await (await incoming('1', 'text')).commit()).toBe('failed');
    expect(await listing()).toEqual(['carol/1.eml']);
  });

  test('tells at the end that it could not begin', async () => {
    await rm(join(root, 'bob'), { recursive: true });
    const delivery = await incoming('1', 'text');
    expect(await delivery.commit()).toBe('failed');
    expect(await listing()).toEqual([]);
  });

  test('never writes over a file, nor removes one that is not its own', async () => {
    await writeFile(join(root, 'bob', '1.part'), 'mine');
    expect(await (await incoming('1', 'text')).commit()).toBe('failed');
    expect(await readFile(join(root, 'bob', '1.part'), 'utf8')).toBe('mine');
  });
});

describe('Mailboxes', () => {
  test('are the folders that are there', async () => {
    await writeFile(join(root, 'file'), '');
    const mailboxes = new Mailboxes(root);
    expect(mailboxes.has('bob')).toBe(true);
    expect(mailboxes.folder('bob')).toBe(join(root, 'bob'));
    for (const user of ['erin', 'file', 'x'.repeat(300), '']) expect(mailboxes.has(user)).toBe(false);
  });

  test.each([
    '..',
    '.',
    '../bob',
    'bob/../carol',
    '/etc',
    'bob/',
    './bob',
    'bob\0',
    'BOB',
    '.bob',
    'b*b',
    'bob\n',
  ])('%j is no user, whatever is there', user => {
    const mailboxes = new Mailboxes(root);
    expect(mailboxes.has(user)).toBe(false);
    expect(() => mailboxes.folder(user)).toThrow(RangeError);
  });
});
