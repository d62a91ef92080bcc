/**
 * A lane: one long-lived process of the grader in network, process, mount, ipc and host-name namespaces of its
 * own. It sees the machine's files, read-only, and has `/wiremark` for itself; the programs under test run in
 * sandboxes inside (`sandbox.ts`), on the lane's network. When the lane's process or whoever started it dies,
 * however it dies, the kernel ends all that ran in the lane and removes what was written there.
 *
 * This file holds both sides: the command that opens a lane, and what the process inside must know.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Tool, toolsElsewhere } from './system.ts';

/** Environment variable with which the process inside is told of its lane. */
export const LANE = 'WIREMARK_LANE';

/** The lane's own files, the same path in every lane. */
export const laneFolder = '/wiremark';
/** Where a tool that lies in somebody's home is reached by other users. */
export const toolInLane = ({ name }: Tool): string => `${laneFolder}/tools/${name}`;
/** The submission at hand, and what was built from it. */
export const jobFolder = `${laneFolder}/job`;

export interface Lane {
  /** Who the programs run as: another user than the grader where that can be (root), else undefined. */
  user: { uid: number; gid: number } | undefined;
  /** Places that programs can have at the same time, each with a disk of its own. */
  places: number;
  /** Size of a place's disk, bytes. */
  diskBytes: number;
  /** Size of the disk for a submission and its build, bytes. */
  jobBytes: number;
  /** Folders of control groups that the lane may make groups in, by controller; the machine may offer none. */
  groups: { version: 1 | 2; folders: Record<string, string> } | undefined;
  /** Folders that programs must not see, though they may lie in one that is shown. */
  hidden?: readonly string[];
  /** Addresses beside loopback that fake hosts stand on. */
  addresses: readonly string[];
}

/** Files and folders on one of the lane's disks: each costs the kernel memory that no size counts. */
const placeInodes = 20_000;
const jobInodes = 200_000;

/** At the top of the file system, but made anew in the lane. */
const OWN = new Set(['proc', 'dev', 'wiremark']);

/** The command that runs `command` in a new lane. It is to be started with the environment of `laneEnvironment`. */
export function laneCommand(command: readonly string[], lane: Lane): string[] {
  const root = process.getuid?.() === 0;
  const binds = readdirSync('/').flatMap(name => {
    if (OWN.has(name)) return [];
    const path = `/${name}`;
    // A link stays one: /bin -> usr/bin.
    return lstatSync(path).isSymbolicLink()
      ? ['--symlink', readlinkSync(path), path]
      : ['--ro-bind-try', path, path];
  });
  const groups = Object.values(lane.groups?.folders ?? {}).flatMap(folder => ['--bind', folder, folder]);
  return [
    'bwrap',
    // A plain user becomes root of a user namespace, which may do there what root may do here.
    ...(root ? [] : ['--unshare-user', '--uid', '0', '--gid', '0']),
    ...['--cap-add', 'ALL', '--unshare-net', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...['--die-with-parent', ...binds, ...groups, '--dev', '/dev', '--proc', '/proc'],
    ...['--size', String(64 * 1024 * 1024), '--tmpfs', laneFolder],
    // Else bubblewrap makes it, for its own user only.
    ...['--perms', '0755', '--dir', `${laneFolder}/tools`],
    ...toolsElsewhere().flatMap(tool => ['--ro-bind', tool.folder, toolInLane(tool)]),
    ...['--chdir', laneFolder],
    ...['sh', '-c', furnish(lane), 'lane', ...command],
  ];
}

/** What has to be done with the lane's privileges before the grader starts in it. */
function furnish({ places, diskBytes, jobBytes, addresses }: Lane): string {
  const tmpfs = (path: string, bytes: number, inodes: number): string =>
    `mkdir -p ${path} && mount -t tmpfs -o size=${bytes},nr_inodes=${inodes},mode=755,nosuid,nodev tmpfs ${path}`;
  return [
    'set -e',
    'umask 022',
    // A sandbox inside may only mount its own /proc while a whole one is in sight; bubblewrap covers parts of it.
    `mkdir ${laneFolder}/proc`,
    `mount -t proc -o nosuid,nodev,noexec proc ${laneFolder}/proc || rmdir ${laneFolder}/proc`,
    // Programs that insist on port 25 or 53 may have it.
    'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start',
    ...addresses.map(address => `ip address add ${address}/32 dev lo`),
    tmpfs(jobFolder, jobBytes, jobInodes),
    tmpfs(`${laneFolder}/logs`, 512 * 1024 * 1024, jobInodes),
    `for place in $(seq 1 ${places}); do ${tmpfs(`${laneFolder}/place/$place`, diskBytes, placeInodes)}; done`,
    'exec "$@"',
  ].join('\n');
}

/** What empties a disk of the lane whatever a program has made there: it is thrown away, and a new one mounted. */
export function remountCommand(path: string, { diskBytes, jobBytes }: Lane): string[] {
  const [bytes, inodes] = path === jobFolder ? [jobBytes, jobInodes] : [diskBytes, placeInodes];
  const options = `size=${bytes},nr_inodes=${inodes},mode=755,nosuid,nodev`;
  return ['sh', '-c', `umount -l ${path} && mount -t tmpfs -o ${options} tmpfs ${path}`];
}

/** The grader's environment, with word of the lane. Temporary files go where the lane's end removes them. */
export function laneEnvironment(lane: Lane): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  return { ...env, TMPDIR: laneFolder, [LANE]: JSON.stringify(lane) };
}

/** The lane that this process runs in; undefined outside. */
export function currentLane(): Lane | undefined {
  const text = process.env[LANE];
  return text === undefined ? undefined : (JSON.parse(text) as Lane);
}

/**
 * Another user for the programs of lane number `index` (from 0): each lane has its own, for the kernel counts
 * processes by user. Undefined for who is not root and can't become anybody.
 */
export function laneUser(index: number): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [first, , count] = lastRange('/proc/self/uid_map');
  // Nobody's numbers by systemd's list; in a container that has fewer, the last ones.
  const uid =
    count > 2_100_000_000
      ? 1_900_000_000 + (process.pid % 4_000_000) * 32 + (index % 32)
      : first + count - 2 - ((process.pid * 32 + index) % 1000);
  return { uid, gid: uid };
}

function lastRange(path: string): [first: number, outside: number, count: number] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const [first = 0, outside = 0, count = 0] = (lines.at(-1) ?? '').trim().split(/\s+/).map(Number);
  return [first, outside, count];
}

export const placeFolder = (number: number): string => join(laneFolder, 'place', String(number));
