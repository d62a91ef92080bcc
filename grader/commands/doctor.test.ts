import { expect, it } from 'vitest';
import type { Offers } from '../room/offers.ts';
import { doctorCommand } from './doctor.ts';
import type { Io } from './io.ts';

async function doctor(format: 'text' | 'json'): Promise<{ status: number; text: string }> {
  let text = '';
  const io: Io = {
    out: more => {
      text += more;
    },
    err: () => expect.unreachable(),
    outIsTerminal: false,
    errIsTerminal: false,
    color: false,
    unicode: true,
    width: 100,
    cwd: '/',
  };
  return { status: await doctorCommand({ format }, io), text };
}

it('answers whether there is isolation, by status, text and JSON', async () => {
  const json = await doctor('json');
  const { machine, languages } = JSON.parse(json.text) as {
    machine: Offers;
    languages: { found: unknown[] };
  };
  expect(json.status).toBe(machine.isolation.ok ? 0 : 1);
  expect(languages.found.length).toBeGreaterThan(5);
  const text = await doctor('text');
  expect(text.status).toBe(json.status);
  expect(text.text).toContain(machine.isolation.ok ? 'can grade programs of strangers' : 'can not grade');
});
