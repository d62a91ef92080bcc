/** What is left when the grader itself ends without leaving its places. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build as bundle } from 'esbuild';
import { expect, it } from 'vitest';
import { statOf } from '../subject/proc.ts';

const script = `
import { openRoom } from './open.ts';
const place = await openRoom().place({ ports: {}, folders: {} });
const command = ['sh', '-c', 'setsid sleep 300 & echo $!; exec sleep 300'];
const subject = place.launch({ command, env: {}, stdin: { kind: 'none' } });
while (!subject.output('stdout').text) await new Promise(resolve => setTimeout(resolve, 5));
console.log(JSON.stringify([place.work, subject.pid, Number(subject.output('stdout').text)]));
process.exit(3);
`;

it.runIf(process.platform === 'linux')('nothing: no process, no folder', async () => {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  const { outputFiles } = await bundle({
    stdin: { contents: script, resolveDir, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const code = outputFiles[0]?.text ?? '';
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
  const { stdout, code: status } = await run.catch(error => error);
  expect(status).toBe(3);
  const [work, ...pids] = JSON.parse(stdout);
  expect(existsSync(work)).toBe(false);
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(['Z', undefined]).toContain(statOf(pid)?.state);
});
