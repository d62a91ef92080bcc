import { expect, it } from 'vitest';
import type { FoundClass, Submission } from '../bulk/find.ts';
import { againCommand, opening, stopped } from './class-words.ts';
import type { GradeOptions } from './grade.ts';
import type { Io } from './io.ts';

const io: Io = {
  out: () => undefined,
  err: () => undefined,
  outIsTerminal: false,
  errIsTerminal: false,
  color: false,
  unicode: true,
  width: 80,
  cwd: '/',
};
const options: GradeOptions = {
  out: 'report',
  fresh: false,
  room: 'isolated',
  slow: 1,
  yes: false,
  command: [],
};
const file = (student: string, name: string): Submission => ({
  student,
  origin: name,
  content: { kind: 'files', files: [{ path: `/${name}`, name }] },
});
const archive: Submission = { student: 'zoe', origin: '', content: { kind: 'archive', path: '/zoe.zip' } };
const found = (submissions: Submission[], more: Partial<FoundClass> = {}): FoundClass => ({
  submissions,
  layout: 'plain',
  ignored: [],
  ...more,
});

it('opens with how many there are, of what, and where they are graded', () => {
  const three = [file('ana', 'a.py'), file('ben', 'b.c'), archive];
  expect(opening(found(three), three, options, 3, io)).toBe(
    '3 submissions · archives 1 · c 1 · python 1 · isolated, 3 lanes\n',
  );
  const [one] = three;
  expect(
    opening(found(three, { layout: 'moodle' }), one ? [one] : [], { ...options, room: 'open' }, 1, {
      ...io,
      unicode: false,
    }),
  ).toBe('1 of 3 submissions - from moodle - python 1 - open room, 1 at once\n');
  expect(opening(found([archive]), [archive], options, 1, io)).toBe(
    '1 submission · archives 1 · isolated, 1 lane\n',
  );
});

it('sums up what is seldom, and names what was passed over so that it does nothing to a terminal', () => {
  const endings = ['py', 'c', 'java', 'go', 'rs', 'ts', 'js', 'zig'];
  const all = endings.flatMap((ending, i) =>
    Array.from({ length: i < 6 ? 2 : 1 }, (_, n) => file(`s${i}-${n}`, `a.${ending}`)),
  );
  const ignored = Array.from({ length: 7 }, (_, i) => ({
    name: i === 0 ? 'marks\u001b[2J.xlsx' : `notes-${i}`,
    why: 'it is empty',
  }));
  const [first, second, ...rest] = opening(found(all, { ignored }), all, options, 4, io).split('\n');
  expect(first).toBe(
    '14 submissions · c 2 · go 2 · java 2 · python 2 · rust 2 · typescript 2 · and 2 more · isolated, 4 lanes',
  );
  expect(second).toMatch(/^ {2}passed over: marks.*\(it is empty\)$/);
  expect(second).not.toContain('\u001b');
  expect(rest.slice(-2)).toEqual(['  and 2 more passed over', '']);
});

it('says the command that goes on: with what marks depend on, without what would begin anew', () => {
  const again = againCommand('udp-uppercase-server', ['my class', 'late.zip'], {
    ...options,
    fresh: true,
    yes: true,
    seed: 'secret',
    only: ['ana', 'ben'],
    room: 'open',
    jobs: 2,
    port: 12000,
    slow: 1.5,
    build: 'make all',
    command: ['./server', '{port}'],
  });
  expect(again).toBe(
    "wiremark grade udp-uppercase-server 'my class' late.zip --out report --only ana,ben --room open --jobs 2 --port 12000 --slow 1.5 --build 'make all' -- ./server {port}",
  );
  expect(againCommand('x', ['class'], options)).toBe('wiremark grade x class --out report');
  expect(stopped(1200, 3000, 'wiremark …')).toBe(
    'Stopped: 1,200 of 3,000 are graded and kept. To go on from there:\n  wiremark …\n',
  );
});
