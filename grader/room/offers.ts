/**
 * What this machine offers to the isolated room, found out by trying: for `wiremark doctor`, for `grade`, which
 * refuses programs of strangers without isolation, and for workers, which tell their coordinator.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { installLine } from '../subject/distribution.ts';
import { onPath, SYSTEM_TOOLS } from '../subject/on-path.ts';
import { type Findings, type Missing, missing } from './advice.ts';
import { type Evidence, gather, isSetuid } from './evidence.ts';
import { writableGroups } from './groups.ts';
import {
  type Ability,
  filtered,
  nestedSandbox,
  netNamespace,
  network,
  newProc,
  otherUser,
  run,
  userNamespace,
} from './trials.ts';

export interface Tool {
  found: boolean;
  path?: string;
}

/** Plain data: it survives JSON. */
export interface Offers {
  platform: NodeJS.Platform;
  /** Name of the distribution; empty if the system does not say. */
  system: string;
  /** Of the kernel. */
  release: string;
  /** Processors that this process may use. */
  cpus: number;
  /** Megabytes that this process may use. */
  memoryMb: number;
  /** Version of Node. */
  node: string;
  /** Root with all the rights that lanes need. */
  root: boolean;
  bubblewrap: Tool & { version?: string };
  prlimit: Tool;
  setpriv: Tool;
  ip: Tool;
  can: {
    userNamespaces: Ability;
    netNamespace: Ability;
    /** A new /proc can be mounted. */
    mountProc: Ability;
    /** Programs may bind ports below 1024, in a network of their own. */
    lowPorts: Ability;
    /** Addresses of the outside world can stand in that network. */
    addresses: Ability;
    /** The whole shape of the room: a sandbox in a lane. */
    nestedSandbox: Ability;
    /** Programs run as a user that is nobody else. */
    otherUser: Ability;
    seccomp: Ability;
  };
  cgroups: {
    version: 'v1' | 'v2' | 'none';
    /** Groups can be made below our own. */
    writable: boolean;
    /** Of those, what they can bound: "memory", "pids". */
    controllers: string[];
  };
  isolation: { ok: boolean; missing: Missing[] };
}

/** Some 200 ms; never rejects. */
export async function examineMachine(): Promise<Offers> {
  const evidence = gather();
  const tools = {
    bubblewrap: tool('bwrap'),
    prlimit: tool('prlimit'),
    setpriv: tool('setpriv'),
    ip: tool('ip', SYSTEM_TOOLS),
  };
  const [version, can] = await Promise.all([bubblewrapVersion(tools.bubblewrap), abilities(evidence, tools)]);
  if (version) tools.bubblewrap.version = version;
  const lacks = missing(findings(evidence, tools, can));
  return {
    platform: evidence.platform,
    system: evidence.distribution.name,
    release: evidence.release,
    cpus: availableParallelism(),
    memoryMb: Math.round(Math.min(totalmem(), process.constrainedMemory() || totalmem()) / 1024 ** 2),
    node: process.versions.node,
    root: evidence.uid === 0 && evidence.lacking.length === 0 && evidence.users > 1,
    ...tools,
    can,
    cgroups: controlGroups(),
    isolation: { ok: lacks.length === 0, missing: lacks },
  };
}

/**
 * Whether programs of strangers can be graded here, by one command of some 50 ms; only a no takes as long as
 * `examineMachine`, for its reasons.
 */
export async function canIsolate(): Promise<{ ok: true } | { ok: false; missing: Missing[] }> {
  if (process.platform === 'linux' && (await nestedSandbox()).ok) return { ok: true };
  const { isolation } = await examineMachine();
  return isolation.ok ? { ok: true } : { ok: false, missing: isolation.missing };
}

function tool(name: string, folders = ''): Tool & { version?: string } {
  const path = onPath(name, `${process.env.PATH ?? ''}:${folders}`);
  return path === undefined ? { found: false } : { found: true, path };
}

/** "bubblewrap 0.8.0" */
async function bubblewrapVersion({ found }: Tool): Promise<string | undefined> {
  if (!found) return undefined;
  return /\d[\d.]*/.exec((await run(['bwrap', '--version'])).out)?.[0];
}

type Tools = Pick<Offers, 'bubblewrap' | 'prlimit' | 'setpriv' | 'ip'>;

async function abilities(evidence: Evidence, { bubblewrap, ip }: Tools): Promise<Offers['can']> {
  if (evidence.platform !== 'linux') return nothing(`${evidence.platform} has no namespaces`);
  if (!bubblewrap.found) return nothing('not tried, without bubblewrap');
  const [userNamespaces, net, mountProc, nested, wire, user, seccomp] = await Promise.all(
    // Those that take longest first.
    [
      userNamespace(),
      netNamespace(),
      newProc(),
      nestedSandbox(),
      network(),
      otherUser(),
      filtered(),
    ] as const,
  );
  const { lowPorts } = wire;
  const line = installLine(evidence.distribution, ['iproute2'], evidence.uid === 0);
  const addresses = ip.found ? wire.addresses : { ok: false, says: `ip is not installed: ${line}` };
  return {
    userNamespaces,
    netNamespace: net,
    mountProc,
    lowPorts,
    addresses,
    nestedSandbox: nested,
    otherUser: user,
    seccomp,
  };
}

function nothing(says: string): Offers['can'] {
  const no = (): Ability => ({ ok: false, says });
  return {
    userNamespaces: no(),
    netNamespace: no(),
    mountProc: no(),
    lowPorts: no(),
    addresses: no(),
    nestedSandbox: no(),
    otherUser: no(),
    seccomp: no(),
  };
}

function findings(evidence: Evidence, { bubblewrap, prlimit }: Tools, can: Offers['can']): Findings {
  const { version = '', path = '' } = bubblewrap;
  // Without low ports there is no lane; the rest of them is in the room's whole shape.
  const needed = [can.userNamespaces, can.netNamespace, can.mountProc, can.nestedSandbox, can.lowPorts];
  const whole = can.nestedSandbox.ok && can.lowPorts.ok;
  return {
    ...evidence,
    bubblewrap: bubblewrap.found ? { version, path, setuid: isSetuid(path) } : undefined,
    prlimit: prlimit.found,
    complaints: whole ? [] : needed.filter(({ ok }) => !ok).map(({ says = 'no reason given' }) => says),
  };
}

/** As the room itself looks for them. */
function controlGroups(): Offers['cgroups'] {
  const groups = process.platform === 'linux' ? writableGroups() : undefined;
  if (groups?.version === 1)
    return { version: 'v1', writable: true, controllers: Object.keys(groups.folders) };
  if (groups) return { version: 'v2', writable: true, controllers: ['memory', 'pids'] };
  return { version: groupsVersion(), writable: false, controllers: [] };
}

function groupsVersion(): Offers['cgroups']['version'] {
  try {
    const own = readFileSync('/proc/self/cgroup', 'utf8');
    if (/^\d+:(?:\S+,)?(?:memory|pids)[,:]/m.test(own)) return 'v1';
    return /^0::/m.test(own) ? 'v2' : 'none';
  } catch {
    return 'none';
  }
}
