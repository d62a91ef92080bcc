/**
 * The system calls that a program in the isolated room does not get: those with which namespaces are left or
 * made, the kernel is changed or other processes are looked into, and interfaces whose bugs are found often.
 * None of them is needed by a network program. The filter is a program of classic BPF (seccomp(2), bpf(2)).
 */
import { endianness } from 'node:os';

/** What the kernel gives the filter (linux/seccomp.h, struct seccomp_data): offsets, bytes. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const ARGUMENT = 16;

/** Classic BPF (linux/bpf_common.h): load a word, jump if equal, if greater or equal, if a bit is set; return. */
const LOAD = 0x20;
const EQUAL = 0x15;
const AT_LEAST = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const refuse = (errno: number): number => 0x00050000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

interface Machine {
  /** linux/audit.h, AUDIT_ARCH_… */
  architecture: number;
  /** Numbers from here on are of another calling convention (x32). */
  foreign: number | undefined;
  clone: number;
  clone3: number;
  socket: number;
  /** Answered with EPERM. */
  forbidden: readonly number[];
  /** Answered with ENOSYS, so that libraries fall back to something else. */
  missing: readonly number[];
  /** shmget and msgget: memory that no process holds. */
  uncounted: readonly number[];
}

/** Numbers above 423 are the same everywhere. */
const newer = {
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  pidfd_getfd: 438,
  mount_setattr: 442,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  clone3: 435,
} as const;
const newerForbidden = [428, 429, 430, 431, 432, 433, 438, 442];
/** io_uring goes round every filter of this kind. */
const newerMissing = [newer.io_uring_setup, newer.io_uring_enter, newer.io_uring_register];

const machines: Readonly<Record<string, Machine>> = {
  x64: {
    architecture: 0xc000003e,
    foreign: 0x40000000,
    clone: 56,
    clone3: newer.clone3,
    socket: 41,
    // ptrace syslog pivot_root adjtimex chroot acct settimeofday mount umount2 swapon swapoff reboot
    // sethostname setdomainname iopl ioperm init_module delete_module quotactl kexec_load add_key
    // request_key keyctl migrate_pages unshare perf_event_open fanotify_init name_to_handle_at
    // open_by_handle_at clock_adjtime setns process_vm_readv process_vm_writev kcmp finit_module
    // kexec_file_load bpf userfaultfd
    forbidden: [
      101,
      103,
      155,
      159,
      161,
      163,
      164,
      165,
      166,
      167,
      168,
      169,
      170,
      171,
      172,
      173,
      175,
      176,
      179,
      246,
      248,
      249,
      250,
      256,
      272,
      298,
      300,
      303,
      304,
      305,
      308,
      310,
      311,
      312,
      313,
      320,
      321,
      323,
      ...newerForbidden,
    ],
    // memfd_create: memory that no limit of a process counts.
    missing: [319, ...newerMissing],
    uncounted: [29, 68],
  },
  arm64: {
    architecture: 0xc00000b7,
    foreign: undefined,
    clone: 220,
    clone3: newer.clone3,
    socket: 198,
    forbidden: [
      117,
      116,
      41,
      171,
      51,
      89,
      170,
      40,
      39,
      224,
      225,
      142,
      161,
      162,
      105,
      106,
      60,
      104,
      217,
      218,
      219,
      238,
      97,
      241,
      262,
      264,
      265,
      266,
      268,
      270,
      271,
      272,
      273,
      294,
      280,
      282,
      ...newerForbidden,
    ],
    missing: [279, ...newerMissing],
    uncounted: [194, 186],
  },
};

/** CLONE_NEW…: mount, cgroup, uts, ipc, user, pid and network namespaces (linux/sched.h). */
const NEW_NAMESPACES = 0x7e020000;
/** Local, IPv4, IPv6, and asking the system about its interfaces; no virtual machine's host, no kernel crypto. */
const FAMILIES = [1, 2, 10, 16];

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, value: number];

/**
 * The filter as the kernel takes it, 8 bytes an instruction; undefined for a machine it does not know.
 * @param counted whether a control group counts memory that no process holds; else there are no shared segments
 * and message queues of System V
 */
export function seccompFilter(machine: string = process.arch, counted = true): Buffer | undefined {
  const known = machines[machine];
  if (known === undefined) return undefined;
  const { architecture, foreign, clone, clone3, socket, forbidden, uncounted } = known;
  const missing = counted ? known.missing : [...known.missing, ...uncounted];
  const load = (offset: number): Instruction => [LOAD, 0, 0, offset];
  const answer = (value: number): Instruction => [RETURN, 0, 0, value];
  const each = (numbers: readonly number[], value: number): Instruction[] =>
    // Each pair jumps over its own answer; a list beyond 255 instructions could not jump to a common one.
    numbers.flatMap(number => [[EQUAL, 0, 1, number], answer(value)] as Instruction[]);
  const program: Instruction[] = [
    load(ARCHITECTURE),
    [EQUAL, 1, 0, architecture],
    answer(KILL),
    load(NUMBER),
    ...(foreign === undefined ? [] : ([[AT_LEAST, 0, 1, foreign], answer(refuse(ENOSYS))] as Instruction[])),
    ...each(forbidden, refuse(EPERM)),
    // Its flags stand in memory, where a filter can't look; without it, libraries use clone.
    ...each([clone3, ...missing], refuse(ENOSYS)),
    [EQUAL, 0, 4, clone],
    load(ARGUMENT),
    [ANY_BIT, 0, 1, NEW_NAMESPACES],
    answer(refuse(EPERM)),
    answer(ALLOW),
    [EQUAL, 0, 2 + FAMILIES.length, socket],
    load(ARGUMENT),
    ...FAMILIES.map((family, i): Instruction => [EQUAL, FAMILIES.length - i, 0, family]),
    answer(refuse(EAFNOSUPPORT)),
    answer(ALLOW),
  ];
  const bytes = Buffer.alloc(8 * program.length);
  const little = endianness() === 'LE';
  for (const [i, [code, jumpTrue, jumpFalse, value]] of program.entries()) {
    if (little) bytes.writeUInt16LE(code, 8 * i);
    else bytes.writeUInt16BE(code, 8 * i);
    bytes.writeUInt8(jumpTrue, 8 * i + 2);
    bytes.writeUInt8(jumpFalse, 8 * i + 3);
    if (little) bytes.writeUInt32LE(value, 8 * i + 4);
    else bytes.writeUInt32BE(value, 8 * i + 4);
  }
  return bytes;
}
