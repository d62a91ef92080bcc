/** wiremark doctor: what this machine offers, what is missing, and what to install. */

import { doctorText } from '../report/doctor-text.ts';
import { examineMachine } from '../room/offers.ts';
import { nodeFolder, searchPath, shownFolders } from '../room/system.ts';
import { thisDistribution } from '../subject/distribution.ts';
import { type Mounted, toolchains } from '../subject/toolchains.ts';
import type { Io } from './io.ts';

/** 0: programs of strangers can be graded here; 1: they can not. Takes one or two seconds, most of them for languages. */
export async function doctorCommand({ format }: { format: 'text' | 'json' }, io: Io): Promise<number> {
  const [machine, languages] = await Promise.all([
    examineMachine(),
    toolchains(thisDistribution(), mounted()),
  ]);
  if (format === 'json') io.out(`${JSON.stringify({ machine, languages }, undefined, 2)}\n`);
  else io.out(doctorText(machine, languages, io));
  return machine.isolation.ok ? 0 : 1;
}

/** Where programs of the isolated room find theirs. */
function mounted(): Mounted | undefined {
  if (process.platform !== 'linux') return undefined;
  const node = nodeFolder();
  const path = searchPath().map(folder =>
    node !== undefined && folder.startsWith('/run/') ? `${node}/bin` : folder,
  );
  return { path: path.join(':'), folders: [...shownFolders, ...(node === undefined ? [] : [node])] };
}
