/**
 * Reads what a program has left in its folders, and nothing else: a link that it has made there could lead to
 * files of the grader or of others, whose text would then stand in a report.
 */
import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';

/** Files are read up to this size, in bytes; a larger one is judged by its beginning. */
const largestFile = 16 * 1024 * 1024;
/** Names of one folder; more are not listed. */
const mostNames = 10_000;

/** Text and size of a file below one of the folders, or why it has none, in words: "is not a file". */
export async function readLeft(
  path: string,
  folders: readonly string[],
): Promise<{ text: string; size: number } | string> {
  try {
    // Not blocking: a pipe would be waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) return 'is not a file';
      const inside = await insideOf(path, folders);
      if (inside === undefined) return LEADS_OUT;
      // The path may have been changed since; what was opened must be what was found to be inside.
      const seen = await stat(inside);
      if (seen.ino !== found.ino || seen.dev !== found.dev) return LEADS_OUT;
      const bytes = Buffer.alloc(Math.min(found.size, largestFile));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return { text: bytes.subarray(0, bytesRead).toString('utf8'), size: found.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    return `can not be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** Names in a folder, sorted; none where there is no such folder, or where it lies elsewhere. */
export async function namesLeft(path: string, folders: readonly string[]): Promise<string[]> {
  try {
    const inside = await insideOf(path, folders);
    return inside === undefined ? [] : (await readdir(inside)).slice(0, mostNames).sort();
  } catch {
    return [];
  }
}

const LEADS_OUT = 'is a link that leads out of the folders of the program';

/** The path without links, if it lies in one of the folders. */
async function insideOf(path: string, folders: readonly string[]): Promise<string | undefined> {
  const real = await realpath(path);
  for (const folder of folders) {
    const top = await realpath(folder);
    if (real === top || real.startsWith(top + sep)) return real;
  }
  return undefined;
}
