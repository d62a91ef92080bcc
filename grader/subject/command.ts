/** Command lines of programs: filled with the values of a place, anchored in a folder, shown to people. */
import { statSync } from 'node:fs';
import { join } from 'node:path';

/** `{port}`, `{mail-root}`: what a placeholder looks like. */
const PLACEHOLDER = /\{([a-z][a-z0-9_-]*)\}/gi;

export interface FilledCommand {
  command: string[];
  /** Names that look like placeholders but have no value; they stay as they are. */
  unknown: string[];
  /** The contract's arguments were added, as the command did not use any of them. */
  appended: boolean;
}

/**
 * Replaces each `{name}` by its value, once: values are not searched again. A command that uses none of the
 * placeholders of the contract's arguments gets those arguments at its end.
 * @param contractArguments e.g. ["{port}", "{hostname}", "{mailroot}"]
 */
export function fillCommand(
  command: readonly string[],
  values: Readonly<Record<string, string>>,
  contractArguments: readonly string[],
): FilledCommand {
  const ofContract = new Set(contractArguments.flatMap(placeholders));
  const appended =
    contractArguments.length > 0 && !command.flatMap(placeholders).some(name => ofContract.has(name));
  const unknown = new Set<string>();
  const filled = [...command, ...(appended ? contractArguments : [])].map(word =>
    word.replace(PLACEHOLDER, (whole, name: string) => {
      if (Object.hasOwn(values, name)) return values[name] ?? whole;
      unknown.add(name);
      return whole;
    }),
  );
  return { command: filled, unknown: [...unknown], appended };
}

function placeholders(word: string): string[] {
  return [...word.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/**
 * Puts a folder before the words that name a file or folder in it, as programs are started elsewhere:
 * "./server" always (a build may make it), other words if it is there. Words that hold a path only in
 * part, as `-cp a:b` or `--file=x`, are left alone.
 * @param prefix what to put there, e.g. "{source}"; the folder's own path when left out
 */
export function anchorCommand(command: readonly string[], folder: string, prefix = folder): string[] {
  return command.map((word, index) => {
    if (word === '.' && index > 0) return prefix;
    if (word.startsWith('./')) return `${prefix}/${word.slice(2)}`;
    if (word === '' || word.startsWith('/') || word.includes('{')) return word;
    const stat = statSync(join(folder, word), { throwIfNoEntry: false });
    // The first word is a program: a folder called "java" does not hide Java.
    return stat && (index > 0 || stat.isFile()) ? `${prefix}/${word}` : word;
  });
}

/** As one would type it in a shell. Placeholders stay bare. */
export function quoteCommand(command: readonly string[]): string {
  return command.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word !== '' && /^[\w@%+=:,./-]*$/.test(word.replace(PLACEHOLDER, ''))) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
