/** What programs in the isolated room see of the machine: its programs and libraries, and where they are found. */
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders that are shown as they are, read-only. */
export const shownFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/lib32', '/opt'];

/** Where the Node that runs the grader is shown when it lies anywhere else. */
const NODE = '/run/node';

export const isShown = (path: string): boolean => shownFolders.some(top => `${path}/`.startsWith(`${top}/`));

/** Where Node is installed, if that is none of those folders: a version manager's place, perhaps in a home. */
export function nodeFolder(): string | undefined {
  const folder = dirname(dirname(process.execPath));
  return isShown(folder) ? undefined : folder;
}

/** PATH of a program. */
export function searchPath(): string[] {
  const node = nodeFolder() === undefined ? [] : [join(NODE, 'bin')];
  return [...node, '/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];
}

/** Arguments for bubblewrap. @param node where the Node of `nodeFolder` can be reached by the program's user */
export function systemBinds(node: string | undefined): string[] {
  return [
    ...shownFolders
      .filter(path => existsSync(path))
      .flatMap(path =>
        // A link stays one: /bin -> usr/bin.
        lstatSync(path).isSymbolicLink()
          ? ['--symlink', readlinkSync(path), path]
          : ['--ro-bind', path, path],
      ),
    ...(node === undefined ? [] : ['--ro-bind', node, NODE]),
  ];
}
