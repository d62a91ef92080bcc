/**
 * Readiness where the system does not tell which process holds which socket (anything but Linux): a
 * trial connection for TCP. That is input to the program, and kills or confuses some: it is only the
 * fallback. A UDP socket can't be tried without sending data, so a program that has lived for half a
 * second is assumed to have bound it. Programs that listen elsewhere are not recognised.
 */
import { connect } from 'node:net';
import { pause, type ReadyLimits, type Watched } from './ready.ts';
import type { Listening, Readiness } from './subject.ts';

const UDP_ASSUMED_MS = 500;
const TRIAL_EVERY_MS = 20;
const TRIAL_LIMIT_MS = 1000;

/** Never rejects. `idleMs` is not used: idleness can't be seen here. */
export async function probeSockets(
  subject: Omit<Watched, 'kin'>,
  wanted: readonly Listening[],
  limits: ReadyLimits,
): Promise<Readiness> {
  const missing = new Set(wanted.filter(({ transport }) => transport === 'tcp'));
  const needed = wanted.length > missing.size ? UDP_ASSUMED_MS : 0;
  for (;;) {
    if (subject.ending) return { kind: 'ended', ending: subject.ending };
    for (const one of missing) if (await accepts(one.port)) missing.delete(one);
    const age = performance.now() - subject.startedAt;
    if (missing.size === 0 && age >= needed && !subject.ending) return { kind: 'ready', afterMs: age };
    if (age >= limits.readyMs) return { kind: 'never', idle: false, afterMs: age };
    await pause(TRIAL_EVERY_MS, subject.ended);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(TRIAL_LIMIT_MS, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
