/** The filter, executed as the kernel would: by a small interpreter of classic BPF. */
import { existsSync, readFileSync } from 'node:fs';
import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { seccompFilter } from './seccomp.ts';

/** What the kernel lets a filter look at (struct seccomp_data). */
interface Call {
  number: number;
  architecture: number;
  /** 64 bits each. */
  args?: readonly bigint[];
}

const ALLOW = 'allowed';
const EPERM = 'errno 1';
const ENOSYS = 'errno 38';
const EAFNOSUPPORT = 'errno 97';
const KILL = 'process killed';

/** Runs the filter; throws where the kernel would have refused to load it. */
function verdict(filter: Buffer, { number, architecture, args = [] }: Call): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(architecture, 4);
  args.forEach((value, i) => void data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + 8 * i));
  const count = filter.length / 8;
  let accumulator = 0;
  for (let at = 0; at < count; at += 1) {
    const code = filter.readUInt16LE(8 * at);
    const value = filter.readUInt32LE(8 * at + 4);
    const jump = (isTrue: boolean): void => {
      const by = filter.readUInt8(8 * at + (isTrue ? 2 : 3));
      if (at + by + 1 >= count) throw new Error(`instruction ${at} jumps out of the program`);
      at += by;
    };
    switch (code) {
      case 0x20:
        if (value % 4 !== 0 || value > 60) throw new Error(`instruction ${at} loads from ${value}`);
        accumulator = data.readUInt32LE(value);
        break;
      case 0x15:
        jump(accumulator === value);
        break;
      case 0x35:
        jump(accumulator >= value);
        break;
      case 0x45:
        jump((accumulator & value) !== 0);
        break;
      case 0x06:
        return inWords(value);
      default:
        throw new Error(`instruction ${at} has the code ${code}`);
    }
  }
  throw new Error('the program ends without an answer');
}

function inWords(value: number): string {
  if (value === 0x7fff0000) return ALLOW;
  if (value === 0x80000000) return KILL;
  if (value >>> 16 === 5) return `errno ${value & 0xffff}`;
  return `action ${value.toString(16)}`;
}

const X64 = 0xc000003e;
const ARM64 = 0xc00000b7;
const I386 = 0x40000003;
const ARM32 = 0x40000028;

/** Numbers by name, [x64, arm64], written down from the kernel's tables; undefined where there is no such call. */
const refused: Readonly<Record<string, readonly [number, number | undefined]>> = {
  ptrace: [101, 117],
  syslog: [103, 116],
  pivot_root: [155, 41],
  adjtimex: [159, 171],
  chroot: [161, 51],
  acct: [163, 89],
  settimeofday: [164, 170],
  mount: [165, 40],
  umount2: [166, 39],
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  init_module: [175, 105],
  delete_module: [176, 106],
  quotactl: [179, 60],
  kexec_load: [246, 104],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  migrate_pages: [256, 238],
  unshare: [272, 97],
  perf_event_open: [298, 241],
  fanotify_init: [300, 262],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  clock_adjtime: [305, 266],
  setns: [308, 268],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  kcmp: [312, 272],
  finit_module: [313, 273],
  kexec_file_load: [320, 294],
  bpf: [321, 280],
  userfaultfd: [323, 282],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  pidfd_getfd: [438, 438],
  mount_setattr: [442, 442],
};
const missing: typeof refused = {
  memfd_create: [319, 279],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  clone3: [435, 435],
};

/** Missing as well where no control group counts memory that no process holds. */
const uncounted: typeof refused = { shmget: [29, 194], msgget: [68, 186] };

const machines = [
  { name: 'x64', column: 0, architecture: X64, clone: 56, socket: 41, foreign: [I386, ARM64] },
  { name: 'arm64', column: 1, architecture: ARM64, clone: 220, socket: 198, foreign: [ARM32, X64] },
] as const;

/** linux/sched.h */
const NAMESPACES: Readonly<Record<string, bigint>> = {
  CLONE_NEWNS: 0x0002_0000n,
  CLONE_NEWCGROUP: 0x0200_0000n,
  CLONE_NEWUTS: 0x0400_0000n,
  CLONE_NEWIPC: 0x0800_0000n,
  CLONE_NEWUSER: 0x1000_0000n,
  CLONE_NEWPID: 0x2000_0000n,
  CLONE_NEWNET: 0x4000_0000n,
};
const SIGCHLD = 17n;
/** What the C library passes for a thread. */
const THREAD = 0x003d_0f00n;

const kinds = machines.flatMap(machine => [
  { ...machine, counted: true, how: 'with control groups' },
  { ...machine, counted: false, how: 'without control groups' },
]);

describe.each(kinds)('the filter for $name, $how', kind => {
  const { name, column, architecture, clone, socket, foreign, counted } = kind;
  const filter = seccompFilter(name, counted) ?? Buffer.alloc(0);
  const answer = (number: number, ...args: bigint[]): string =>
    verdict(filter, { number, architecture, args });
  const numbers = (table: typeof refused): [string, number][] =>
    Object.entries(table).flatMap(([call, both]) => {
      const number = both[column];
      return number === undefined ? [] : [[call, number] as [string, number]];
    });

  it('is a program that the kernel takes', () => {
    expect(filter.length % 8).toBe(0);
    expect(filter.length / 8).toBeGreaterThan(0);
    // BPF_MAXINSNS
    expect(filter.length / 8).toBeLessThanOrEqual(4096);
  });

  it.each(numbers(refused))('refuses %s', (_, number) => {
    expect(answer(number)).toBe(EPERM);
    // Whatever stands in its arguments.
    expect(answer(number, 2n, 2n, 2n, 2n, 2n, 2n)).toBe(EPERM);
  });

  const notThere = counted ? missing : { ...missing, ...uncounted };

  it.each(numbers(notThere))('knows no %s', (_, number) => {
    expect(answer(number)).toBe(ENOSYS);
    expect(answer(number, SIGCHLD)).toBe(ENOSYS);
  });

  it('lets processes and threads be made, but no namespaces', () => {
    expect(answer(clone, SIGCHLD)).toBe(ALLOW);
    expect(answer(clone, THREAD)).toBe(ALLOW);
    expect(answer(clone, 0n)).toBe(ALLOW);
    for (const flag of Object.values(NAMESPACES)) {
      expect(answer(clone, flag)).toBe(EPERM);
      expect(answer(clone, flag | SIGCHLD)).toBe(EPERM);
      expect(answer(clone, flag | THREAD)).toBe(EPERM);
    }
    // The kernel looks at the lower half of the flags only, and so must the filter.
    expect(answer(clone, (1n << 40n) | SIGCHLD)).toBe(ALLOW);
    expect(answer(clone, (1n << 40n) | 0x1000_0000n)).toBe(EPERM);
    // Flags stand in the first argument, not in another.
    expect(answer(clone, SIGCHLD, 0x1000_0000n)).toBe(ALLOW);
  });

  it('lets every flag of clone pass that makes no namespace', () => {
    const all = Object.values(NAMESPACES).reduce((sum, flag) => sum | flag, 0n);
    for (let bit = 0n; bit < 32n; bit += 1n) {
      const flag = 1n << bit;
      expect([bit, answer(clone, flag)]).toEqual([bit, (all & flag) === 0n ? ALLOW : EPERM]);
    }
  });

  it('gives sockets of four families only', () => {
    const allowed = new Set([1, 2, 10, 16]);
    for (let family = 0; family < 256; family += 1)
      for (const type of [1n, 2n, 3n])
        expect([family, answer(socket, BigInt(family), type)]).toEqual([
          family,
          allowed.has(family) ? ALLOW : EAFNOSUPPORT,
        ]);
    // An int for the kernel: what stands above does not count.
    expect(answer(socket, (1n << 32n) | 2n)).toBe(ALLOW);
    expect(answer(socket, (1n << 32n) | 40n)).toBe(EAFNOSUPPORT);
    expect(answer(socket, -1n)).toBe(EAFNOSUPPORT);
    // The type is no family.
    expect(answer(socket, 40n, 2n)).toBe(EAFNOSUPPORT);
  });

  it('kills what calls as another architecture, whatever it calls', () => {
    for (const other of [...foreign, 0, 0xffffffff])
      for (const number of [0, 1, 11, 56, clone, socket, 0xffffffff])
        expect(verdict(filter, { number, architecture: other })).toBe(KILL);
  });

  it('answers every number as its table says, and lets all others pass', () => {
    const expected = new Map<number, string>();
    for (const [, number] of numbers(refused)) expected.set(number, EPERM);
    for (const [, number] of numbers(notThere)) expected.set(number, ENOSYS);
    // A family of sockets that is refused: no number but that of socket may care.
    expected.set(socket, EAFNOSUPPORT);
    const usual = (number: number): string =>
      name === 'x64' && number >= 0x4000_0000 ? ENOSYS : (expected.get(number) ?? ALLOW);
    for (let number = 0; number < 2048; number += 1)
      expect([number, answer(number, 40n)]).toEqual([number, usual(number)]);
    const any = [fc.nat(0xffff_ffff), fc.bigInt(0n, (1n << 64n) - 1n)] as const;
    void fc.assert(
      fc.property(...any, (number, other) => {
        expect(answer(number, 40n, other, other)).toBe(usual(number));
      }),
    );
  });
});

describe('the other calling convention of x64', () => {
  const filter = seccompFilter('x64') ?? Buffer.alloc(0);

  it('is not there: its numbers would go round those of the list', () => {
    for (let number = 0; number < 600; number += 1)
      expect(verdict(filter, { number: 0x4000_0000 + number, architecture: X64 })).toBe(ENOSYS);
    for (const number of [0x4000_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])
      expect(verdict(filter, { number, architecture: X64 })).toBe(ENOSYS);
  });
});

it('does not exist for a processor that it does not know', () => {
  expect(seccompFilter('mips')).toBeUndefined();
});

it('the tables above have their numbers from the system’s', () => {
  const header = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h';
  // Only where a compiler is installed.
  if (!existsSync(header)) return;
  const text = readFileSync(header, 'utf8');
  for (const [name, [number]] of Object.entries({ ...refused, ...missing, ...uncounted }))
    expect([name, new RegExp(`^#define __NR_${name} (\\d+)$`, 'm').exec(text)?.[1]]).toEqual([
      name,
      String(number),
    ]);
});
