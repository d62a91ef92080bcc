/**
 * The open room: programs run as ordinary processes of the user, on loopback, with free ports passed to
 * them. Works on any system; keeps nothing from a program that means harm.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LaunchOptions, launch } from '../subject/launch.ts';
import type { LaunchSpec, Subject } from '../subject/subject.ts';
import { makeFolder, makeTree, removeFolder } from './folder.ts';
import { fixedPort, freePort } from './ports.ts';
import type { Place, PlaceRequest, Room } from './room.ts';

const HOST = '127.0.0.1';

/** @param options how readiness is found out; see `LaunchOptions` */
export function openRoom(options: Pick<LaunchOptions, 'readiness'> = {}): Room {
  return { kind: 'open', place: request => makePlace(request, options) };
}

async function makePlace(request: PlaceRequest, options: Pick<LaunchOptions, 'readiness'>): Promise<Place> {
  // Ports first: if one is taken there is nothing to clear away.
  const ports = Object.fromEntries(
    await Promise.all(
      Object.entries(request.ports).map(async ([name, { transport, fixed }]) => {
        return [
          name,
          await (fixed === undefined ? freePort(transport) : fixedPort(transport, fixed)),
        ] as const;
      }),
    ),
  );
  const base = makeFolder();
  try {
    return new OpenPlace(base, ports, request, options);
  } catch (error) {
    await removeFolder(base);
    throw error;
  }
}

class OpenPlace implements Place {
  readonly host: string;
  readonly hosts: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly ownDisk = false;
  readonly work: string;
  readonly values: Readonly<Record<string, string>>;
  readonly #base: string;
  readonly #logs: string;
  readonly #options: Pick<LaunchOptions, 'readiness'>;
  readonly #subjects = new Set<Subject>();
  #leaving: Promise<void> | undefined;

  constructor(
    base: string,
    ports: Readonly<Record<string, number>>,
    request: PlaceRequest,
    options: Pick<LaunchOptions, 'readiness'>,
  ) {
    this.#base = base;
    this.#options = options;
    this.host = request.host ?? HOST;
    this.hosts = loopbackHosts(Object.keys(request.hosts ?? {}));
    this.ports = ports;
    this.work = join(base, 'work');
    this.#logs = join(base, 'logs');
    mkdirSync(this.work);
    mkdirSync(this.#logs);
    const values: Record<string, string> = {
      host: this.host,
      work: this.work,
      ...request.values,
      ...this.hosts,
    };
    for (const [name, port] of Object.entries(ports)) values[name] = String(port);
    for (const [name, tree] of Object.entries(request.folders)) {
      // "work" is the working folder itself, for programs that look for their files there.
      const folder = name === 'work' ? this.work : join(base, 'given', name);
      makeTree(folder, tree);
      values[name] = folder;
    }
    this.values = values;
  }

  launch(spec: Omit<LaunchSpec, 'cwd'>): Subject {
    if (this.#leaving) throw new Error('this place has been left');
    const subject = launch({ ...spec, cwd: this.work }, { folder: this.#logs, ...this.#options });
    this.#subjects.add(subject);
    return subject;
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    await Promise.all([...this.#subjects].map(subject => subject.stop()));
    await removeFolder(this.#base);
  }
}

let lastHost = Math.floor(Math.random() * 0xffff00);

/** Addresses of 127/8 for fake hosts, no two places the same; not those near 127.0.0.1, which checks use by name. */
function loopbackHosts(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map(name => {
      lastHost = (lastHost + 1) % 0xff0000;
      const number = 0x010000 + lastHost;
      // The last byte is never 0 or 255: those look like a network and its broadcast address.
      return [name, `127.${number >> 16}.${(number >> 8) & 0xff}.${1 + ((number & 0xff) % 254)}`];
    }),
  );
}
