/**
 * Which Linux distribution this is, as far as it matters: how its packages are installed, and what they are
 * called there. To add a distribution: 1. its packager below; 2. a column in `packages`.
 */
import { readFileSync } from 'node:fs';

type Packager = 'apt' | 'dnf' | 'pacman';

export interface Distribution {
  /** "Debian GNU/Linux 12 (bookworm)"; empty where the system does not say. */
  name: string;
  /** Undefined: not one whose package names are known here. */
  packager: Packager | undefined;
}

/** Names in /etc/os-release (ID, then ID_LIKE), and who installs there. */
const packagers: Readonly<Record<string, Packager>> = {
  debian: 'apt',
  ubuntu: 'apt',
  fedora: 'dnf',
  rhel: 'dnf',
  arch: 'pacman',
};

const installers: Readonly<Record<Packager, string>> = {
  apt: 'apt-get install',
  dnf: 'dnf install',
  pacman: 'pacman -S',
};

const packages = {
  bubblewrap: { apt: 'bubblewrap', dnf: 'bubblewrap', pacman: 'bubblewrap' },
  'util-linux': { apt: 'util-linux', dnf: 'util-linux', pacman: 'util-linux' },
  iproute2: { apt: 'iproute2', dnf: 'iproute', pacman: 'iproute2' },
  python: { apt: 'python3', dnf: 'python3', pacman: 'python' },
  java: { apt: 'default-jdk-headless', dnf: 'java-latest-openjdk-devel', pacman: 'jdk-openjdk' },
  c: { apt: 'gcc libc6-dev', dnf: 'gcc', pacman: 'gcc' },
  'c++': { apt: 'g++', dnf: 'gcc-c++', pacman: 'gcc' },
  make: { apt: 'make', dnf: 'make', pacman: 'make' },
  node: { apt: 'nodejs', dnf: 'nodejs', pacman: 'nodejs' },
  npm: { apt: 'npm', dnf: 'npm', pacman: 'npm' },
  go: { apt: 'golang-go', dnf: 'golang', pacman: 'go' },
  rust: { apt: 'cargo', dnf: 'cargo', pacman: 'rust' },
} as const satisfies Record<string, Record<Packager, string>>;

export type PackageName = keyof typeof packages;

/** @param osRelease text of /etc/os-release */
export function distributionOf(osRelease: string): Distribution {
  const value = (key: string): string =>
    new RegExp(`^${key}=(["']?)(.*?)\\1\\s*$`, 'm').exec(osRelease)?.[2] ?? '';
  const ids = [value('ID'), ...value('ID_LIKE').split(/\s+/)];
  const packager = ids.map(id => packagers[id]).find(found => found !== undefined);
  return { name: value('PRETTY_NAME') || value('ID'), packager };
}

/** The one that this runs on; a system without /etc/os-release has no name. */
export function thisDistribution(): Distribution {
  for (const file of ['/etc/os-release', '/usr/lib/os-release'])
    try {
      return distributionOf(readFileSync(file, 'utf8'));
    } catch {
      // The next one.
    }
  return { name: '', packager: undefined };
}

/** The line to type, or words where the packager is not known. */
export function installLine(
  { packager }: Distribution,
  wanted: readonly PackageName[],
  root: boolean,
): string {
  const names = new Set(wanted.flatMap(name => packages[name][packager ?? 'apt'].split(' ')));
  if (packager === undefined)
    return `install ${[...names].join(', ')} (Debian's names) with the package manager`;
  return `${root ? '' : 'sudo '}${installers[packager]} ${[...names].join(' ')}`;
}
