/** The commands with their options, as Commander describes them. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
// Not lazily, as the others: this is the command that counts, and one file loads faster than ten.
import { checkCommand } from './commands/check.ts';
import type { Io } from './commands/io.ts';
import { noSuchCommand, UsageError } from './errors.ts';
import { version } from './version.ts';

function terminal(): Io {
  const { env, stdout, stderr } = process;
  const plain = env.NO_COLOR !== undefined && env.NO_COLOR !== '';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    out: text => void stdout.write(text),
    err: text => void stderr.write(text),
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal: stderr.isTTY === true,
    color: stdout.isTTY === true && !plain && env.TERM !== 'dumb',
    // A pipe or a file takes UTF-8; a terminal says what it takes.
    unicode: stdout.isTTY !== true || /utf-?8/i.test(locale),
    width: stdout.columns ?? 100,
    cwd: process.cwd(),
  };
}

function numberFrom(least: number, most: number, what: string): (text: string) => number {
  return text => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most)
      throw new InvalidArgumentError(`It takes ${what}.`);
    return value;
  };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new InvalidArgumentError('It takes a port, 1 to 65535.');
  return port;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw new InvalidArgumentError('It takes a number, 1 to 1000.');
  return value;
}

function oneOf<T extends string>(...allowed: readonly T[]): (text: string) => T {
  return text => {
    const found = allowed.find(item => item === text);
    if (found === undefined) throw new InvalidArgumentError(`It takes ${allowed.join(' or ')}.`);
    return found;
  };
}

function ids(text: string): string[] {
  const named = text
    .split(',')
    .map(id => id.trim())
    .filter(Boolean);
  if (named.length === 0) throw new InvalidArgumentError('It takes ids of checks, separated by commas.');
  return named;
}

function seedText(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text))
    throw new InvalidArgumentError('It takes up to 64 letters, digits, dots and dashes.');
  return text;
}
const languages = ['python', 'java', 'c'] as const;

interface GradeFlags {
  out: string;
  jobs?: number;
  fresh?: true;
  only?: string[];
  seed?: string;
  room: 'isolated' | 'open';
  build?: string;
  port?: number;
  slow: number;
  yes?: true;
}

interface CheckFlags {
  room: 'open' | 'isolated';
  only?: string[];
  port?: number;
  seed?: string;
  format: 'text' | 'json';
  out?: string;
  slow: number;
  verbose?: true;
  build?: string;
}

const roomOption = (usual: 'open' | 'isolated'): Option =>
  new Option('--room <name>', 'where programs run: as you do, or shut in (Linux)')
    .choices(['isolated', 'open'])
    .default(usual);

function define(io: Io, afterDashes: readonly string[], done: (status: number) => void): Command {
  const program = new Command('wiremark')
    .description('Marks network programs by what goes over the wire.')
    .version(version)
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });

  program
    .command('check')
    .description('grade a program; without a command, the one in the current folder')
    .argument('<assignment>')
    .argument('[command...]', 'after "--", as you would type it; {port}, {host} … stand for what it is given')
    .option('--only <ids>', 'grade only these checks (comma-separated)', ids)
    .option('--port <n>', 'the port that the program insists on', portNumber)
    .option('--seed <text>', 'repeat a run with the values it had', seedText)
    .option('--format <name>', 'text or json', oneOf('text', 'json'), 'text' as const)
    .option('--out <file>', 'write the report there')
    .option(
      '--slow <factor>',
      'stretch every deadline',
      numberFrom(0.05, 1000, 'a factor such as 2, at most 1000'),
      1,
    )
    .option('--verbose', 'show the exchanges of met checks too')
    .option('--build <line>', 'shell line that builds the program first')
    .addOption(roomOption('open'))
    .passThroughOptions(false)
    .action(async (assignment: string, command: string[], flags: CheckFlags) => {
      done(await checkCommand(assignment, command, { ...flags, verbose: flags.verbose === true }, io));
    });

  program
    .command('grade')
    .description('grade a class: folders or archives (zip, tar) with a submission a student')
    .usage('[options] <assignment> <submissions...> [-- command]')
    .argument('<assignment>')
    .argument('<submissions...>', 'what you have downloaded, or a folder of cloned repositories')
    .requiredOption('--out <folder>', 'for the results; running again grades only what is missing or changed')
    .option('--jobs <n>', 'submissions at the same time', wholeNumber)
    .option('--resume', 'go on with what is in the output folder (this is the default)')
    .option('--fresh', 'grade everything again')
    .option('--only <students>', 'grade only these students (comma-separated)', ids)
    .option('--seed <text>', "the secret that each student's seed is made from", seedText)
    .addOption(roomOption('isolated'))
    .option('--build <line>', 'shell line that builds each submission, in place of what is found')
    .option('--port <n>', 'the port that the programs insist on', portNumber)
    .option(
      '--slow <factor>',
      'stretch every deadline',
      numberFrom(0.05, 1000, 'a factor such as 2, at most 1000'),
      1,
    )
    .option('--yes', 'replace published marks without asking')
    .action(async (assignment: string, inputs: string[], flags: GradeFlags) => {
      const { gradeCommand } = await import('./commands/grade.ts');
      const { fresh, yes, ...rest } = flags;
      const options = { ...rest, fresh: fresh === true, yes: yes === true, command: afterDashes };
      done(await gradeCommand(assignment, inputs, options, io));
    });

  program
    .command('doctor')
    .description('what this machine offers for grading, what is missing, and what to install')
    .option('--format <name>', 'text or json', oneOf('text', 'json'), 'text' as const)
    .action(async (flags: { format: 'text' | 'json' }) => {
      const { doctorCommand } = await import('./commands/doctor.ts');
      done(await doctorCommand(flags, io));
    });

  program.command('lane', { hidden: true }).action(async () => {
    const { laneProcess } = await import('./commands/lane.ts');
    done(await laneProcess());
  });

  program
    .command('list')
    .description('the assignments; or the checks of one, with their points')
    .argument('[assignment]')
    .action(async (assignment: string | undefined) => {
      const { listCommand } = await import('./commands/list.ts');
      done(await listCommand(assignment, io));
    });

  program
    .command('explain')
    .description(
      'the contract of an assignment; or a check: its rule, clause, sample exchange and by-hand command',
    )
    .argument('<assignment[/check]>')
    .action(async (what: string) => {
      const { explainCommand } = await import('./commands/explain.ts');
      done(await explainCommand(what, io));
    });

  program
    .command('new')
    .description('put a starter and the handout into a folder')
    .argument('<assignment>')
    .requiredOption('--lang <name>', languages.join(', '), oneOf(...languages))
    .argument('[dir]', 'folder to make; named after the assignment when left out')
    .action(async (assignment: string, dir: string | undefined, flags: { lang: string }) => {
      const { newCommand } = await import('./commands/new.ts');
      done(await newCommand(assignment, flags.lang, dir, io));
    });

  program
    .command('show')
    .description('print a result again that was written with --format json')
    .argument('<file>')
    .argument('[check]', 'only this check, in full')
    .option('--verbose', 'show the exchanges of met checks too, where the result has them')
    .action(async (file: string, check: string | undefined, flags: { verbose?: true }) => {
      const { showCommand } = await import('./commands/show.ts');
      done(await showCommand(file, check, flags.verbose === true, io));
    });

  program
    .command('lint')
    .description('examine fixtures and contracts')
    .argument('[files...]')
    .action(async (files: string[]) => {
      const { lintCommand } = await import('./commands/lint.ts');
      done(await lintCommand(files, io));
    });
  return program;
}

/** Runs one command; the answer is the exit status. Wrong use throws a UsageError. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const io = terminal();
  let status = 0;
  // "grade" takes any number of operands: what follows the dashes must not be one of them.
  const dashes = argv[0] === 'grade' ? argv.indexOf('--') : -1;
  const before = dashes === -1 ? argv : argv.slice(0, dashes);
  const program = define(io, dashes === -1 ? [] : argv.slice(dashes + 1), value => {
    status = value;
  });
  const known = program.commands.map(command => command.name());
  const [word] = argv;
  if (word === undefined) {
    io.out(program.helpInformation());
    return 2;
  }
  if (!word.startsWith('-') && !known.includes(word)) throw noSuchCommand(word, known);
  program.configureOutput({ outputError: () => undefined });
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync(before, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const text = error.message.replace(/^error: /, '');
    const usage = known.includes(word) ? `\nSee: wiremark ${word} --help` : '';
    throw new UsageError(`${text.charAt(0).toUpperCase()}${text.slice(1)}${usage}`);
  }
  return status;
}
