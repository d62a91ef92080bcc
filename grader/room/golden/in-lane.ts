/** Runs inside a real lane, for tests: does what the test orders, one message an order. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Limits } from '../../subject/enclosure.ts';
import type { Ending, LaunchSpec, Subject } from '../../subject/subject.ts';
import { builtFolder, isolatedRoom, sourceFolder } from '../isolated.ts';
import { currentLane } from '../lane.ts';
import type { Place, PlaceRequest } from '../room.ts';

const room = isolatedRoom(JSON.parse(process.argv[2] ?? '') as Limits);
const places: Place[] = [];
const subjects: { subject: Subject; gone: boolean }[] = [];

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no number ${index}`);
  return found;
}

const watch = (subject: Subject): number => {
  const entry = { subject, gone: false };
  void subject.gone.then(() => {
    entry.gone = true;
  });
  return subjects.push(entry) - 1;
};

/** Places and subjects are known by their number. */
const orders = {
  lane: () => currentLane(),
  /** Files of the submission, and of what was built. */
  async submit(files: Record<string, string>, built: Record<string, string> = {}): Promise<void> {
    for (const [folder, tree] of [
      [sourceFolder, files],
      [builtFolder, built],
    ] as const) {
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries(tree))
        writeFileSync(join(folder, name), text, { mode: 0o755 });
    }
  },
  async place(request: Partial<PlaceRequest> = {}) {
    const place = await room.place({ ports: {}, folders: {}, ...request });
    const { host, hosts, ports, work, values } = place;
    return { place: places.push(place) - 1, host, hosts, ports, work, values };
  },
  launch(place: number, command: readonly string[], spec: Partial<LaunchSpec> = {}): number {
    const stdin = { kind: 'none' } as const;
    return watch(at(places, place).launch({ env: {}, stdin, ...spec, command }));
  },
  build: (command: readonly string[], limits: Limits): number => watch(room.build(command, limits)),
  clearJob: (): void => room.clearJob(),
  ended: (subject: number): Promise<Ending> => at(subjects, subject).subject.ended,
  gone: (subject: number): Promise<void> => at(subjects, subject).subject.gone,
  ready: (subject: number, transport: 'tcp' | 'udp', port: number) =>
    at(subjects, subject).subject.ready([{ transport, port }], { readyMs: 30_000, idleMs: 30_000 }),
  look(number: number) {
    const { subject, gone } = at(subjects, number);
    const { pid, hits, unstartable } = subject;
    const [stdout, stderr] = [subject.output('stdout').text, subject.output('stderr').text];
    return { pid, gone, hits, unstartable, ending: subject.ending, stdout, stderr };
  },
  signal: (subject: number, name: NodeJS.Signals): void => at(subjects, subject).subject.signal(name),
  stop: (subject: number): Promise<void> => at(subjects, subject).subject.stop(),
  leave: (place: number): Promise<void> => at(places, place).leave(),
  /** Leaves those too that a failed test has not left. */
  async leaveAll(): Promise<void> {
    await Promise.all(places.map(place => place.leave()));
  },
  /** As the grader itself, in the lane. */
  exec(command: readonly string[]) {
    const [program = '', ...args] = command;
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
  },
  list: (path: string): string[] => (existsSync(path) ? readdirSync(path).sort() : []),
  read: (path: string): string => readFileSync(path, 'utf8'),
};

export type Orders = typeof orders;
export type Order = { id: number; name: keyof Orders; args: readonly unknown[] };
export type Reply = { id: number; value?: unknown; error?: string };

process.on('message', ({ id, name, args }: Order) => {
  const act = orders[name] as (...all: readonly unknown[]) => unknown;
  const reply = (answer: Omit<Reply, 'id'>): void => void process.send?.({ id, ...answer });
  // An order that throws is answered, too.
  void new Promise(resolve => resolve(act(...args))).then(
    value => reply({ value }),
    (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
