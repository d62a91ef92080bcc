#!/usr/bin/env node
/**
 * From arguments to commands: the only reader of argv, the only caller of exit. Commands and what they
 * need are imported when they are used, so that the short ones start at once.
 */
import { UsageError } from './errors.ts';
import { version } from './version.ts';

async function main(argv: readonly string[]): Promise<number> {
  const [only] = argv;
  if (argv.length === 1 && (only === '--version' || only === '-V')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const { runCommandLine } = await import('./command-line.ts');
  return runCommandLine(argv);
}

/** A signal's usual exit status: 128 + its number. */
const signals = { SIGINT: 130, SIGQUIT: 131, SIGTERM: 143, SIGHUP: 129 } as const;

for (const [name, status] of Object.entries(signals)) {
  // The programs under test and their folders are ended and removed by the exit hooks of their rooms.
  process.once(name, () => process.exit(status));
}

// What nobody has foreseen must still end the programs and not look like lost marks.
for (const name of ['uncaughtException', 'unhandledRejection'] as const)
  process.once(name, (error: unknown) => {
    process.stderr.write(`wiremark: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(3);
  });

// A reader that went away (… | head) is no error of ours.
process.stdout.on('error', () => process.exit(0));

main(process.argv.slice(2)).then(
  status => {
    process.exitCode = status;
    // Waits that lost a race may still hold timers; output to a pipe must be flushed before the end.
    process.stdout.write('', () => process.exit(status));
  },
  (error: unknown) => {
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n`);
    else process.stderr.write(`wiremark: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(error instanceof UsageError ? 2 : 3);
  },
);
