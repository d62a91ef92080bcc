/** A plan made by hand, for the golden files: an assignment that has a step of nearly every kind. */
import type { Plan, PlannedCheck } from '../../fixture/plan.ts';
import type { Check } from '../../fixture/schema.ts';

function check(topic: string, id: string, rest: Partial<Check> & Pick<Check, 'steps'>): PlannedCheck {
  return {
    topic,
    id,
    title: id.replaceAll('-', ' ').replace(/^./, letter => letter.toUpperCase()),
    level: 'must',
    points: 10,
    source: ['RFC 9293 §3.6'],
    rule: 'The server answers each line with the same line in upper case, and closes when the client has.',
    catches: 'one recv for a line',
    hint: 'Read until the newline.',
    ...rest,
  };
}

export const server: Plan = {
  hash: 'f00d',
  contract: {
    id: 'upper-server',
    title: 'Upper server',
    says: 'For every line that a client sends, send the line back in upper case, and keep a copy of it in the folder that is named last.',
    role: 'server',
    program: 'upper',
    arguments: ['{port}', 'hamburger.edu', '{mailroot}'],
    ports: {
      port: { transport: 'tcp', protocol: 'lines', opener: 'subject', textbook: 12000 },
      notices: { transport: 'udp', protocol: 'datagram', opener: 'subject', textbook: 12001 },
    },
    knobs: {
      IDLE_MS: { default: '2000', says: 'milliseconds after which a silent client is sent away' },
      GREETING: { default: 'hello', says: 'first line that each client is sent' },
    },
    folders: { mailroot: { 'bob/': '', 'alice/': '', 'alice/1.eml': 'Subject: x\n' } },
    topics: ['lines', 'clients'],
  },
  checks: [
    check('Lines', 'upper-cases', {
      steps: [
        { open: 'client', to: 'port', expect: { $starts: 'hello' } },
        { send: ['{{word}} 1', '{{word}} 2'], expect: '{{word|upper}} 1' },
        { expect: { text: '{{word|upper}} 2', end: '\r\n' }, allow: ['', { length: { $range: [0, 3] } }] },
        { send: { hex: '00 ff 0a' } },
        { barrier: 'x', expect: 'X' },
        { send: 'split {{word}}', split: [3, 6], pause: 500, expect: { $any: ['A', 'B'] } },
        { send: 'a', hold: true },
        { send: 'b', split: 'every' },
        { 'half-close': 'client' },
        { 'expect-close': 'client' },
        { file: '{mailroot}/bob/*.eml', expect: { lines: { $tail: ['', '{{word}}'] } } },
        { folder: '{mailroot}/alice', expect: { count: 1 } },
      ],
    }),
    check('Lines', 'remembers', {
      level: 'should',
      points: 7.5,
      needs: ['upper-cases'],
      source: [
        'RFC 9293 §3.6',
        'slides: a server that remembers each of its clients, by address and by port',
      ],
      steps: [
        { open: 'client' },
        { send: 'id', expect: { text: { $match: '^[0-9]+$', $bind: 'id' } } },
        { send: 'again {{$id}}', expect: { text: { $ref: 'id' } } },
        { close: 'client' },
        { restart: { signal: 'SIGTERM', within: 3000 } },
        { open: 'next', from: '127.0.0.2' },
        { send: 'hello {{letters 5000}}' },
        {
          either: [
            { name: 'it answers', steps: [{ expect: { $present: true } }] },
            { name: 'it closes', steps: [{ 'expect-reset': 'next' }] },
          ],
        },
      ],
    }),
    check('Many clients', 'thirty-clients-at-the-same-time', {
      level: 'bonus',
      points: 2,
      title: 'Serves thirty clients at the same time, each of them with the lines that it sent and no others',
      steps: [
        { open: 'silent' },
        { repeat: 30, apart: 2, steps: [{ open: 'client-{{i}}' }] },
        {
          repeat: 30,
          credit: true,
          reverse: true,
          steps: [{ send: 'line {{i}}', on: 'client-{{i}}', expect: 'LINE {{i}}' }],
        },
        { quiet: 'silent' },
        { stall: 'silent', for: 700 },
        { reset: 'silent' },
      ],
    }),
    check('Many clients', 'notices', {
      points: 5,
      steps: [
        {
          open: 'alice',
          to: 'notices',
          impair: { out: { drop: [1], delay: { '2': 80 } }, in: { duplicate: [1, 2] } },
        },
        { send: '{{word}}', expect: { text: '{{word|upper}}', length: 5 } },
        { signal: 'SIGSTOP' },
        { pause: 1500 },
        { signal: 'SIGCONT' },
      ],
    }),
  ],
};

export const client: Plan = {
  hash: 'f00d',
  contract: {
    id: 'upper-client',
    title: 'Upper client',
    says: 'Read one line, send it, print what comes back.',
    role: 'client',
    program: 'upper-client',
    arguments: ['{host}', '{port}'],
    ports: { port: { transport: 'tcp', protocol: 'lines', opener: 'grader', textbook: 12000 } },
    topics: ['talk'],
  },
  checks: [
    check('Talk', 'speaks-by-rules', {
      points: 100,
      actors: {
        server: {
          plays: 'lines',
          rules: [
            { on: 'open', reply: 'hello' },
            { when: 'EHLO', times: 1, reply: '502 no', do: [{ pause: 200 }] },
            { when: { $starts: 'HELO' }, reply: '250 ok' },
            { reply: '500 what?', do: [{ close: true }] },
            { on: 'end', do: [{ 'half-close': true }] },
          ],
        },
      },
      steps: [
        {
          run: {
            stdin: '{{word}}\nlast',
            env: { TIMEOUT_MS: '150' },
            args: ['{host}', '{port}', '-v'],
            stdinStaysOpen: true,
          },
        },
        { stdout: { $ends: '{{word|upper}}' } },
        { stderr: 'done' },
        { exit: { $not: 0 } },
        {
          heard: 'server',
          count: 2,
          connections: 1,
          gaps: { $range: [100, 800] },
          expect: ['EHLO', { $starts: 'HELO' }],
        },
      ],
    }),
  ],
};
