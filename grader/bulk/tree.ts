/**
 * A tree of files that grows in an empty folder, from names that are not trusted. Nothing is ever written
 * outside of it, and none of its files is more than a file: what would be is left out, and named.
 *
 * Three things see to that. Names are taken apart into components, and one that is not plainly below the
 * folder is refused. A folder is made, never found: a component that exists and was not made here as a folder
 * stops the path. Symbolic links are made last of all, so no path can lead through one, on file systems that
 * look past case as on others.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { listFolder, shown } from './entries.ts';
import { isJunk } from './file-kinds.ts';
import type { Budget } from './limits.ts';

/** A file that is being written. */
export interface Sink {
  /** Throws `Unreadable` where the budget ends, and what `writeSync` throws. */
  write(bytes: Uint8Array): void;
  /** To be called once, also after `write` has thrown. */
  end(): void;
}

interface Link {
  parts: string[];
  target: string;
}

/** What the file system does not take is left out; anything else (a full disk) is the machine's trouble. */
const NAME_TROUBLE: readonly (string | undefined)[] = [
  'ENAMETOOLONG',
  'EINVAL',
  'EILSEQ',
  'ENOTDIR',
  'EISDIR',
];
/** Names that are listed one by one. */
const LISTED = 20;

export class Tree {
  readonly root: string;
  /** Files and links that stand in it. */
  size = 0;
  #budget: Budget;
  #ignores: (name: string) => boolean;
  #folders = new Set<string>();
  #links: Link[] = [];
  #leftOut: string[] = [];
  #leftOutCount = 0;

  /**
   * @param root an empty folder that nobody else writes to
   * @param ignores names of files and folders that are passed over without a word
   */
  constructor(root: string, budget: Budget, ignores: (name: string) => boolean = isJunk) {
    this.root = root;
    this.#budget = budget;
    this.#ignores = ignores;
  }

  /** What was left out, with the reason, fit to be shown; the first 20 by name. */
  leftOut(): string[] {
    const more = this.#leftOutCount - this.#leftOut.length;
    return more === 0 ? this.#leftOut : [...this.#leftOut, `and ${more} more`];
  }

  /** @param why a clause: "it is a device" */
  leaveOut(name: string, why: string): undefined {
    this.#leftOutCount += 1;
    if (this.#leftOut.length < LISTED) this.#leftOut.push(`${shown(name)} (${why})`);
  }

  /** Throws what `mkdirSync` throws if the disk is full. */
  folder(name: string): void {
    const parts = this.#partsOf(name, 0);
    if (parts) this.#makeFolder(parts, name);
  }

  /** Undefined if it is left out. Throws what `openSync` throws if the disk is full. */
  file(name: string, executable: boolean): Sink | undefined {
    const parts = this.#partsOf(name, 1);
    if (!parts || !this.#makeFolder(parts.slice(0, -1), name)) return undefined;
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    let fd: number;
    try {
      fd = openSync(join(this.root, ...parts), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    } catch (error) {
      return this.#refuse(name, error);
    }
    // Not by the mode of open: the shell's mask may take from it what the program's user needs.
    fchmodSync(fd, executable ? 0o755 : 0o644);
    this.size += 1;
    let written = 0;
    return {
      write: bytes => {
        written += bytes.length;
        this.#budget.bytes(bytes.length, written, shown(name));
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      },
      end: () => closeSync(fd),
    };
  }

  /** Kept until `finish`. */
  link(name: string, target: string): void {
    const parts = this.#partsOf(name, 1);
    if (parts) this.#links.push({ parts, target });
  }

  /** The folder in it, by its components, that is not the only entry of another. */
  innermost(): string[] {
    const inner: string[] = [];
    for (;;) {
      const depth = inner.length;
      const entries = listFolder(join(this.root, ...inner));
      const links = this.#links.filter(({ parts }) => parts.slice(0, depth).join('/') === inner.join('/'));
      const names = new Set([...entries.map(({ name }) => name), ...links.map(({ parts }) => parts[depth])]);
      const [only] = entries;
      if (names.size !== 1 || only?.kind !== 'folder') return inner;
      inner.push(only.name);
    }
  }

  /**
   * Makes the links that lead to a file in the tree. Nothing can be added afterwards.
   * @param inside folder by its components, all links below it: none leads out of it, so that it can be moved
   */
  finish(inside: readonly string[] = []): void {
    const made: Link[] = [];
    for (const link of this.#links) {
      const name = link.parts.join('/');
      if (!staysInside(link.target, link.parts.length - inside.length - 1)) {
        this.leaveOut(name, 'it is a symbolic link that leads out of the submission');
        continue;
      }
      if (!this.#makeFolder(link.parts.slice(0, -1), name)) continue;
      try {
        symlinkSync(link.target, join(this.root, ...link.parts));
        made.push(link);
      } catch (error) {
        this.#refuse(name, error);
      }
    }
    for (const { parts } of made) {
      const path = join(this.root, ...parts);
      const wrong = whatIsWrongWith(path);
      if (wrong === undefined) {
        this.size += 1;
        continue;
      }
      unlinkSync(path);
      this.leaveOut(parts.join('/'), wrong);
    }
  }

  /**
   * Its components; undefined if it is left out, or nothing but the folder itself.
   * @param last 1 if the last component is no folder
   */
  #partsOf(name: string, last: 0 | 1): string[] | undefined {
    const parts = componentsOf(name);
    if (typeof parts === 'string') return this.leaveOut(name, parts);
    if (parts.some(part => this.#ignores(part))) return undefined;
    const { depth, pathBytes } = this.#budget.limits;
    if (Buffer.byteLength(name) > pathBytes || parts.some(part => Buffer.byteLength(part) > 255))
      return this.leaveOut(name, 'its path is too long');
    if (parts.length - last > depth) return this.leaveOut(name, `it lies more than ${depth} folders deep`);
    return parts.length === 0 ? undefined : parts;
  }

  /** False if something else stands where the folder, or one above it, would be. */
  #makeFolder(parts: readonly string[], name: string): boolean {
    if (parts.length === 0 || this.#folders.has(parts.join('/'))) return true;
    if (!this.#makeFolder(parts.slice(0, -1), name)) return false;
    const path = join(this.root, ...parts);
    try {
      mkdirSync(path);
      chmodSync(path, 0o755);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // The same folder under another spelling, where the file system looks past case.
      if (code !== 'EEXIST' || !lstatSync(path).isDirectory()) {
        this.#refuse(name, error);
        return false;
      }
    }
    this.#folders.add(parts.join('/'));
    return true;
  }

  #refuse(name: string, error: unknown): undefined {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return this.leaveOut(name, 'its name is taken by another entry');
    if (NAME_TROUBLE.includes(code)) return this.leaveOut(name, 'the file system does not take its name');
    throw error;
  }
}

/** A name taken apart; or why none of that may be made, as a clause. */
export function componentsOf(name: string): string[] | string {
  if (name.includes('\0')) return 'its name holds a NUL byte';
  if (/^([/\\]|[a-z]:)/i.test(name)) return 'its path is absolute';
  // Windows' own zip once wrote backslashes, and there they are what "/" is here.
  const parts = name.split(/[/\\]/).filter(part => part !== '' && part !== '.');
  return parts.includes('..') ? 'its path leads through ".."' : parts;
}

/**
 * Only leading ".." and no more of them than folders around the link. As those folders are no links, they
 * end in the tree; whatever link the rest leads through is held to the same rule.
 */
function staysInside(target: string, depth: number): boolean {
  if (target === '' || /[\0\\]|^\/|^[a-z]:/i.test(target)) return false;
  const parts = target.split('/').filter(part => part !== '' && part !== '.');
  const up = parts.findIndex(part => part !== '..');
  const leading = up === -1 ? parts.length : up;
  return leading <= depth && !parts.slice(leading).includes('..');
}

/**
 * Links to folders may make a maze of a few files: whoever follows them later, a compiler or a listing, would
 * not come to an end.
 */
function whatIsWrongWith(link: string): string | undefined {
  try {
    return statSync(link).isFile() ? undefined : 'it is a symbolic link to a folder';
  } catch {
    // To nothing, or in a circle.
    return 'it is a symbolic link that leads nowhere';
  }
}
