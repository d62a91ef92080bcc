/** What a system tells about itself, as far as it decides whether programs can be shut in. Read, not tried out. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { type Distribution, thisDistribution } from '../subject/distribution.ts';

export interface Evidence {
  platform: NodeJS.Platform;
  /** Of the kernel: "6.1.0-18-amd64". */
  release: string;
  distribution: Distribution;
  /** Undefined on Windows. */
  uid: number | undefined;
  /** Of what root needs, what this process has not: "CAP_SYS_ADMIN". Every plain user lacks them. */
  lacking: readonly string[];
  /** How many users there are in this user namespace: 4,294,967,295, or fewer in a container. */
  users: number;
  /** Container that this runs in: "docker", "podman", "kubernetes", "lxc" or another's name. */
  container: string | undefined;
  /** Values of /proc/sys; undefined where the kernel has no such setting. */
  settings: {
    'kernel.unprivileged_userns_clone': number | undefined;
    'kernel.apparmor_restrict_unprivileged_userns': number | undefined;
    'user.max_user_namespaces': number | undefined;
  };
  /** AppArmor profile that confines this process. */
  confinedBy: string | undefined;
  /** Ubuntu's AppArmor profile for bubblewrap, which takes the rights from what runs in it, is installed. */
  bubblewrapConfined: boolean;
  /** /proc is mounted with subset=pid: only processes are in it. */
  partialProc: boolean;
}

/** Bits of CapEff (linux/capability.h) that root needs for lanes, and to become somebody else. */
const needed = { CAP_SETGID: 6, CAP_SETUID: 7, CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21 } as const;

/** All of it is files: about a millisecond. */
export function gather(): Evidence {
  return {
    platform: process.platform,
    release: release(),
    distribution: thisDistribution(),
    uid: process.getuid?.(),
    lacking: lackingIn(text('/proc/self/status')),
    users: usersIn(text('/proc/self/uid_map')),
    container: containerOf(process.env, existsSync, text),
    settings: {
      'kernel.unprivileged_userns_clone': setting('kernel/unprivileged_userns_clone'),
      'kernel.apparmor_restrict_unprivileged_userns': setting('kernel/apparmor_restrict_unprivileged_userns'),
      'user.max_user_namespaces': setting('user/max_user_namespaces'),
    },
    confinedBy: profileIn(text('/proc/self/attr/current')),
    bubblewrapConfined: existsSync('/etc/apparmor.d/bwrap-userns-restrict'),
    partialProc: /^\S+ \/proc proc \S*\bsubset=pid\b/m.test(text('/proc/self/mounts')),
  };
}

/** @param status text of /proc/self/status */
export function lackingIn(status: string): string[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return Object.entries(needed)
    .filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
}

/** @param map text of /proc/self/uid_map */
export function usersIn(map: string): number {
  const counts = map
    .trim()
    .split('\n')
    .map(line => Number(line.trim().split(/\s+/)[2] ?? 0));
  return counts.reduce((sum, count) => sum + count, 0);
}

export function containerOf(
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean,
  read: (path: string) => string,
): string | undefined {
  if (env.KUBERNETES_SERVICE_HOST) return 'kubernetes';
  if (exists('/run/.containerenv')) return 'podman';
  if (exists('/.dockerenv')) return 'docker';
  // systemd and its kin write down what they run in.
  const named = read('/run/systemd/container').trim() || env.container;
  // "wsl" is a machine of its own.
  return named && named !== 'wsl' ? named : undefined;
}

/** "docker-default (enforce)" */
function profileIn(current: string): string | undefined {
  return /^(.+) \(enforce\)/.exec(current)?.[1];
}

function setting(path: string): number | undefined {
  const value = text(`/proc/sys/${path}`).trim();
  return value === '' ? undefined : Number(value);
}

/** Empty if it can't be read. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a file is started with the rights of its owner. */
export function isSetuid(path: string): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o4000) !== 0;
}
