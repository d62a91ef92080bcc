/**
 * Why programs can't be shut in here, and what helps: from evidence to advice, without touching the system.
 * To add a reason: 1. what tells it, in `evidence.ts`; 2. a function below and its name in `reasons`; 3. a case
 * in advice.test.ts.
 */
import { installLine, type PackageName } from '../subject/distribution.ts';
import { containerRights } from './container-rights.ts';
import type { Evidence } from './evidence.ts';

export interface Missing {
  /** "bubblewrap" */
  what: string;
  /** A clause without a full stop: "bubblewrap is not installed". */
  why: string;
  /** Commands to type or things to do, one a line; alternatives begin with "or". */
  install: string;
}

/** Programs and trials, as far as they tell reasons apart. */
export interface Findings extends Evidence {
  /** Undefined if it is not installed. */
  bubblewrap: { version: string; path: string; setuid: boolean } | undefined;
  prlimit: boolean;
  /** What the trials said that failed, the simplest first; none if all went well. */
  complaints: readonly string[];
}

type Reason = (found: Findings) => Missing | undefined;

/** bubblewrap has --disable-userns from here on. */
const OLDEST = [0, 8] as const;

/** Empty if programs can be shut in. */
export function missing(found: Findings): Missing[] {
  const system = anotherSystem(found);
  if (system) return [system];
  const tools = [noBubblewrap, oldBubblewrap, setuidBubblewrap, noPrlimit].flatMap(each => each(found) ?? []);
  // A trial without its tools tells nothing.
  if (tools.length > 0 || found.complaints.length === 0) return tools;
  const known = reasons.flatMap(reason => reason(found) ?? []);
  return known.length > 0 ? known : [unknown(found)];
}

/** More than one may hold, and each has to be mended. */
const reasons: readonly Reason[] = [
  tooWeakRoot,
  namespacesForRootOnly,
  noNamespaces,
  appArmor,
  bubblewrapProfile,
  inSandbox,
  partialProc,
  closedNode,
  inContainer,
];

const isRoot = ({ uid }: Findings): boolean => uid === 0;
const says = ({ complaints }: Findings, pattern: RegExp): boolean =>
  complaints.some(text => pattern.test(text));

const packaged = (found: Findings, name: PackageName): string =>
  installLine(found.distribution, [name], isRoot(found));

function anotherSystem({ platform, release }: Findings): Missing | undefined {
  if (platform === 'linux') {
    // WSL 2 says "microsoft" and is a Linux kernel; WSL 1 says "Microsoft" and only looks like one.
    if (!/-Microsoft$/.test(release)) return undefined;
    return {
      what: 'WSL 2',
      why: 'WSL 1 has no Linux kernel, so programs can not be shut in',
      install: 'wsl --set-version <distribution> 2    (in PowerShell; wsl --list shows the name)',
    };
  }
  const name = { darwin: 'macOS', win32: 'Windows' }[platform as string] ?? platform;
  const install =
    platform === 'win32'
      ? 'wsl --install    (then install and run wiremark in there)\nor use a Linux machine'
      : 'use a Linux machine, or a virtual machine with Linux';
  return { what: 'Linux', why: `${name} can not shut programs in as Linux can`, install };
}

function noBubblewrap(found: Findings): Missing | undefined {
  if (found.bubblewrap) return undefined;
  return {
    what: 'bubblewrap',
    why: 'bubblewrap is not installed',
    install: packaged(found, 'bubblewrap'),
  };
}

function oldBubblewrap({ bubblewrap }: Findings): Missing | undefined {
  const [major = 0, minor = 0] = (bubblewrap?.version ?? '').split('.').map(Number);
  const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (!bubblewrap?.version || !old) return undefined;
  return {
    what: 'a newer bubblewrap',
    why: `bubblewrap ${bubblewrap.version} is too old, 0.8.0 is needed`,
    install:
      'use a newer system (Debian 12, Ubuntu 24.04), or build https://github.com/containers/bubblewrap',
  };
}

function setuidBubblewrap({ bubblewrap }: Findings): Missing | undefined {
  if (!bubblewrap?.setuid) return undefined;
  return {
    what: 'a bubblewrap that is not setuid',
    why: `${bubblewrap.path} is installed setuid root, which forbids what is needed here`,
    install: `sudo chmod u-s ${bubblewrap.path}`,
  };
}

function noPrlimit(found: Findings): Missing | undefined {
  if (found.prlimit) return undefined;
  return { what: 'prlimit', why: 'prlimit is not installed', install: packaged(found, 'util-linux') };
}

function tooWeakRoot(found: Findings): Missing | undefined {
  if (!isRoot(found)) return undefined;
  if (found.lacking.length > 0)
    return {
      what: 'rights of root',
      why: `root has not all its rights here (no ${found.lacking.join(', ')})`,
      install: containerRights(found.container) ?? 'run it as an ordinary user, or as root with all rights',
    };
  if (found.users > 1) return undefined;
  return {
    what: 'other users',
    why: 'root is alone in this user namespace and can not become another user',
    install: 'run it outside of this namespace, as an ordinary user or as the true root',
  };
}

/** Written with `sysctl -w`, a setting is forgotten. */
const kept = 'a file in /etc/sysctl.d keeps it';

/** Holds for root too: the programs are shut in by another user. */
function namespacesForRootOnly({ settings }: Findings): Missing | undefined {
  if (settings['kernel.unprivileged_userns_clone'] !== 0) return undefined;
  return {
    what: 'user namespaces',
    why: 'user namespaces are for root only (kernel.unprivileged_userns_clone is 0)',
    install: `sudo sysctl -w kernel.unprivileged_userns_clone=1    (until the next start; ${kept})`,
  };
}

function noNamespaces({ settings }: Findings): Missing | undefined {
  if (settings['user.max_user_namespaces'] !== 0) return undefined;
  return {
    what: 'user namespaces',
    why: 'user namespaces are switched off (user.max_user_namespaces is 0)',
    install: `sudo sysctl -w user.max_user_namespaces=15000    (until the next start; ${kept})`,
  };
}

const ownProfile = `printf '%s\\n' 'abi <abi/4.0>,' 'include <tunables/global>' \
'profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }' | sudo tee /etc/apparmor.d/bwrap && \
sudo apparmor_parser -r /etc/apparmor.d/bwrap`;

/** Ubuntu 23.10 and later, so also GitHub's runners. Root is no way out: the programs are shut in by another user. */
function appArmor(found: Findings): Missing | undefined {
  const restricted = found.settings['kernel.apparmor_restrict_unprivileged_userns'] === 1;
  if (!restricted || found.bubblewrapConfined) return undefined;
  return {
    what: 'user namespaces',
    why: 'AppArmor keeps user namespaces from bubblewrap (kernel.apparmor_restrict_unprivileged_userns is 1)',
    install: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0    (until the next start; ${kept})
or for bubblewrap only: ${ownProfile}`,
  };
}

/** Shipped with some releases of Ubuntu: bubblewrap may do all, but what it starts may not shut in others. */
function bubblewrapProfile({ bubblewrapConfined, settings }: Findings): Missing | undefined {
  if (!bubblewrapConfined) return undefined;
  const file = '/etc/apparmor.d/bwrap-userns-restrict';
  const restricted = settings['kernel.apparmor_restrict_unprivileged_userns'] === 1;
  return {
    what: 'sandboxes in sandboxes',
    why: 'an AppArmor profile (bwrap-userns-restrict) takes the rights from what runs in bubblewrap',
    install: `sudo ln -s ${file} /etc/apparmor.d/disable/ && sudo apparmor_parser -R ${file}${restricted ? `\n${ownProfile}` : ''}`,
  };
}

function inContainer(found: Findings): Missing | undefined {
  const install = containerRights(found.container);
  // What those name is not the container's doing.
  if ([tooWeakRoot, inSandbox, partialProc, closedNode].some(reason => reason(found))) return undefined;
  if (install === undefined) return undefined;
  const denied = found.complaints[0] ?? '';
  const by = found.confinedBy === undefined ? '' : ` and the AppArmor profile ${found.confinedBy}`;
  return {
    what: 'rights of the container',
    why: `this container${by} does not let programs be shut in (${denied})`,
    install,
  };
}

function inSandbox(found: Findings): Missing | undefined {
  if (found.settings['user.max_user_namespaces'] === 0) return undefined;
  if (!says(found, /max_\*_namespaces exceeded|No space left on device/)) return undefined;
  return {
    what: 'namespaces',
    why: 'this runs in a sandbox that allows no further ones',
    install: 'run it outside of that sandbox',
  };
}

function partialProc(found: Findings): Missing | undefined {
  if (!found.partialProc) return undefined;
  return {
    what: 'a whole /proc',
    why: '/proc is mounted with subset=pid, and no whole one can be mounted beside it',
    install: 'mount /proc without subset=pid; ProcSubset=all in a systemd service',
  };
}

/** As root, programs run as another user, who has to reach Node. */
function closedNode({ complaints }: Findings): Missing | undefined {
  const source = complaints
    .map(text => /find source path (.+): Permission denied/.exec(text)?.[1])
    .find(Boolean);
  if (source === undefined) return undefined;
  return {
    what: 'a Node for all users',
    why: `Node lies in ${source}, which other users may not enter`,
    install: 'install Node in /usr/local, or run it as an ordinary user',
  };
}

function unknown({ complaints }: Findings): Missing {
  return {
    what: 'isolation',
    why: `bubblewrap does not work here (${complaints[0] ?? 'no reason given'})`,
    install: 'ask who runs this machine for unprivileged user namespaces',
  };
}
