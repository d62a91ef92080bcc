/**
 * Clears away what a grader leaves that is killed: a shell that waits for the grader's end, however it comes, and
 * then removes its temporary folder, the programs that run in it, and its control groups. Nothing a process can
 * do for itself survives `kill -9`.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { makeFolder, removeFolder } from '../room/folder.ts';

export interface Caretaker {
  /** Of the one it was asked for, an empty folder that other users can't enter. */
  readonly folder: string;
  /** The grader ends in good order: removes the folder at once. Never rejects. */
  close(): Promise<void>;
}

/** $1: the folder, or ""; then paths of control groups, each without its last "-…". */
const duty = `
trap '' HUP INT QUIT TERM
umask 077
folder=$1; shift
[ -n "$folder" ] && { mkdir "$folder" || exit 1; }
echo ready
# Nothing is ever said: this ends when the grader does.
read -r word
for round in 1 2 3; do
  [ -d "$folder" ] && [ -d /proc/self ] || break
  for cwd in /proc/[0-9]*/cwd; do
    case $(readlink "$cwd" 2>/dev/null) in
      "$folder"/*) pid=\${cwd#/proc/}; kill -9 "\${pid%/cwd}" 2>/dev/null ;;
    esac
  done
done
if [ -d "$folder" ]; then
  rm -rf "$folder" 2>/dev/null || { chmod -R u+rwx "$folder"; rm -rf "$folder"; }
fi
# The processes in the groups may still be dying.
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  left=
  for group; do
    for made in "$group"-*; do
      [ -d "$made" ] || continue
      left=1
      rmdir "$made"/*/ 2>/dev/null
      rmdir "$made" 2>/dev/null
    done
  done
  [ -z "$left" ] && break
  sleep 0.2
done
`;

/** Watches over a temporary folder that it makes. Never rejects: without a shell the folder is an ordinary one. */
export async function openCaretaker(): Promise<Caretaker> {
  const folder = resolve(tmpdir(), `wiremark-${randomBytes(6).toString('hex')}`);
  const watch = new Watch([folder]);
  if (!(await watch.begun)) {
    const own = makeFolder();
    return { folder: own, close: () => removeFolder(own) };
  }
  return {
    folder,
    close: async () => {
      await removeFolder(folder);
      await watch.end();
    },
  };
}

/** Watches over control groups, by paths without their last "-…". */
export const watchGroups = (groups: readonly string[]): Watch => new Watch(['', ...groups]);

export class Watch {
  readonly #shell: ChildProcessByStdio<Writable, Readable, null>;
  readonly #over: Promise<void>;
  /** Whether there is a shell that keeps watch. */
  readonly begun: Promise<boolean>;

  constructor(args: readonly string[]) {
    this.#shell = spawn('sh', ['-c', duty, 'wiremark-caretaker', ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: '/',
      // A terminal's Ctrl-C is for the grader.
      detached: true,
    });
    const { stdin, stdout } = this.#shell;
    this.#over = new Promise(resolve => {
      this.#shell.once('error', () => resolve());
      this.#shell.once('exit', () => resolve());
    });
    this.begun = Promise.race([
      new Promise<boolean>(resolve => stdout.once('data', () => resolve(true))),
      this.#over.then(() => false),
    ]);
    // It must not keep the grader from ending.
    void this.begun.then(() => {
      this.#shell.unref();
      stdout.destroy();
    });
    stdin.on('error', () => undefined);
  }

  /** Settles when it has cleared away what was left, which mostly is nothing. */
  end(): Promise<void> {
    this.#shell.ref();
    this.#shell.stdin.end();
    return this.#over;
  }
}
