import { expect, test } from 'vitest';
import { dateTime } from './message/date-time.ts';
import { traceFields } from './trace.ts';

const date = new Date('2017-03-09T06:53:52Z');

test('the envelope is written down', () => {
  const envelope = {
    client: { name: 'crepes.fr', extended: false },
    reversePath: 'alice@crepes.fr',
    recipients: ['bob', 'carol'],
  };
  const receipt = { envelope, clientAddress: '127.0.0.1', hostname: 'hamburger.edu', id: '1.2', date };
  expect(traceFields(receipt)).toBe(
    [
      'Return-Path: <alice@crepes.fr>',
      'Received: from crepes.fr ([127.0.0.1])',
      ' by hamburger.edu with SMTP id 1.2;',
      ` ${dateTime(date)}`,
      '',
    ].join('\r\n'),
  );
  const bounce = { ...envelope, client: { name: '[10.0.0.1]', extended: true }, reversePath: '' };
  const fields = traceFields({ ...receipt, envelope: bounce });
  expect(fields).toMatch(/^Return-Path: <>\r\nReceived: from \[10\.0\.0\.1\] .* with ESMTP /s);
});

test.each([
  [660, 'Thu, 09 Mar 2017 17:53:52 +1100'],
  [0, 'Thu, 09 Mar 2017 06:53:52 +0000'],
  [-210, 'Thu, 09 Mar 2017 03:23:52 -0330'],
  [-480, 'Wed, 08 Mar 2017 22:53:52 -0800'],
  [345, 'Thu, 09 Mar 2017 12:38:52 +0545'],
])('a date %d minutes east of Greenwich', (zone, text) => {
  expect(dateTime(date, zone)).toBe(text);
  expect(Date.parse(text)).toBe(date.getTime());
});

test('a date in the zone of this system', () => {
  expect(Date.parse(dateTime(date))).toBe(date.getTime());
});
