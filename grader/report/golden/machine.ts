/** Machines and their languages as `wiremark doctor` finds them. */
import type { Languages } from '../doctor-languages.ts';
import type { Machine } from '../doctor-text.ts';

const yes = { ok: true } as const;

/** Root on a server. */
export const server: Machine = {
  platform: 'linux',
  system: 'Debian GNU/Linux 12 (bookworm)',
  release: '6.1.0-18-amd64',
  cpus: 8,
  memoryMb: 24_106,
  node: '20.20.2',
  root: true,
  bubblewrap: { found: true, version: '0.8.0', path: '/usr/bin/bwrap' },
  can: {
    userNamespaces: yes,
    netNamespace: yes,
    mountProc: yes,
    nestedSandbox: yes,
    lowPorts: yes,
    addresses: yes,
    otherUser: yes,
    seccomp: yes,
  },
  cgroups: { version: 'v1', writable: true, controllers: ['memory', 'pids'] },
  isolation: { ok: true, missing: [] },
};

/** A plain user on a laptop: goes without some of it. */
export const laptop: Machine = {
  ...server,
  root: false,
  can: {
    ...server.can,
    addresses: { ok: false, says: 'ip is not installed: sudo apt-get install iproute2' },
    otherUser: { ok: false, says: 'only root can; programs run as you, shut in all the same' },
  },
  cgroups: { version: 'v2', writable: false, controllers: [] },
};

const denied = { ok: false, says: 'setting up uid map: Permission denied' } as const;

/** Ubuntu as GitHub runs it. */
export const runner: Machine = {
  ...laptop,
  system: 'Ubuntu 24.04.2 LTS',
  release: '6.11.0-1018-azure',
  cpus: 1,
  can: {
    userNamespaces: denied,
    netNamespace: denied,
    mountProc: denied,
    nestedSandbox: denied,
    lowPorts: denied,
    addresses: denied,
    otherUser: laptop.can.otherUser,
    seccomp: denied,
  },
  isolation: {
    ok: false,
    missing: [
      {
        what: 'user namespaces',
        why: 'AppArmor keeps user namespaces from bubblewrap (kernel.apparmor_restrict_unprivileged_userns is 1)',
        install:
          'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0\nor for bubblewrap only: printf … | sudo tee /etc/apparmor.d/bwrap && sudo apparmor_parser -r /etc/apparmor.d/bwrap',
      },
    ],
  },
};

/** No Linux at all. */
export const mac: Machine = {
  ...runner,
  platform: 'darwin',
  system: '',
  release: '23.5.0',
  bubblewrap: { found: false },
  cgroups: { version: 'none', writable: false, controllers: [] },
  isolation: {
    ok: false,
    missing: [
      {
        what: 'Linux',
        why: 'macOS can not shut programs in as Linux can',
        install: 'use a Linux machine, or a virtual machine with Linux',
      },
    ],
  },
};

export const languages: Languages = {
  floorMs: 2.4,
  found: [
    {
      command: 'python3',
      open: {
        path: '/home/ada/.pyenv/shims/python3',
        version: '3.12.1',
        startMs: 131.4,
        shim: { manager: 'pyenv', leadsTo: '/home/ada/.pyenv/versions/3.12.1/bin/python3' },
      },
      isolated: { path: '/usr/bin/python3', version: '3.11.2', startMs: 12.2 },
    },
    {
      command: 'java',
      isolated: { path: '/usr/bin/java', version: '17.0.15', startMs: 50.8 },
      says: '/home/ada/bin/java does not work: Unable to locate a Java Runtime',
    },
    {
      command: 'cc',
      open: { path: '/usr/bin/cc', version: '12.2.0' },
      isolated: { path: '/usr/bin/cc', version: '12.2.0' },
    },
    {
      command: 'cargo',
      open: { path: '/home/ada/.cargo/bin/cargo', version: '1.95.0', shim: { manager: 'rustup' } },
      says: 'not in the isolated room',
      install: 'sudo apt-get install cargo',
    },
    { command: 'go', install: 'sudo apt-get install golang-go' },
  ],
};
