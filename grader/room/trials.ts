/**
 * Tries out, with real commands, what the isolated room is made of: each in the shape in which the room uses it
 * (`lane.ts`, `sandbox.ts`), so that a yes is a true yes. Nothing is left behind: what runs in a trial ends
 * with it, and what it mounts is its own.
 */
import { spawn } from 'node:child_process';

import type { Readable } from 'node:stream';
import { onPath, SYSTEM_TOOLS } from '../subject/on-path.ts';
import { type Lane, laneCommand, laneUser, toolInLane } from './lane.ts';
import { seccompFilter } from './seccomp.ts';
import { systemBinds } from './system.ts';

export interface Ability {
  ok: boolean;
  /** Why not, in words. */
  says?: string;
}

interface Options {
  /** Who runs it, if not this user: for root. */
  user?: { uid: number; gid: number } | undefined;
  /** To be read from descriptor 3. */
  filter?: Buffer | undefined;
}

/** A documentation address (RFC 5737), so that nobody's is taken. */
export const TRIAL_ADDRESS = '198.51.100.7';

/** Twenty times what a trial takes on a busy machine, ms. */
const TIME_LIMIT_MS = 10_000;

/** Whether a command ends well. Never rejects. */
export async function attempt(command: readonly string[], options: Options = {}): Promise<Ability> {
  return (await run(command, options)).ability;
}

/** What a command prints on standard output, besides. Never rejects. */
export function run(
  [program = '', ...args]: readonly string[],
  { user, filter }: Options = {},
): Promise<{ ability: Ability; out: string }> {
  return new Promise(resolve => {
    const fail = (error: unknown): void =>
      resolve({ ability: { ok: false, says: refused(error, program) }, out: '' });
    try {
      const stdio = ['ignore', 'pipe', 'pipe', filter ? 'pipe' : 'ignore'] as const;
      // A folder that every user may enter.
      const child = spawn(program, args, { cwd: '/', stdio: [...stdio], ...user });
      const late = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS);
      const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
      child.once('error', error => {
        clearTimeout(late);
        fail(error);
      });
      child.once('close', (code, signal) => {
        clearTimeout(late);
        const ended = signal ? `no answer within ${TIME_LIMIT_MS / 1000} s` : `exit status ${code}`;
        const says = complaint(err()) || ended;
        resolve({ ability: code === 0 ? { ok: true } : { ok: false, says }, out: out() });
      });
      const input = child.stdio[3];
      if (input && 'end' in input) {
        // It may end without having read.
        input.on('error', () => {});
        input.end(filter);
      }
    } catch (error) {
      // Another user may be refused before there is a process.
      fail(error);
    }
  });
}

/** What has come so far. */
function textOf(stream: Readable | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

function refused(error: unknown, program: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${program} is not installed`;
  if (code === 'EACCES') return `${program} may not be started here`;
  if (code === 'EPERM') return 'this process may not become another user';
  if (code === 'EINVAL') return 'there is no other user in this user namespace';
  return message;
}

/** The last line that a command printed on standard error, without its name and where to read more. */
export function complaint(text: string): string {
  const lines = text.split('\n').map(line => line.trim());
  const last = lines.findLast(line => line !== '') ?? '';
  return last.replace(/^(?:(?:bwrap|setpriv|prlimit|sh|lane(?:: \d+)?): )+/, '').replace(/\. See <.*$/, '');
}

/** The smallest sandbox: it shows all files, read-only. */
const sandbox = (...args: readonly string[]): string[] => [
  ...['bwrap', '--die-with-parent', ...args, '--ro-bind', '/', '/'],
];

const isRoot = (): boolean => process.getuid?.() === 0;

/** Programs are shut in by a user who is not root; as root, by one that is nobody else. */
export const trialUser = (): { uid: number; gid: number } | undefined => laneUser(0);

/** Whether a user who is not root may make a user namespace. */
export const userNamespace = (): Promise<Ability> =>
  attempt([...sandbox('--unshare-user'), 'true'], { user: trialUser() });

const asLane = (): string[] => (isRoot() ? [] : ['--unshare-user', '--uid', '0', '--gid', '0']);

export const netNamespace = (): Promise<Ability> =>
  attempt([...sandbox(...asLane(), '--unshare-net'), 'true']);

export const newProc = (): Promise<Ability> =>
  attempt([...sandbox(...asLane(), '--unshare-pid'), '--proc', '/proc', 'true']);

export const filtered = (): Promise<Ability> => {
  const filter = seccompFilter();
  if (filter === undefined)
    return Promise.resolve({
      ok: false,
      says: `there is no filter for this kind of processor, ${process.arch}`,
    });
  return attempt([...sandbox('--unshare-user'), '--seccomp', '3', 'true'], { user: trialUser(), filter });
};

export function otherUser(): Promise<Ability> {
  if (isRoot()) return attempt(['true'], { user: trialUser() });
  return Promise.resolve({ ok: false, says: 'only root can; programs run as you, shut in all the same' });
}

/** Tiny, and of every kind that a lane has. */
const lane = (): Lane => ({
  user: trialUser(),
  places: 1,
  diskBytes: 1024 ** 2,
  jobBytes: 1024 ** 2,
  groups: undefined,
  addresses: [],
});

/**
 * The whole room, with a program inside that does nothing: a sandbox as another user, within a lane. The
 * quickest true answer there is, some 50 ms.
 */
export function nestedSandbox(): Promise<Ability> {
  const { user } = lane();
  const filter = seccompFilter();
  const subject = [
    ...['prlimit', '--nofile=256', '--core=0', '--', 'bwrap'],
    ...['--unshare-user', '--uid', '1000', '--gid', '1000', '--disable-userns', '--cap-drop', 'ALL'],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--new-session'],
    ...['--hostname', 'localhost', ...systemBinds(toolInLane), '--proc', '/proc', '--dev', '/dev'],
    ...(filter === undefined ? [] : ['--seccomp', '3']),
    ...['--', 'true'],
  ];
  return attempt(laneCommand([...becoming(user), ...subject], lane()), { filter });
}

/** What becomes that user before it runs the rest of the command; Node can, where setpriv is not installed. */
function becoming(user: { uid: number; gid: number } | undefined): string[] {
  if (user === undefined) return [];
  const { uid, gid } = user;
  if (onPath('setpriv', process.env.PATH))
    return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
  const start = `spawnSync(program, args, { stdio: [0, 1, 2, 3], uid: ${uid}, gid: ${gid} })`;
  return [
    process.execPath,
    '-e',
    `const [program, ...args] = process.argv.slice(1);
     process.exit(require('node:child_process').${start}.status ?? 1);`,
    '--',
  ];
}

export interface Network {
  lowPorts: Ability;
  addresses: Ability;
}

/** Ports and addresses of a lane's network, as the grader in it uses them; so this trial starts Node, some 60 ms. */
export async function network(): Promise<Network> {
  const script = `
    const { createServer } = require('node:net');
    const { execFileSync } = require('node:child_process');
    const { readFileSync } = require('node:fs');
    const bind = host => new Promise((resolve, reject) => {
      const server = createServer().once('error', reject);
      server.listen(25, host, () => server.close(resolve));
    });
    const tried = trial => trial().then(() => ({ ok: true }), ({ stderr, message }) =>
      ({ ok: false, says: String(stderr || message).trim().split('\\n').pop() }));
    (async () => console.log(JSON.stringify({
      lowPorts: await tried(async () => {
        const first = readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').trim();
        if (first !== '0') throw new Error('programs may bind ports from ' + first + ' on only');
        await bind('127.0.0.1');
      }),
      addresses: await tried(async () => {
        execFileSync('ip', ['address', 'add', '${TRIAL_ADDRESS}/32', 'dev', 'lo'], {
          stdio: 'pipe', env: { PATH: process.env.PATH + ':${SYSTEM_TOOLS}' } });
        await bind('${TRIAL_ADDRESS}');
      }),
    })))();`;
  const { ability, out } = await run(laneCommand([process.execPath, '-e', script], lane()));
  if (ability.ok) return JSON.parse(out) as Network;
  return { lowPorts: ability, addresses: ability };
}
