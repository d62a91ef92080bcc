/** Where the package keeps its assignments and fixtures: the same from sources, tests, bundle and npm. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

export function packageRoot(): string {
  if (found !== undefined) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, 'assignments')) && existsSync(join(folder, 'package.json')))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the folder "assignments" of wiremark is missing');
    folder = parent;
  }
  found = folder;
  return folder;
}
