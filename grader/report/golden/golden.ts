/** Compares text with a file of this folder, exactly. WIREMARK_RECORD=1 writes the files anew. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export function expectGolden(text: string, name: string): void {
  const file = fileURLToPath(new URL(`${name}.txt`, import.meta.url));
  if (process.env.WIREMARK_RECORD === '1') writeFileSync(file, text);
  expect(text).toBe(
    existsSync(file) ? readFileSync(file, 'utf8') : '(no golden file; record it with WIREMARK_RECORD=1)',
  );
}
