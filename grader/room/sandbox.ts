/**
 * One program's sandbox inside a lane: bubblewrap with user, process, ipc, host-name, cgroup and mount
 * namespaces of its own, limits of the kernel, and a seccomp filter. It shares the lane's network. It sees the
 * system's programs, its submission and its own place; not the grader's files, other submissions or a home.
 */
import { mkdirSync, openSync, readdirSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Enclosure, Limits } from '../subject/enclosure.ts';
import { megabytes } from '../subject/guard.ts';
import { unstartableIn } from '../subject/unstartable.ts';
import { type Groups, noGroups } from './groups.ts';
import { laneFolder, toolInLane } from './lane.ts';
import { seccompFilter } from './seccomp.ts';
import { isSame, searchPath, systemBinds, toolsElsewhere } from './system.ts';

/** Where programs find their submission and what was built from it. */
export const submissionPath = '/submission';
export const builtPath = '/built';

export interface SandboxOptions {
  limits: Limits;
  user: { uid: number; gid: number } | undefined;
  /** Folder outside -> path inside. Writable. */
  writable: Readonly<Record<string, string>>;
  /** The same, read-only. */
  readable: Readonly<Record<string, string>>;
  /** A disk outside whose filling is told. */
  disk: string;
  /** Share the lane's network; without it there is not even another program on loopback. */
  network: boolean;
  groups?: Groups | undefined;
  /** Folders that are not shown, though those around them are. */
  hidden?: readonly string[] | undefined;
}

/** $0 files to write to, then the command. One that may not be written is passed over: the guard sees to it. */
const JOIN =
  'n=$0; while [ "$n" -gt 0 ]; do { echo 0 > "$1"; } 2>/dev/null; shift; n=$((n - 1)); done; exec "$@"';

/** What programs need of /etc; names, users and resolvers are made up (`etcFiles`). */
const ETC = [
  ...['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'localtime', 'timezone', 'protocols'],
  ...['services', 'mime.types', 'ssl/certs', 'ca-certificates', 'crypto-policies', 'pki'],
];

const etcFiles: Readonly<Record<string, string>> = {
  passwd:
    'root:x:0:0:root:/:/bin/sh\nstudent:x:1000:1000:student:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n',
  group: 'root:x:0:\nstudent:x:1000:\nnogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost\n::1 localhost ip6-localhost\n',
  'host.conf': 'multi on\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  'resolv.conf': '# No name server can be reached from here.\n',
  hostname: 'localhost\n',
};

export class Sandbox implements Enclosure {
  readonly limits: Limits;
  readonly user: { uid: number; gid: number } | undefined;
  readonly depth = 2;
  readonly environment: Readonly<Record<string, string>>;
  readonly #options: SandboxOptions;
  readonly #groups: Groups;
  readonly #path: readonly string[];
  readonly #filter: string | undefined;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.user = options.user;
    this.#groups = options.groups ?? noGroups;
    this.#path = searchPath();
    this.#filter = seccompFile(this.#groups.doors.length > 0);
    this.environment = {
      PATH: this.#path.join(delimiter),
      HOME: '/tmp',
      TMPDIR: '/tmp',
      USER: 'student',
      LOGNAME: 'student',
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      TERM: 'dumb',
    };
  }

  wrap(command: readonly string[], cwd: string): string[] {
    const { limits } = this;
    const { writable, readable, network } = this.#options;
    const bind = (how: string, folders: Readonly<Record<string, string>>): string[] =>
      Object.entries(folders).flatMap(([outside, inside]) => [how, outside, inside]);
    const { doors } = this.#groups;
    return [
      // The first thing that it does is to join its group, so that no process of it is ever outside.
      ...(doors.length > 0 ? ['sh', '-c', JOIN, String(doors.length), ...doors] : []),
      'prlimit',
      // Of one process; the guard adds up the tree. The kernel sends SIGXCPU, and SIGKILL a second later.
      `--cpu=${Math.ceil(limits.cpuMs / 1000)}:${Math.ceil(limits.cpuMs / 1000) + 1}`,
      // Beyond the limit, so that the guard sees it crossed and can say so; Java reserves more than it uses.
      `--data=${2 * limits.memoryBytes + 1024 ** 3}`,
      `--fsize=${limits.fileBytes}`,
      `--nofile=${limits.openFiles}`,
      // Counted for the lane's user, whose programs run beside each other.
      `--nproc=${Math.max(1024, 8 * limits.processes)}`,
      '--core=0',
      '--memlock=65536',
      '--msgqueue=819200',
      '--',
      'bwrap',
      ...['--unshare-user', '--uid', '1000', '--gid', '1000', '--disable-userns', '--cap-drop', 'ALL'],
      ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--new-session'],
      ...(network ? [] : ['--unshare-net']),
      ...['--hostname', 'localhost', ...machineBinds(), '--proc', '/proc', '--dev', '/dev'],
      ...(this.#options.hidden ?? []).filter(isShownFolder).flatMap(folder => ['--tmpfs', folder]),
      ...bind('--ro-bind', readable),
      ...bind('--bind', writable),
      ...['--chdir', writable[cwd] ?? readable[cwd] ?? cwd, '--remount-ro', '/dev', '--remount-ro', '/'],
      ...(this.#filter === undefined ? [] : ['--seccomp', '3']),
      '--',
      ...command,
    ];
  }

  descriptors(): number[] {
    return this.#filter === undefined ? [] : [openSync(this.#filter, 'r')];
  }

  refuse(command: readonly string[], cwd: string): { reason: string; machine: boolean } | undefined {
    const [program = ''] = command;
    const outside = (path: string): string | undefined => this.#outside(path, cwd);
    const reason = unstartableIn(program, this.#path, outside);
    return reason === undefined ? undefined : { reason, machine: false };
  }

  /** Where a path inside the sandbox lies outside; undefined for one that is not there. */
  #outside(path: string, cwd: string): string | undefined {
    const { writable, readable } = this.#options;
    const inside = isAbsolute(path) ? path : join(writable[cwd] ?? readable[cwd] ?? cwd, path);
    for (const [from, to] of [...Object.entries(writable), ...Object.entries(readable)])
      if (inside === to || inside.startsWith(`${to}/`)) return join(from, inside.slice(to.length));
    for (const tool of toolsElsewhere())
      if (inside.startsWith(`${tool.inside}/`))
        return join(toolInLane(tool), inside.slice(tool.inside.length));
    return isSame(inside) ? inside : undefined;
  }

  full(): string[] {
    const { bsize, blocks, bavail, files, ffree } = statfsSync(this.#options.disk);
    if (blocks > 0 && bavail * bsize < 128 * 1024) return [`filled its ${megabytes(blocks * bsize)} of disk`];
    return files > 0 && ffree < 16 ? [`made ${files} files, as many as it may`] : [];
  }

  entered(pids: readonly number[]): void {
    this.#groups.enter(pids);
  }

  enforced(): string | undefined {
    return this.#groups.enforced();
  }
}

let binds: string[] | undefined;

/** The same for every program, so found out once. */
function machineBinds(): string[] {
  binds ??= [
    ...systemBinds(toolInLane),
    ...[...ETC, ...readdirSync('/etc').filter(name => /^(java|python|gcc|ghc)/.test(name))].flatMap(name => [
      '--ro-bind-try',
      join('/etc', name),
      join('/etc', name),
    ]),
    ...Object.entries(etcFiles).flatMap(([name, text]) => {
      const folder = join(laneFolder, 'etc');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, name), text);
      return ['--ro-bind', join(folder, name), join('/etc', name)];
    }),
  ];
  return binds;
}

/** What lies in no folder that is shown, or is no folder, needs no cover. */
const isShownFolder = (path: string): boolean =>
  isSame(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const filters = new Map<boolean, string | undefined>();

/** The filter as a file; undefined on a machine for which there is none. */
function seccompFile(counted: boolean): string | undefined {
  if (!filters.has(counted)) {
    const bytes = seccompFilter(process.arch, counted);
    const file = join(laneFolder, counted ? 'seccomp.bpf' : 'seccomp-strict.bpf');
    if (bytes !== undefined) writeFileSync(file, bytes);
    filters.set(counted, bytes && file);
  }
  return filters.get(counted);
}
