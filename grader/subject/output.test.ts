import { mkdtempSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HEAD_BYTES, Recording, TAIL_BYTES } from './output.ts';
import { pause } from './ready.ts';

let base = '';
let recording: Recording;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'wiremark-test-'));
  recording = new Recording(join(base, 'out'));
});
afterEach(() => {
  recording.end();
  rmSync(base, { recursive: true, force: true });
});
const write = (text: string | Buffer) => writeSync(recording.descriptor, Buffer.from(text));

it('keeps all of what is short', () => {
  expect(recording.read()).toEqual({ text: '', length: 0, elided: 0 });
  const text = 'é'.repeat((HEAD_BYTES + TAIL_BYTES) / 2);
  write(text);
  expect(recording.read()).toEqual({ text, length: HEAD_BYTES + TAIL_BYTES, elided: 0 });
});

it('keeps head and tail of what is long, and counts the rest', () => {
  write(`begin${'x'.repeat(300_000)}end`);
  const { text, length, elided } = recording.read();
  expect(length).toBe(300_008);
  expect(elided).toBe(300_008 - HEAD_BYTES - TAIL_BYTES);
  expect(text.startsWith('beginxx')).toBe(true);
  expect(text.endsWith('xxend')).toBe(true);
  expect(text).toContain(`[${elided} bytes left out]`);
});

it('cuts between characters', () => {
  write(`x${'€'.repeat(100_000)}x`);
  const { text, length, elided } = recording.read();
  expect(text).not.toContain('\ufffd');
  expect(length).toBe(300_002);
  const [head = '', tail = ''] = text.split(/\n\[\d+ bytes left out\]\n/);
  expect(Buffer.byteLength(head) + Buffer.byteLength(tail) + elided).toBe(length);
});

it('replaces what is not UTF-8', () => {
  write(Buffer.from([0x61, 0xff, 0x62]));
  expect(recording.read().text).toBe('a\ufffdb');
});

it('keeps a flood off the disk', async () => {
  const block = `${'y'.repeat(1_048_575)}\n`;
  write('first');
  for (let megabyte = 0; megabyte < 40; megabyte += 1) {
    write(block);
    if (megabyte % 10 === 9) await pause(150);
  }
  write('last');
  expect(statSync(join(base, 'out')).size).toBeLessThan(20_000_000);
  const { text, length } = recording.read();
  expect(length).toBe(40 * 1_048_576 + 9);
  expect(text.startsWith('firstyy')).toBe(true);
  expect(text.endsWith('yy\nlast')).toBe(true);
  recording.end();
  rmSync(base, { recursive: true });
  expect(recording.read().length).toBe(length);
});

it('joins the tail across an emptied file', () => {
  write('z'.repeat(9_000_000));
  write('before');
  expect(recording.guard()).toBe(true);
  expect(recording.guard()).toBe(false);
  write('after');
  expect(recording.read()).toMatchObject({ length: 9_000_011, text: /zzbeforeafter$/ });
});
