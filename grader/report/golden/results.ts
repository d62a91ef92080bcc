/** Results made by hand, for the golden files: each is what one kind of student sees. */
import type { CheckResult, Result, ResultEvent } from '../result.ts';

type Kind = ResultEvent['kind'];

/** Events of a conversation, a millisecond apart: [by, kind, text]. */
export function talk(
  channel: string,
  ...acts: readonly (readonly ['grader' | 'subject', Kind, string?])[]
): ResultEvent[] {
  return acts.map(([by, kind, text], i) => ({
    at: i,
    channel,
    by,
    kind,
    ...(text === undefined
      ? {}
      : kind === 'data' || kind === 'dropped'
        ? { data: { text, length: Buffer.byteLength(text) } }
        : { text }),
  }));
}

export const binary = (by: 'grader' | 'subject', channel: string, at: number, hex: string): ResultEvent => {
  const bytes = Buffer.from(hex.replace(/\s/g, ''), 'hex');
  return { at, channel, by, kind: 'data', data: { base64: bytes.toString('base64'), length: bytes.length } };
};

export function check(
  id: string,
  topic: string,
  points: number,
  rest: Partial<CheckResult> = {},
): CheckResult {
  const verdict = rest.verdict ?? 'met';
  return {
    id,
    title: id.replaceAll('-', ' ').replace(/^./, letter => letter.toUpperCase()),
    topic,
    level: 'must',
    points,
    earned: verdict === 'met' ? points : 0,
    verdict,
    ms: 3.2,
    source: ['RFC 5321 §4.5.2'],
    ...rest,
  };
}

export function result(checks: CheckResult[], rest: Partial<Result> = {}): Result {
  const scored = checks.filter(item => item.verdict !== 'void');
  const sum = (items: CheckResult[], of: 'earned' | 'points'): number =>
    Math.round(items.reduce((total, item) => total + item[of] * 100, 0)) / 100;
  const usual = scored.filter(item => item.level !== 'bonus');
  const bonus = scored.filter(item => item.level === 'bonus');
  return {
    format: 'wiremark/result/1',
    grader: { version: '0.1.0', fixtures: 'f00d' },
    assignment: { id: 'smtp-server', title: 'SMTP server', role: 'server' },
    command: ['python3', 'server.py', '40125', 'hamburger.edu', '/tmp/wiremark-x1/place/mail'],
    room: 'open',
    seed: '7f3a09c1',
    slow: 1,
    startedAt: '2026-03-09T08:15:00.000Z',
    ms: 412,
    outcome: 'graded',
    notes: [],
    score: {
      earned: sum(usual, 'earned'),
      of: sum(usual, 'points'),
      bonus: sum(bonus, 'earned'),
      bonusOf: sum(bonus, 'points'),
    },
    checks,
    ...rest,
  };
}

const met = (topic: string, count: number, points: number): CheckResult[] =>
  Array.from({ length: count }, (_, i) =>
    check(`${topic.split(' ')[0]?.toLowerCase()}-${i + 1}`, topic, points),
  );

export const fullMarks = result([
  ...met('Greeting and hello', 3, 10),
  ...met('Mail transaction', 7, 10),
  check('size-limit', 'Robustness', 3, { level: 'bonus' }),
]);

const dots = check('dot-unstuffing', 'Mail data and transparency', 5, {
  title: 'Removes the added dot from lines that start with a dot',
  verdict: 'unmet',
  source: ['RFC 5321 §4.5.2', 'slides: CRLF.CRLF ends the message'],
  hint: 'Remove one leading dot from each line that starts with a dot.',
  byHand:
    "(printf 'HELO me\\r\\nMAIL FROM:<a@x>\\r\\nRCPT TO:<bob@hamburger.edu>\\r\\nDATA\\r\\n..maple\\r\\n.\\r\\nQUIT\\r\\n'; sleep 1) | nc 127.0.0.1 2525",
  failure: {
    says: 'the file 1732.eml is not as it should be',
    difference: { path: 'lines[2]', expected: '.maple', got: '..maple', offset: 1, caret: 1 },
    step: 3,
  },
  transcript: talk(
    'client',
    ['grader', 'open'],
    ['subject', 'data', '220 hamburger.edu\r\n'],
    ['grader', 'data', 'HELO crepes.fr\r\n'],
    ['subject', 'data', '250 hello\r\n'],
    ['grader', 'data', 'DATA\r\n'],
    ['subject', 'data', '354 go ahead\r\n'],
    ['grader', 'data', 'Subject: dots\r\n\r\n..maple\r\n.\r\n'],
    ['subject', 'data', '250 ok\r\n'],
  ),
});

const crash = check('rset', 'Mail transaction', 3, {
  title: 'RSET forgets sender, recipients and data',
  verdict: 'unmet',
  level: 'should',
  source: ['RFC 5321 §4.1.1.5'],
  hint: 'Clear the sender, the list of recipients and the message when RSET comes, and answer 250.',
  failure: {
    says: 'the server ended with exit status 1',
    channel: 'client',
    step: 2,
    difference: { path: '', expected: '{"code":250}', got: 'nothing' },
    program: {
      ending: 'ended with exit status 1',
      stderr:
        'Traceback (most recent call last):\n  File "server.py", line 31, in <module>\n\thandle(line)\nKeyError: \u001b[31mRSET\u001b[0m\n',
    },
  },
  transcript: talk(
    'client',
    ['grader', 'open'],
    ['subject', 'data', '220 hamburger.edu\r\n'],
    ['grader', 'data', 'RSET\r\n'],
    ['subject', 'end'],
  ),
});

const alsoCrash = {
  ...crash,
  id: 'noop',
  title: 'Answers NOOP',
  transcript: talk('client', ['subject', 'refused']),
};

export const faults = result(
  [
    ...met('Greeting and hello', 3, 10),
    ...met('Mail transaction', 4, 6.25),
    crash,
    alsoCrash,
    check('recipients', 'Mail transaction', 5, {
      title: 'Takes a hundred recipients',
      verdict: 'unmet',
      earned: 3.33,
      credit: { k: 2, n: 3 },
      hint: 'Keep recipients in a list that grows.',
      failure: {
        says: '2 of 3 as wanted; the first of the others: nothing came from the server within 3 s',
        step: 1,
        channel: 'client',
      },
    }),
    dots,
    check('stored-bytes', 'Mail data and transparency', 4, {
      verdict: 'unreached',
      waitsFor: 'dot-unstuffing',
    }),
    check('long-message', 'Mail data and transparency', 4, {
      verdict: 'unreached',
      waitsFor: 'stored-bytes',
    }),
    ...met('Robustness', 12, 2),
    check('pipelining', 'Robustness', 2, { level: 'bonus' }),
  ],
  { notes: ['The program printed so much that only the beginning and the end were kept.'] },
);

export const control = result(
  [
    check('echo', 'Exchange', 50, {
      title: 'Answers with the same bytes',
      verdict: 'unmet',
      hint: 'Send back what came.',
      failure: {
        says: 'the server sent something else',
        step: 1,
        channel: 'client',
        difference: {
          path: 'text',
          expected: '日本 \u202eHELLO',
          got: '日本 \u202eHE\u001b[2JLO ',
          offset: 12,
          caret: 6,
        },
      },
      transcript: talk(
        'client',
        ['grader', 'open'],
        ['grader', 'data', 'hel\tlo \u200b日本\n'],
        ['subject', 'data', '\u001b]0;owned\u0007\u001b[2J\u009b31mHE\u0000LO \r'],
        ['subject', 'data', 'HELLO '],
        ['subject', 'reset', 'ECONNRESET'],
      ),
    }),
    check('query', 'Exchange', 25, {
      title: 'Answers a query in binary',
      verdict: 'unmet',
      failure: {
        says: 'the server sent something else',
        step: 1,
        channel: 'client',
        difference: { path: 'answers[0].ttl', expected: 'at least 1', got: '0' },
      },
      transcript: [
        binary(
          'grader',
          'client',
          0,
          '00 2a 01 00 00 01 00 00 00 00 00 00 03 77 77 77 03 6d 69 74 03 65 64 75 00 00 01 00 01',
        ),
        binary('subject', 'client', 1, `002a8180${'c00c00010001'.repeat(40)}`),
      ],
    }),
    check('long-line', 'Exchange', 25, {
      title:
        'Answers a line of 10,000 bytes, and says so in a title that is by far too long for one line of a narrow terminal',
      verdict: 'unmet',
      failure: {
        says: 'the server sent something else',
        step: 1,
        channel: 'client',
        difference: {
          path: 'text',
          expected: `…${'ABCDEFGH'.repeat(6)}ABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEFGHABCDEF…`,
          got: `…${'ABCDEFGH'.repeat(6)}abcdefghabcdefgh`,
          offset: 4096,
          caret: 49,
        },
      },
      transcript: [
        {
          at: 0,
          channel: 'client',
          by: 'grader',
          kind: 'data',
          data: { text: `${'a'.repeat(30)}${'b'.repeat(9)}\n`, length: 10_000, head: 30, elided: 9960 },
        },
        ...talk(
          'client',
          ...Array.from({ length: 12 }, (_, i) => ['subject', 'data', 'ABCDEFGHIJK\n'[i] ?? ''] as const),
        ),
      ],
    }),
  ],
  { assignment: { id: 'echo', title: 'Echo', role: 'server' }, command: ['./a.out', '40125'] },
);

export const uncertain = result(
  [
    ...met('Exchange', 2, 30),
    check('two-clients', 'Many clients', 10, { unsteady: true }),
    check('burst', 'Many clients', 20, {
      verdict: 'void',
      failure: { says: 'could not bind 127.0.0.3:40125: EADDRNOTAVAIL', step: 0 },
    }),
    check('after-burst', 'Many clients', 10, { verdict: 'void', waitsFor: 'burst' }),
  ],
  { assignment: { id: 'udp-uppercase-server', title: 'UDP uppercase server', role: 'server' } },
);

export const client = result(
  [
    check('client-retransmits', 'When datagrams are lost', 8, {
      title: 'Sends the datagram again when the reply does not come in time',
      verdict: 'unmet',
      level: 'should',
      source: ['RFC 8085 §3.3'],
      hint: 'When the time-out strikes send the same datagram again.',
      byHand: "printf 'BAZAAR' | nc -u -w 2 -l -p 12000",
      failure: {
        says: 'the client ended with exit status 1',
        step: 2,
        program: { ending: 'ended with exit status 1', stderr: '' },
      },
      transcript: [
        { at: 0, channel: '', by: 'grader', kind: 'run', text: 'bazaar\nsecond\n' },
        ...Array.from({ length: 30 }, (_, i) => ({
          at: 20 + i,
          channel: 'server',
          by: 'subject' as const,
          kind: 'dropped' as const,
          peer: '127.0.0.1:50000',
          data: { text: 'bazaar', length: 6 },
        })),
        {
          at: 60,
          channel: 'stranger',
          by: 'grader',
          kind: 'data',
          peer: '127.0.0.1:50000',
          data: { text: '', length: 0 },
        },
        {
          at: 1200,
          channel: 'server',
          by: 'subject',
          kind: 'data',
          peer: '127.0.0.1:50001',
          data: { text: 'bazaar', length: 6 },
        },
        ...Array.from({ length: 30 }, (_, i) => ({
          at: 1201 + i,
          channel: 'server',
          by: 'grader' as const,
          kind: 'data' as const,
          peer: '127.0.0.1:50001',
          data: { text: `BAZAAR ${i}`, length: 9 },
        })),
        { at: 1300, channel: '', by: 'grader', kind: 'signal', text: 'SIGTERM' },
      ],
    }),
  ],
  {
    assignment: { id: 'udp-uppercase-client', title: 'UDP uppercase client', role: 'client' },
    command: ['java', 'Client', '127.0.0.1', '40125'],
    selection: ['client-retransmits'],
  },
);

export const selected = result(
  [
    ...met('Mail transaction', 3, 8),
    { ...crash, points: 4 },
    check('later', 'Mail transaction', 2, { verdict: 'unreached', waitsFor: 'helo' }),
  ],
  { selection: ['mail-1', 'mail-2', 'mail-3', 'rset', 'later'] },
);

export const bonusMissed = result([
  ...met('Exchange', 2, 50),
  check('largest', 'Exchange', 2, {
    level: 'bonus',
    verdict: 'unmet',
    failure: { says: 'nothing came from the server within 3 s', step: 1, channel: 'client' },
  }),
]);

const nothing = { checks: [], score: { earned: 0, of: 100, bonus: 0, bonusOf: 3 } };

export const problems: Readonly<Record<string, Result>> = {
  elsewhere: result([], {
    ...nothing,
    ms: 640,
    outcome: 'not-started',
    problem: {
      kind: 'elsewhere',
      says: 'python3 server.py 40125 hamburger.edu /tmp/wiremark-x1/place/mail listened on port 12000, not on 40125.',
      advice: [
        'Its port seems to be fixed in the program: take it from the first argument.',
        'To grade it as it is: wiremark check smtp-server --port 12000 -- …',
      ],
      output: '',
    },
  }),
  ended: result([], {
    ...nothing,
    ms: 231,
    outcome: 'not-started',
    problem: {
      kind: 'ended',
      says: 'java Server 40125 ended with exit status 1 after 200 ms, before it listened.',
      advice: ['The contract passes {port} {hostname} {mailroot}. See: wiremark explain smtp-server'],
      output:
        'Exception in thread "main" java.lang.ArrayIndexOutOfBoundsException: Index 1 out of bounds for length 1\r\n\tat Server.main(Server.java:12)\u001b[2J',
    },
  }),
  taken: result([check('helo', 'Greeting', 100, { verdict: 'void' })], {
    outcome: 'not-graded',
    problem: {
      kind: 'taken',
      says: 'Port 40125 was taken before the program was started (by python3, process 4711). Nothing was graded.',
      advice: ['End that program, or name another port with --port.'],
      output: '',
    },
  }),
};
