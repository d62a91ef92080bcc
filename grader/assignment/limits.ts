/** Limits of a contract that states none. Apart from the schema, which is dear to import. */
import type { Contract } from './contract.ts';

/** To open the port, and of sleep without a socket; milliseconds. */
export const startLimits = ({ limits = {} }: Pick<Contract, 'limits'>) => ({
  readyMs: limits.readyMs ?? 10_000,
  idleMs: limits.idleMs ?? 3_000,
});

const MB = 1024 * 1024;

/** What a program may use in the isolated room: ms and bytes. */
export function programLimits({ limits = {} }: Pick<Contract, 'limits'>) {
  return {
    wallMs: limits.wallMs ?? 300_000,
    cpuMs: limits.cpuMs ?? 20_000,
    memoryBytes: (limits.memoryMb ?? 512) * MB,
    processes: limits.processes ?? 128,
    openFiles: limits.openFiles ?? 512,
    fileBytes: (limits.fileMb ?? 64) * MB,
    diskBytes: (limits.diskMb ?? 64) * MB,
  };
}

/** What a build may use: compilers are larger than what they make. */
export const buildLimits = {
  wallMs: 120_000,
  cpuMs: 240_000,
  memoryBytes: 2048 * MB,
  processes: 512,
  openFiles: 1024,
  fileBytes: 256 * MB,
  diskBytes: 1024 * MB,
};
