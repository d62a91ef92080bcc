/**
 * The isolated room, seen from inside a lane: programs of strangers run in sandboxes, each place has a disk of
 * limited size, and every port and address of the lane is free to be had.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits } from '../subject/enclosure.ts';
import { isTaken } from '../subject/holder.ts';
import { type LaunchOptions, launch } from '../subject/launch.ts';
import type { LaunchSpec, Subject } from '../subject/subject.ts';
import { makeTree } from './folder.ts';
import { type Groups, limitedGroup } from './groups.ts';
import { currentLane, jobFolder, type Lane, laneFolder, placeFolder, remountCommand } from './lane.ts';
import { fixedPort, freePort } from './ports.ts';
import { endResting } from './resting.ts';
import type { Place, PlaceRequest, Room } from './room.ts';
import { builtPath, Sandbox, submissionPath } from './sandbox.ts';

const HOST = '127.0.0.1';

/** Folders of the lane that hold the submission and what was built from it. */
export const sourceFolder = join(jobFolder, 'source');
export const builtFolder = join(jobFolder, 'built');

/** More files than these on a disk, and a new one is sooner mounted than the old one emptied. */
const mostRemoved = 500;

/** Throws outside a lane. */
export function isolatedRoom(limits: Limits): IsolatedRoom {
  const lane = currentLane();
  if (lane === undefined) throw new Error('the isolated room exists in lanes only');
  const disks = new Disks(lane);
  return {
    kind: 'isolated',
    place: request => makePlace(request, lane, disks, limits),
    build: (command, buildLimits) => buildInside(command, buildLimits, lane),
    clearJob: () => empty(jobFolder, lane),
  };
}

interface IsolatedRoom extends Room {
  build(command: readonly string[], limits: Limits): Subject;
  /** Leaves nothing of the submission and its build, whatever that has made. */
  clearJob(): void;
}

/** The lane's disks, one for each place; who finds none free waits. */
class Disks {
  readonly #free: number[];
  readonly #waiting: ((number: number) => void)[] = [];
  readonly #lane: Lane;

  constructor(lane: Lane) {
    this.#lane = lane;
    this.#free = Array.from({ length: lane.places }, (_, i) => i + 1);
  }

  take(): Promise<number> {
    const free = this.#free.pop();
    return free === undefined ? new Promise(resolve => this.#waiting.push(resolve)) : Promise.resolve(free);
  }

  /** Empties it, whatever has been made there, and gives it to the next. */
  giveBack(number: number): void {
    empty(placeFolder(number), this.#lane);
    const next = this.#waiting.shift();
    if (next) next(number);
    else this.#free.push(number);
  }
}

function empty(folder: string, lane: Lane): void {
  try {
    const { files, ffree } = statfsSync(folder);
    if (files - ffree > mostRemoved) throw new Error('too many files');
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  } catch {
    // Deeper than a path can say, or too much: nothing of it is looked at.
    const [command = '', ...args] = remountCommand(folder, lane);
    const done = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    if (done.status !== 0) throw new Error(`a disk of the lane could not be emptied: ${done.stderr}`);
  }
}

async function makePlace(request: PlaceRequest, lane: Lane, disks: Disks, limits: Limits): Promise<Place> {
  const claimed = new Set<number>();
  const letGo = (): void => {
    for (const port of claimed) promised.delete(port);
  };
  let ports: Record<string, number>;
  try {
    ports = await choosePorts(request, claimed);
  } catch (error) {
    letGo();
    throw error;
  }
  const number = await disks.take();
  const release = (): void => {
    letGo();
    disks.giveBack(number);
  };
  try {
    return new IsolatedPlace(number, ports, request, lane, limits, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** @param claimed gets the ports that are promised to this place */
async function choosePorts(request: PlaceRequest, claimed: Set<number>): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  const claim = (port: number): void => {
    claimed.add(port);
    promised.add(port);
  };
  // One after the other: two names of one place must not get the same port.
  for (const [name, { transport, fixed, textbook }] of Object.entries(request.ports)) {
    const wanted = fixed ?? textbook;
    if (wanted !== undefined && !promised.has(wanted)) {
      // Before it is tried: another place may be asked for meanwhile.
      claim(wanted);
      await endResting([wanted]);
    }
    if (fixed !== undefined) ports[name] = await fixedPort(transport, fixed);
    else if (textbook !== undefined && claimed.has(textbook) && !(await isTaken(transport, textbook)))
      ports[name] = textbook;
    else {
      ports[name] = await freePort(transport);
      claim(ports[name]);
    }
  }
  return ports;
}

/** Ports of places that are in use: a program that has yet to bind its port must find it free. */
const promised = new Set<number>();
let serial = 0;

class IsolatedPlace implements Place {
  readonly host: string;
  readonly hosts: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly ownDisk = true;
  readonly work: string;
  readonly values: Readonly<Record<string, string>>;
  readonly #lane: Lane;
  readonly #limits: Limits;
  readonly #base: string;
  readonly #writable: Record<string, string> = {};
  readonly #logs: string;
  readonly #release: () => void;
  readonly #subjects = new Set<Subject>();
  readonly #groups: Groups | undefined;
  #leaving: Promise<void> | undefined;

  constructor(
    number: number,
    ports: Readonly<Record<string, number>>,
    request: PlaceRequest,
    lane: Lane,
    limits: Limits,
    release: () => void,
  ) {
    this.#lane = lane;
    this.#limits = limits;
    this.#release = release;
    this.#base = placeFolder(number);
    this.#groups = groupOf(`place-${number}`, lane, limits);
    this.host = request.host ?? HOST;
    this.hosts = request.hosts ?? {};
    this.ports = ports;
    this.work = join(this.#base, 'work');
    serial += 1;
    this.#logs = join(laneFolder, 'logs', String(serial));
    mkdirSync(this.#logs, { mode: 0o700 });
    const values: Record<string, string> = {
      host: this.host,
      work: this.work,
      ...request.values,
      ...this.hosts,
    };
    for (const [name, port] of Object.entries(ports)) values[name] = String(port);
    for (const name of ['work', 'tmp', 'shm']) mkdirSync(join(this.#base, name));
    for (const [name, tree] of Object.entries(request.folders)) {
      const folder = name === 'work' ? this.work : join(this.#base, 'given', name);
      makeTree(folder, tree);
      values[name] = folder;
      // The same path inside and outside, so that the grader finds what the program was told.
      this.#writable[folder] = folder;
    }
    this.#writable[this.work] = this.work;
    this.#writable[join(this.#base, 'tmp')] = '/tmp';
    this.#writable[join(this.#base, 'shm')] = '/dev/shm';
    if (lane.user) giveTo(this.#base, lane.user);
    this.values = values;
  }

  launch(spec: Omit<LaunchSpec, 'cwd'>): Subject {
    if (this.#leaving) throw new Error('this place has been left');
    const { user } = this.#lane;
    const enclosure = new Sandbox({
      limits: this.#limits,
      user,
      writable: this.#writable,
      readable: { [sourceFolder]: submissionPath, [builtFolder]: builtPath },
      disk: this.#base,
      network: true,
      groups: this.#groups,
      hidden: this.#lane.hidden,
    });
    const options: LaunchOptions = { folder: this.#logs, enclosure };
    const subject = launch({ ...spec, cwd: this.work }, options);
    this.#subjects.add(subject);
    return subject;
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    await Promise.all([...this.#subjects].map(subject => subject.stop()));
    this.#groups?.reset();
    rmSync(this.#logs, { recursive: true, force: true });
    this.#release();
  }
}

const groups = new Map<string, Groups | undefined>();

/** Made once and used again: making one takes the kernel a while. */
function groupOf(name: string, lane: Lane, limits: Limits): Groups | undefined {
  if (lane.groups !== undefined && !groups.has(name))
    groups.set(name, limitedGroup(lane.groups, name, limits, lane.user));
  return groups.get(name);
}

/** Starts a build: in the submission's folder, with no network, writing there and into `builtFolder`. */
function buildInside(command: readonly string[], limits: Limits, lane: Lane): Subject {
  serial += 1;
  const logs = join(laneFolder, 'logs', String(serial));
  const tmp = join(jobFolder, 'tmp');
  for (const folder of [logs, tmp, builtFolder]) mkdirSync(folder, { recursive: true });
  if (lane.user) giveTo(jobFolder, lane.user);
  const groups = groupOf('build', lane, limits);
  const enclosure = new Sandbox({
    limits,
    user: lane.user,
    writable: { [sourceFolder]: submissionPath, [builtFolder]: builtPath, [tmp]: '/tmp' },
    readable: {},
    disk: jobFolder,
    network: false,
    groups,
    hidden: lane.hidden,
  });
  const spec: LaunchSpec = { command, cwd: sourceFolder, env: {}, stdin: { kind: 'none' } };
  const subject = launch(spec, { folder: logs, enclosure, merged: true });
  void subject.gone.then(() => groups?.reset());
  return subject;
}

/** All below, and it; links themselves, never what they point to. */
function giveTo(path: string, user: { uid: number; gid: number }): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (stat.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), user);
  chownSync(path, user.uid, user.gid);
  if (stat.isDirectory()) chmodSync(path, 0o755);
}
