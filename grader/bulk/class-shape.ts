/** Whether a folder or an archive holds one program or a whole class: by the names in it, nothing else. */
import type { Kind } from './entries.ts';
import { isArchiveName, isBuildName, isHistory, isJunk, isMainName, isSourceName } from './file-kinds.ts';
import { moodleOwner, platformOf } from './layouts.ts';

export interface Named {
  name: string;
  kind: Kind;
}

/** Folders of a program; nobody is called so. */
const PART =
  /^(src|sources?|libs?|tests?|include|bin|obj|out|build|dist|target|docs?|cmd|app|pkg|internal|main|common|shared|resources|scripts|server|client|udp|tcp|node_modules|venv|__pycache__)$/i;
/** A class has more single files than this, or no two of them are one program. */
const FEW = 8;

const isFolder = ({ kind }: Named): boolean => kind === 'folder';
const isFile = ({ kind }: Named): boolean => kind === 'file';
const isPart = (entry: Named): boolean => isFolder(entry) && PART.test(entry.name);
const isBuild = ({ name, kind }: Named): boolean => (kind === 'file' && isBuildName(name)) || isHistory(name);

/** What counts: no file of a system, none that is hidden but `.git`, which tells a repository. */
export const counting = <Entry extends Named>(entries: readonly Entry[]): Entry[] =>
  entries.filter(({ name }) => !isJunk(name) && (!name.startsWith('.') || isHistory(name)));

/** The folder to look through, if it is the only entry, and not a student's by its name. */
export function onlyFolder<One extends Named>(entries: readonly One[]): One | undefined {
  const [only, ...others] = counting(entries);
  return only?.kind === 'folder' && others.length === 0 && !moodleOwner(only.name) ? only : undefined;
}

/** Files of a program stand in it directly. */
export const hasProgram = (entries: readonly Named[]): boolean =>
  entries.some(entry => isBuild(entry) || (isFile(entry) && isSourceName(entry.name)));

/**
 * The only thing to be graded is one program. It is if there is `wiremark.json`; else if the names are not as a
 * platform makes them for several students, there is no archive
 * and no folder but such as programs have (src, lib …), and: a file to build it, or a header, or `.git`; or
 * no more than 8 source files, one of them called server, client, main or so; or nothing but such folders.
 */
export function isProgram(entries: readonly Named[]): boolean {
  if (entries.some(({ name }) => name === 'wiremark.json')) return true;
  // The files of a class, side by side: smithanna_47120_9920456_server.py.
  if (entries.length > 1 && platformOf(entries.map(({ name }) => name)) !== undefined) return false;
  if (entries.some(entry => isFile(entry) && isArchiveName(entry.name))) return false;
  if (entries.some(entry => isFolder(entry) && !isPart(entry) && !isHistory(entry.name))) return false;
  if (entries.some(isBuild)) return true;
  const sources = entries.filter(entry => isFile(entry) && isSourceName(entry.name));
  if (sources.length === 0) return entries.some(isPart);
  return sources.length <= FEW && sources.some(({ name }) => isMainName(name));
}

/**
 * One of several inputs looks like a class: names are as a platform makes them; or there is no file of a
 * program and no folder such as programs have, but at least two folders or archives.
 */
export function isClass(entries: readonly Named[]): boolean {
  if (platformOf(entries.map(({ name }) => name)) !== undefined) return true;
  if (hasProgram(entries) || entries.some(isPart)) return false;
  return entries.filter(entry => isFolder(entry) || isArchiveName(entry.name)).length >= 2;
}
