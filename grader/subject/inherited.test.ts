import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const script = `
import { execFileSync } from 'node:child_process';
import { closeInherited } from './inherited.ts';
const seen = () => execFileSync('sh', ['-c', 'ls /proc/self/fd'], { encoding: 'utf8' }).split('\\n').includes('200');
const before = seen();
closeInherited();
console.log(before, seen());
`;

it.runIf(process.platform === 'linux')('a descriptor of the parent reaches no program', async () => {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const code = outputFiles[0]?.text ?? '';
  const shell = 'exec 200>/dev/null; exec "$@"';
  const command = [process.execPath, '--input-type=module', '-e', code];
  // Bash: other shells take one digit only.
  expect(execFileSync('bash', ['-c', shell, 'bash', ...command], { encoding: 'utf8' })).toBe('true false\n');
});
