/**
 * Files that are whole at every moment: written beside their place, forced to the disk, then renamed into
 * it. Whoever is killed in between leaves the old file, or none, and a temporary one that nobody reads.
 */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your quota on this disk is used up',
  EFBIG: 'a file may not grow that large here',
  EIO: 'the disk reports an error',
  EROFS: 'the disk is read-only',
  EACCES: 'it is not writable',
  EPERM: 'it is not writable',
  ENOENT: 'its folder is gone',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  EEXIST: 'a file stands in its way',
  EXDEV: 'its folder leads to another disk',
};

/** Why the system refused, in words. */
export function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}

/** The disk would not take a file. The old one, if there was one, is as it was. */
export class DiskTrouble extends Error {
  /** The system's word for it: ENOSPC, EDQUOT, EIO … */
  readonly code: string | undefined;

  /** @param file as people know it */
  constructor(file: string, cause: unknown) {
    super(
      `Can not write ${file}: ${reasonOf(cause)}. What was finished before is kept: mend that, then run the same command again, and it goes on from there.`,
      { cause },
    );
    this.code = (cause as NodeJS.ErrnoException).code;
  }
}

export interface Replacement {
  file: string;
  text: string;
  /** Where it is written first: on the same disk, and for this call alone. */
  temporary: string;
  mode?: number;
  /** Wait until it would outlive a power cut. Not for what can be made again: it is most of the time. */
  durable: boolean;
}

/** Rejects with the system's error; then the temporary file is gone, and the old file untouched. */
export async function replaceFile({ file, text, temporary, mode, durable }: Replacement): Promise<void> {
  try {
    const handle = await open(temporary, 'w', mode);
    try {
      await handle.writeFile(text);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  if (durable) await syncFolder(dirname(file));
}

/** A new name in a folder is only safe when the folder itself is. Not every system lets a folder be forced. */
export async function syncFolder(folder: string): Promise<void> {
  const unable = ['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES', 'EBADF'];
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!unable.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
