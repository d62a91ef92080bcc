// Puts one message into the mailboxes of its recipients, so that it is there whole or not at all (RFC 5321
// §4.1.1.4, §6.1). It writes what it is given: envelope, trace lines and transparency are others' business.

import { constants, copyFile, type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Fate } from './session.ts';

/** A copy of the message: under its first name nobody looks at it, under the second it is delivered. */
interface Copy {
  readonly unfinished: string;
  readonly delivered: string;
}

/**
 * Written piece by piece to one file, so that a big message needs no more memory than a small one; the other
 * recipients get copies of it at the end. The first thing that goes wrong decides; what follows is skipped.
 */
export class Delivery {
  readonly #copies: readonly Copy[];
  readonly #made = new Set<string>(); // The names of files that are there because of us.
  #file: FileHandle | undefined;
  #failure: unknown;

  /**
   * `folders`: the mailboxes, at least one. `id`: a name that no other message here has. begin() comes next.
   */
  constructor(folders: readonly string[], id: string) {
    this.#copies = folders.map(folder => ({
      unfinished: join(folder, `${id}.part`),
      delivered: join(folder, `${id}.eml`),
    }));
  }

  /** What went wrong, if anything did. */
  get failure(): unknown {
    return this.#failure;
  }

  async begin(): Promise<void> {
    await this.#unlessFailed(async () => {
      const { unfinished } = this.#first;
      this.#file = await open(unfinished, 'wx'); // 'x': never over a file that is there.
      this.#made.add(unfinished);
    });
  }

  /** Resolves when the bytes are written, so whoever waits for it reads no faster than the disk writes. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#unlessFailed(async () => this.#file?.appendFile(bytes));
  }

  /** All recipients have the message when this is 'stored'; else none has. It does not throw. */
  async commit(): Promise<Fate> {
    await this.#unlessFailed(() => this.#deliver());
    if (this.#failure === undefined) return 'stored';
    await this.discard();
    return isDiskFull(this.#failure) ? 'disk-full' : 'failed';
  }

  /** Removes all that is there of a message that was not stored. It does not throw. */
  async discard(): Promise<void> {
    await this.#file?.close().catch(() => undefined);
    // Simplified: after a power cut an unfinished file stays where it is, and nobody removes it.
    await Promise.all([...this.#made].map(name => unlink(name).catch(() => undefined)));
  }

  async #deliver(): Promise<void> {
    await this.#file?.sync(); // §6.1: a crash of the system must not lose it, so it has to be on the disk.
    await this.#file?.close();
    for (const { unfinished } of this.#copies.slice(1)) {
      await copyFile(this.#first.unfinished, unfinished, constants.COPYFILE_EXCL);
      this.#made.add(unfinished);
      await onDisk(unfinished);
    }
    // A rename is done or not done; nobody ever sees half a message. Simplified: if a later one fails, the
    // earlier ones are taken back, though a quick reader may have seen them. Twice is better than never.
    for (const { unfinished, delivered } of this.#copies) {
      await rename(unfinished, delivered);
      this.#made.delete(unfinished);
      this.#made.add(delivered);
    }
    for (const { delivered } of this.#copies) await onDisk(dirname(delivered)); // The names too.
  }

  async #unlessFailed(work: () => Promise<void>): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      await work();
    } catch (error) {
      this.#failure = error;
    }
  }

  get #first(): Copy {
    const [first] = this.#copies;
    if (first === undefined) throw new RangeError('a message needs a recipient');
    return first;
  }
}

/** Waits until a file, or the list of names in a folder, is on the disk. */
async function onDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
