/** Temporary folders that are gone when the grader is. */

import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import { stopAllNow } from '../subject/stop.ts';
import type { Tree } from './room.ts';

const made = new Set<string>();
let hooked = false;

/**
 * A new empty folder that other users can't enter. Not by tmp-promise: its import (10 ms, 2 ms bundled) and
 * its 2 ms a folder against 0.2 ms are on the path of every check.
 */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wiremark-'));
  made.add(folder);
  if (!hooked) process.once('exit', removeAll);
  hooked = true;
  return folder;
}

/** Removes it with all that programs have put there. Never rejects; what can't be removed stays. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    // At once: it is mostly a handful of files, and each asynchronous call costs more than it does.
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Most likely a program has made a folder that can't be entered.
    makeWritable(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 }).catch(() => {});
  }
  made.delete(folder);
}

/** Bytes that look random and are the same for the same path and length everywhere. */
function steadyBytes(path: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${path} ${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/** Makes a tree of files. Throws for a path that leaves the folder. */
export function makeTree(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(tree)) {
    const text = typeof content === 'string' ? content : steadyBytes(path, content.random);
    const target = normalize(join(folder, path));
    if (!target.startsWith(folder + sep)) throw new Error(`"${path}" is not a path inside the folder`);
    mkdirSync(path.endsWith('/') ? target : dirname(target), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(target, text);
  }
}

function makeWritable(path: string): void {
  try {
    if (!lstatSync(path).isDirectory()) return;
    chmodSync(path, 0o700);
    for (const name of readdirSync(path)) makeWritable(join(path, name));
  } catch {
    // Gone, or not ours.
  }
}

function removeAll(): void {
  // A program that still runs would go on writing there.
  stopAllNow();
  for (const folder of made) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // The system clears its temporary folder some day.
    }
  }
}
