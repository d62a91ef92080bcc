/** The entries of a class, whatever they came from, and which submissions they make under each layout. */
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { counting } from './class-shape.ts';
import { copyFile, copyFolder } from './copy.ts';
import {
  type Entry,
  type Kind,
  kindInWords,
  listFolder,
  pathTo,
  printable,
  whyUnreadable,
} from './entries.ts';
import { isArchiveName, isHistory, roleOf, stemOf } from './file-kinds.ts';
import type { FoundClass, Submission } from './find.ts';
import { canvasOwner, commonPrefix, moodleOwner, type Owner, platformOf, restoredNames } from './layouts.ts';
import { Budget, submissionLimits, Unreadable } from './limits.ts';
import { Tree } from './tree.ts';
import { isPassedOver } from './walk.ts';

export interface Item {
  name: string;
  kind: Kind;
  path: Buffer;
  /** For people. */
  origin: string;
}

/** A submission that has no id yet. */
export interface Candidate extends Omit<Submission, 'student'> {
  /** Raw material of the id. */
  who: string;
}

export interface Part {
  layout: FoundClass['layout'];
  candidates: Candidate[];
}

/** One search, over all of its inputs. */
export interface Search {
  /** An empty folder. */
  scratch: string;
  /** Of folders made in it so far. */
  made: number;
  ignored: FoundClass['ignored'];
  signal: AbortSignal | undefined;
}

export function newScratch(search: Search): string {
  search.made += 1;
  const folder = join(search.scratch, String(search.made));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Name of a file that had to be copied. */
const COPY = 'file';
const nothing: Submission['content'] = { kind: 'files', files: [] };
const refusedFor = (who: string, { origin }: Item, why: string): Candidate => ({
  who,
  origin,
  content: nothing,
  refused: why,
});

/** What the platform, a clone of repositories, or the tutor has put side by side. */
export async function readItems(items: readonly Item[], search: Search): Promise<Part> {
  const present = counting(items).filter(({ name }) => !isHistory(name));
  for (const { name } of items)
    if (/^\.(?!git|_|DS_Store|wiremark$)/i.test(name))
      search.ignored.push({ name, why: 'its name begins with a dot' });
  const platform = platformOf(present.map(({ name }) => name));
  if (platform === 'moodle')
    return { layout: platform, candidates: await byOwner(present, moodleOwner, search) };
  if (platform === 'canvas')
    return { layout: platform, candidates: await byOwner(present, canvasOwner, search) };
  const repositories = present.filter(isRepository);
  const folders = present.filter(({ kind }) => kind === 'folder');
  const prefix =
    repositories.length * 2 >= folders.length ? commonPrefix(repositories.map(({ name }) => name)) : '';
  const layout = prefix === '' ? 'plain' : 'repositories';
  const candidates: Candidate[] = [];
  for (const item of present) {
    const cloned = prefix !== '' && item.name.startsWith(prefix) && isRepository(item);
    candidates.push(
      ...(await candidateOf(item, cloned ? item.name.slice(prefix.length) : undefined, search)),
    );
  }
  return { layout, candidates };
}

function isRepository({ kind, path }: Item): boolean {
  if (kind !== 'folder') return false;
  try {
    return lstatSync(pathTo(path, Buffer.from('.git')), { throwIfNoEntry: false }) !== undefined;
  } catch {
    // It can't be entered: that is said when it is taken in.
    return false;
  }
}

/** One entry that is a submission by itself, or none. `who` is read off its name if it is not given. */
async function candidateOf(item: Item, who: string | undefined, search: Search): Promise<Candidate[]> {
  search.signal?.throwIfAborted();
  const { name, kind, path, origin } = item;
  const ignore = (why: string) => {
    search.ignored.push({ name, why });
    return [];
  };
  if (kind === 'folder') {
    const entries = entriesOf(path);
    if (who === undefined && entries?.some(entry => entry.name === '.wiremark'))
      return ignore('it holds results of wiremark');
    const isEmpty = entries?.every(entry => isPassedOver(entry.name));
    // A platform's folder is a student's, who must not be forgotten.
    if (isEmpty) return who === undefined ? ignore('it is empty') : [refusedFor(who, item, 'it is empty')];
    return [await withPath(item, who ?? name, search, own => ({ kind: 'folder', path: own }))];
  }
  if (kind !== 'file') return [refusedFor(who ?? stemOf(name), item, `it is ${kindInWords[kind]}`)];
  let role: ReturnType<typeof roleOf>;
  try {
    role = roleOf(name, path);
  } catch (error) {
    const why = `it can not be read: ${whyUnreadable(error)}`;
    return who === undefined ? ignore(why) : [refusedFor(who, item, why)];
  }
  if (role === 'other' && who === undefined)
    return ignore('it is neither a folder, an archive nor source code');
  return [
    await withPath({ name, kind, path, origin }, who ?? stemOf(name), search, own =>
      role === 'archive' ? { kind: 'archive', path: own } : { kind: 'files', files: [{ path: own, name }] },
    ),
  ];
}

/** Undefined if it can't be read: whoever takes it in will say so. */
function entriesOf(folder: Buffer): Entry[] | undefined {
  try {
    return listFolder(folder);
  } catch {
    return undefined;
  }
}

/**
 * Content with a path in text. What has none, as its name is no UTF-8, is copied to where it has one: so
 * nobody after this needs paths in bytes.
 */
async function withPath(
  item: Item,
  who: string,
  search: Search,
  content: (path: string) => Submission['content'],
): Promise<Candidate> {
  const { kind, path, origin } = item;
  const text = path.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(path)) return { who, origin, content: content(text) };
  const folder = newScratch(search);
  const budget = new Budget(submissionLimits);
  const tree = new Tree(folder, budget, isPassedOver);
  try {
    if (kind === 'folder') await copyFolder(path, tree, budget);
    else await copyFile(path, COPY, tree);
    tree.finish();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return refusedFor(who, item, error.message);
  }
  return { who, origin, content: content(kind === 'folder' ? folder : join(folder, COPY)) };
}

/** All entries of one student are one submission. What belongs to nobody is taken as in a plain folder. */
async function byOwner(
  items: readonly Item[],
  ownerOf: (name: string) => Owner | undefined,
  search: Search,
): Promise<Candidate[]> {
  const owned = new Map<string, { item: Item; file: string }[]>();
  const candidates: Candidate[] = [];
  for (const item of items) {
    const owner = ownerOf(item.name);
    if (owner?.passed !== undefined) search.ignored.push({ name: item.name, why: owner.passed });
    else if (owner === undefined) candidates.push(...(await candidateOf(item, undefined, search)));
    else {
      const own = owned.get(owner.who) ?? [];
      if (own.length === 0) owned.set(owner.who, own);
      own.push({ item, file: owner.file });
    }
  }
  for (const [who, own] of owned) {
    const files = own.filter(({ item }) => item.kind === 'file');
    for (const { item } of own)
      if (item.kind === 'folder') candidates.push(...(await handedInAsFolder(item, who, search)));
      else if (item.kind !== 'file') candidates.push(...(await candidateOf(item, who, search)));
    candidates.push(...(await handedInAsFiles(files, who, ownerOf === canvasOwner, search)));
  }
  return candidates;
}

/** The folder is the platform's: an archive that is alone in it is the submission. */
async function handedInAsFolder(item: Item, who: string, search: Search): Promise<Candidate[]> {
  const [only, ...others] = (entriesOf(item.path) ?? []).filter(({ name }) => !isPassedOver(name));
  if (only?.kind !== 'file' || others.length > 0 || !isArchiveName(only.name))
    return candidateOf(item, who, search);
  const { name, raw, kind } = only;
  const path = pathTo(item.path, raw);
  return candidateOf({ name, kind, path, origin: `${item.origin}/${printable(name)}` }, who, search);
}

async function handedInAsFiles(
  own: readonly { item: Item; file: string }[],
  who: string,
  canvas: boolean,
  search: Search,
): Promise<Candidate[]> {
  const [first] = own;
  if (!first) return [];
  const handed = own.map(({ file }) => file);
  const names = canvas ? restoredNames(handed) : handed;
  if (own.length === 1) {
    const [candidate] = await candidateOf({ ...first.item, name: names[0] ?? '' }, who, search);
    return candidate ? [candidate] : [];
  }
  const files: { path: string; name: string }[] = [];
  for (const [i, { item }] of own.entries()) {
    const name = names[i] ?? item.name;
    const { content, refused } = await withPath({ ...item, name }, who, search, path => ({
      kind: 'files',
      files: [{ path, name }],
    }));
    if (content.kind === 'files') files.push(...content.files);
    if (refused !== undefined) search.ignored.push({ name: item.name, why: refused });
  }
  const origin = `${first.item.origin} and ${own.length - 1} more`;
  return [{ who, origin, content: { kind: 'files', files } }];
}
