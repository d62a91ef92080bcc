/** Opens a lane for tests, as the coordinator does, as whatever user it is started as; passes messages on. */
import { spawn } from 'node:child_process';
import { makeGroup, removeGroup, writableGroups } from '../groups.ts';
import { type Lane, laneCommand, laneEnvironment, laneUser } from '../lane.ts';

export interface Opening {
  lane: Omit<Lane, 'user' | 'groups'>;
  /** What runs in the lane. */
  command: readonly string[];
  /** Bound by control groups, too, if the machine offers some. */
  groups: boolean;
}

/** The first message of the opener. */
export interface Opened {
  pid: number;
  user: Lane['user'];
  /** Folders of the lane's control groups. */
  groups: string[];
}

const { lane, command, groups } = JSON.parse(process.argv[2] ?? '') as Opening;
const offered = groups ? writableGroups() : undefined;
const made = offered && makeGroup(offered.folders, `wiremark-${process.pid}-0`);
const user = laneUser(0);
const whole: Lane = {
  ...lane,
  user,
  groups: offered && made && { version: offered.version, folders: made },
};
const [program = '', ...args] = laneCommand(command, whole);
const child = spawn(program, args, {
  env: laneEnvironment(whole),
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  detached: true,
});
child.on('message', message => void process.send?.(message));
process.on('message', message => void child.send(message as object));
child.once('exit', async () => {
  // What ran in the lane is still dying.
  while (made && !removeGroup(made)) await new Promise(resolve => setTimeout(resolve, 5));
  process.exit();
});
process.once('disconnect', () => child.kill('SIGKILL'));
const opened: Opened = { pid: child.pid ?? 0, user, groups: Object.values(made ?? {}) };
process.send?.(opened);
