import { describe, expect, it } from 'vitest';
import { talk } from './golden/results.ts';
import type { ResultEvent } from './result.ts';
import { transcriptLines } from './transcript.ts';

const style = { color: false, unicode: true, width: 80 };
const lines = (
  events: readonly ResultEvent[],
  role: 'server' | 'client' = 'server',
  most?: number,
): string[] => transcriptLines(events, { role, style, width: 70, ...(most === undefined ? {} : { most }) });

describe('transcriptLines', () => {
  it('splits text at its line ends and keeps pieces apart', () => {
    expect(
      lines(
        talk(
          'c',
          ['grader', 'open'],
          ['grader', 'data', 'a\r\nb\r\nc'],
          ['grader', 'data', 'd\n'],
          ['subject', 'data', 'A\n'],
        ),
      ),
    ).toEqual(['[C connects]', 'C: a␍␊', 'C: b␍␊', 'C: c', 'C: d␊', 'S: A␊']);
  });

  it('calls whoever opened the client, whatever the role', () => {
    const origin = talk(
      'origin',
      ['subject', 'open'],
      ['subject', 'data', 'GET\n'],
      ['grader', 'data', 'OK\n'],
    );
    const browser = talk('browser', ['grader', 'open'], ['grader', 'data', 'GET\n']);
    expect(lines([...browser, ...origin])).toEqual([
      '[C browser connects]',
      'C browser: GET␊',
      '[C origin connects]',
      'C origin:  GET␊',
      'S origin:  OK␊',
    ]);
  });

  it('goes by the role where nothing was said', () => {
    expect(lines(talk('server', ['grader', 'close']), 'client')).toEqual(['[S closes]']);
  });

  it('tells the ways to end apart', () => {
    expect(
      lines(
        talk(
          'c',
          ['grader', 'open'],
          ['grader', 'end'],
          ['subject', 'end'],
          ['grader', 'reset'],
          ['subject', 'reset'],
        ),
      ),
    ).toEqual([
      '[C connects]',
      '[C sends no more]',
      '[S closes]',
      '[C resets the connection]',
      '[S resets the connection]',
    ]);
    expect(lines(talk('c', ['subject', 'refused']))).toEqual(['[C can not connect]']);
  });

  it('tells repeats by their number', () => {
    const ping = ['grader', 'data', 'ping\n'] as const;
    const pong = ['subject', 'data', 'pong\n'] as const;
    expect(lines(talk('c', ...Array.from({ length: 48 }, () => ping)))).toEqual([
      'C: ping␊',
      '… 47 more like this',
    ]);
    expect(lines(talk('c', ...Array.from({ length: 5 }, () => [ping, pong]).flat()))).toEqual([
      'C: ping␊',
      'S: pong␊',
      '… the last 2 lines 4 more times',
    ]);
    expect(lines(talk('c', ping, ping))).toEqual(['C: ping␊', 'C: ping␊']);
  });

  it('joins a stream of tiny pieces, but no datagrams', () => {
    const bytes = talk('c', ...Array.from('hello\n', byte => ['grader', 'data', byte] as const));
    expect(lines(bytes)).toEqual(['C: hello␊   [in 6 pieces]']);
    expect(lines(bytes.map(event => ({ ...event, peer: '127.0.0.1:12000' })))).toHaveLength(6);
  });

  it('keeps the lines before the failure', () => {
    const many = talk(
      'c',
      ...Array.from({ length: 40 }, (_, i) => ['grader', 'data', `line ${i}\n`] as const),
    );
    expect(lines(many, 'server', 3)).toEqual([
      '… 37 lines before this',
      'C: line 37␊',
      'C: line 38␊',
      'C: line 39␊',
    ]);
    expect(lines(many)).toHaveLength(25);
  });

  it('says when time passed, and what the program read', () => {
    const events: ResultEvent[] = [
      { at: 0, channel: '', by: 'grader', kind: 'run', text: 'a\nb' },
      {
        at: 1500,
        channel: 'server',
        by: 'subject',
        kind: 'dropped',
        data: { text: 'a', length: 1 },
        peer: '127.0.0.1:5',
      },
      { at: 1501, channel: '', by: 'subject', kind: 'exit', text: 'ended with exit status 1' },
    ];
    expect(lines(events, 'client')).toEqual([
      '[the program is started]',
      'input: a␊',
      'input: b',
      '[1.5 s later]',
      'C: a   [lost on purpose]',
      '[the program ended with exit status 1]',
    ]);
  });
});
