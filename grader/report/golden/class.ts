/** A class made by hand, for the golden files: one submission of each kind that a tutor meets. */
import type { CheckResult, Result } from '../result.ts';
import { check, result } from './results.ts';

/** A submission of this student; `content` stands for what is in it. */
export function submitted(student: string, checks: CheckResult[], rest: Partial<Result> = {}): Result {
  const content = `content of ${student}`;
  const origin = `submissions.zip/${student}`;
  return result(checks, {
    room: 'isolated',
    seed: '0badcafe',
    submission: { student, origin, key: `key of ${student}`, content },
    ...rest,
  });
}

const nothing = { checks: [], score: { earned: 0, of: 100, bonus: 0, bonusOf: 3 } };

const says = 'the server sent something else';
export const unmet = (id: string, points: number, rest: Partial<CheckResult> = {}): CheckResult =>
  check(id, 'Mail', points, { verdict: 'unmet', failure: { says, step: 1 }, ...rest });
export const met = (id: string, points: number, rest: Partial<CheckResult> = {}): CheckResult =>
  check(id, 'Mail', points, rest);

export const full = submitted('ana', [met('helo', 60), met('data', 40), met('size', 3, { level: 'bonus' })]);

export const most = submitted('ben', [
  met('helo', 60, { unsteady: true }),
  unmet('data', 40),
  unmet('size', 3, { level: 'bonus' }),
]);

/** Names and output of a student who tries to get at whoever opens the reports. */
export const hostile = submitted('=cmd|"/c calc"!A1', [
  unmet('helo', 60),
  check('data', 'Mail', 40, { verdict: 'unreached', waitsFor: 'helo' }),
  unmet('size', 3, { level: 'bonus' }),
]);

const lost: CheckResult[] = [
  check('data', 'Mail', 40, {
    verdict: 'void',
    failure: { says: 'could not bind 127.0.0.3:40125: EADDRNOTAVAIL', step: 0 },
  }),
  check('size', 'Mail', 3, { verdict: 'void', level: 'bonus', waitsFor: 'data' }),
];
export const uncertain = submitted('eve', [met('helo', 60), ...lost]);

export const ended = submitted('dan', [], {
  ...nothing,
  outcome: 'not-started',
  problem: {
    kind: 'ended',
    says: 'python3 server.py 40125 ended with exit status 1 after 200 ms, before it listened.',
    advice: ['The contract passes {port} {hostname} {mailroot}. See: wiremark explain smtp-server'],
    output: 'Traceback (most recent call last):\n\u001b]0;owned\u0007\u001b[2JIndexError\u202e: x\r\n',
  },
});

export const elsewhere = submitted('cleo', [], {
  ...nothing,
  outcome: 'not-started',
  problem: {
    kind: 'elsewhere',
    says: 'python3 server.py 40125 listened on port 12000, not on 40125.',
    advice: ['Its port seems to be fixed in the program: take it from the first argument.'],
    output: '',
  },
});

export const notBuilt = submitted('finn', [], {
  ...nothing,
  outcome: 'not-built',
  problem: { kind: 'build', says: 'javac Server.java ended with exit status 1.', advice: [], output: '' },
  build: {
    command: ['javac', 'Server.java'],
    ok: false,
    seconds: 0.8,
    output: "Server.java:12: error: ';' expected\n        int port = 5\n                    ^\n1 error\n",
  },
});

export const empty = submitted('gus', [], {
  ...nothing,
  command: [],
  outcome: 'not-started',
  problem: {
    kind: 'missing',
    says: 'Nothing was found that could be started: report.pdf, notes.docx.',
    advice: ['Ask for the sources.'],
    output: '',
  },
  notes: ['the archive held 2 files'],
});

export const unreadable = submitted('hal\u001b[31m', [], {
  ...nothing,
  command: [],
  outcome: 'not-started',
  problem: { kind: 'unreadable', says: 'hal.zip ends in the middle of a file.', advice: [], output: '' },
});

export const taken = submitted('ida', [check('helo', 'Mail', 100, { verdict: 'void' })], {
  outcome: 'not-graded',
  problem: {
    kind: 'taken',
    says: 'Port 40125 was taken before the program was started (by python3, process 4711). Nothing was graded.',
    advice: [],
    output: '',
  },
});

/** In the order in which they were finished. */
export const everyone: readonly Result[] = [
  uncertain,
  full,
  unreadable,
  most,
  ended,
  hostile,
  notBuilt,
  elsewhere,
  empty,
  taken,
];
