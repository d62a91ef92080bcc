import { endianness } from 'node:os';
import { expect, it } from 'vitest';
import { addressText, parseRow, takesLoopback } from './socket-table.ts';

const line =
  '   0: 0100007F:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1092 1 x 100 0 0 10 0';

it('reads a line of the table', () => {
  expect(parseRow(line, 'tcp')).toMatchObject({
    transport: 'tcp',
    address: '0100007F',
    port: 2024,
    serves: true,
    rests: false,
    uid: 1000,
    inode: '1092',
  });
  expect(parseRow(line.replace(' 0A ', ' 06 '), 'tcp')).toMatchObject({ serves: false, rests: true });
  expect(parseRow(line.replace(' 0A ', ' 07 '), 'udp')).toMatchObject({ serves: true });
  expect(parseRow(line.replace(' 0A ', ' 01 '), 'udp')).toMatchObject({ serves: false });
  expect(
    parseRow('  sl  local_address rem_address   st tx_queue rx_queue tr tm->when', 'tcp'),
  ).toBeUndefined();
  expect(parseRow('', 'tcp')).toBeUndefined();
});

it.runIf(endianness() === 'LE').each([
  ['00000000', '0.0.0.0', true],
  ['0100007F', '127.0.0.1', true],
  ['0302007F', '127.0.2.3', true],
  ['0100A8C0', '192.168.0.1', false],
  ['0'.repeat(32), '::', true],
  [`${'0'.repeat(24)}01000000`, '::1', false],
  ['0000000000000000FFFF00000100007F', '::ffff:127.0.0.1', true],
  ['0000000000000000FFFF000000000000', '::ffff:0.0.0.0', true],
  ['0000000000000000FFFF00000100A8C0', '::ffff:192.168.0.1', false],
  ['000080FE00000000000000000100000A', 'fe80::a00:1', false],
])('%s is %s', (hex, text, loopback) => {
  expect(addressText(hex)).toBe(text);
  expect(takesLoopback(hex)).toBe(loopback);
});
