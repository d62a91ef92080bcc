/** wiremark doctor: what this machine offers, what is missing, and what to install. */

import { doctorText } from '../report/doctor-text.ts';
import { examineMachine } from '../room/offers.ts';
import { searchPath, shownFolders, toolsElsewhere } from '../room/system.ts';
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
  const tools = toolsElsewhere();
  const here = (folder: string): string => {
    const tool = tools.find(({ inside }) => folder.startsWith(`${inside}/`));
    return tool === undefined ? folder : folder.replace(tool.inside, tool.folder);
  };
  return {
    path: searchPath().map(here).join(':'),
    folders: [...shownFolders, ...tools.map(({ folder }) => folder)],
  };
}
