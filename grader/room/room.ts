/**
 * A room is where programs run: it hands out places. A place has a working folder, an address, free
 * ports, and a door through which programs are started; when it is left, nothing of them remains.
 */
import type { LaunchSpec, Subject, Transport } from '../subject/subject.ts';

/** Path -> text of the file, or so many random bytes that are always the same; "…/" is a folder. */
export type Tree = Readonly<Record<string, string | { random: number }>>;

export interface PlaceRequest {
  /**
   * Ports by the contract's name, e.g. { port: { transport: 'tcp' } }. `fixed` asks for that very number;
   * `textbook` for the lecture's, if the room can give it.
   */
  ports: Readonly<Record<string, { transport: Transport; fixed?: number; textbook?: number }>>;
  /** Address to pass as {host}; the room's own when left out. */
  host?: string | undefined;
  /** Addresses for fake hosts, by placeholder: as the lecture has them, e.g. { root: "198.41.0.4" }. */
  hosts?: Readonly<Record<string, string>>;
  /** Folder trees to make, by placeholder: name -> path -> text; a path that ends in "/" is a folder. */
  folders: Readonly<Record<string, Tree>>;
  /** Further placeholders, as they are. */
  values?: Readonly<Record<string, string>>;
}

/** Thrown by `Room.place` when a fixed port is held by somebody else. */
export class PortTaken extends Error {
  readonly port: number;
  /** Who holds it, as far as the system says: "python3, process 4711". */
  readonly holder: string | undefined;
  constructor(port: number, holder: string | undefined) {
    super(`port ${port} is taken${holder ? ` by ${holder}` : ''}`);
    this.port = port;
    this.holder = holder;
  }
}

export interface Place {
  /** Address of the subject's side, an IPv4 literal. */
  readonly host: string;
  readonly ports: Readonly<Record<string, number>>;
  /** The disk that it writes to is its own: a full one is nobody else's fault. */
  readonly ownDisk: boolean;
  /** Fresh working folder. */
  readonly work: string;
  /** Addresses of the fake hosts: the ones asked for, or others of 127/8 in their place. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Values of the contract's placeholders: host, port names, host names, folder names, "work". */
  readonly values: Readonly<Record<string, string>>;
  launch(spec: Omit<LaunchSpec, 'cwd'>): Subject;
  /** Stops what still runs here and removes the folder. Idempotent. */
  leave(): Promise<void>;
}

export interface Room {
  readonly kind: 'open' | 'isolated';
  place(request: PlaceRequest): Promise<Place>;
}
