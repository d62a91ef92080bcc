import { expect, it } from 'vitest';
import { distributionOf, installLine, thisDistribution } from './distribution.ts';

const debian =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n';
const mint = 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n';
const rocky = 'NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nPRETTY_NAME="Rocky Linux 9.4"\n';
const arch = "NAME='Arch Linux'\nPRETTY_NAME='Arch Linux'\nID=arch\n";

it.each([
  [debian, 'Debian GNU/Linux 12 (bookworm)', 'apt'],
  [mint, 'linuxmint', 'apt'],
  [rocky, 'Rocky Linux 9.4', 'dnf'],
  [arch, 'Arch Linux', 'pacman'],
  ['ID=plan9\n', 'plan9', undefined],
  ['', '', undefined],
])('reads os-release', (text, name, packager) => {
  expect(distributionOf(text)).toEqual({ name, packager });
});

it('reads the one of this machine', () => {
  expect(typeof thisDistribution().name).toBe('string');
});

it('gives the line to type', () => {
  expect(installLine(distributionOf(debian), ['c', 'make'], false)).toBe(
    'sudo apt-get install gcc libc6-dev make',
  );
  expect(installLine(distributionOf(rocky), ['iproute2'], true)).toBe('dnf install iproute');
  // One package for both.
  expect(installLine(distributionOf(arch), ['c', 'c++'], false)).toBe('sudo pacman -S gcc');
  expect(installLine(distributionOf(''), ['java', 'npm'], false)).toBe(
    "install default-jdk-headless, npm (Debian's names) with the package manager",
  );
});
