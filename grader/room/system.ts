/** What programs in the isolated room see of the machine: its programs and libraries, and where they are found. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Folders that are shown as they are, read-only. */
export const shownFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/lib32', '/opt'];

/** Something that is installed elsewhere, perhaps in a home that nobody else may enter. */
export interface Tool {
  name: string;
  /** Where it lies. */
  folder: string;
  /** Where programs see it. */
  inside: string;
}

const isShown = (path: string): boolean => shownFolders.some(top => `${path}/`.startsWith(`${top}/`));

/** A path as programs name it, of the folders that are the same inside and outside. */
export const isSame = (path: string): boolean => isShown(path) || path.startsWith('/etc/');

let tools: Tool[] | undefined;

/** The Node that runs the grader, and Rust as rustup installs it, where they lie in no folder of the system. */
export function toolsElsewhere(): Tool[] {
  tools ??= [
    { name: 'node', folder: dirname(dirname(process.execPath)) },
    { name: 'rust', folder: rustToolchain() },
  ].flatMap(({ name, folder }) =>
    folder === undefined || isShown(folder) ? [] : [{ name, folder, inside: `/run/${name}` }],
  );
  return tools;
}

/** What rustup starts by default; undefined where the system has a Rust of its own, or none. */
function rustToolchain(): string | undefined {
  if (existsSync('/usr/bin/cargo')) return undefined;
  try {
    const home = process.env.RUSTUP_HOME ?? join(homedir(), '.rustup');
    const settings = readFileSync(join(home, 'settings.toml'), 'utf8');
    const name = /^default_toolchain\s*=\s*"([^"]+)"/m.exec(settings)?.[1] ?? 'stable';
    const found = readdirSync(join(home, 'toolchains')).find(
      entry => entry === name || entry.startsWith(`${name}-`),
    );
    return found === undefined ? undefined : join(home, 'toolchains', found);
  } catch {
    return undefined;
  }
}

/** PATH of a program. */
export function searchPath(): string[] {
  const own = toolsElsewhere().map(({ inside }) => join(inside, 'bin'));
  const go = existsSync('/usr/local/go/bin') ? ['/usr/local/go/bin'] : [];
  return [...own, ...go, '/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];
}

/** Arguments for bubblewrap. @param reach where the program's user can reach a tool that lies elsewhere */
export function systemBinds(reach: (tool: Tool) => string): string[] {
  return [
    ...shownFolders
      .filter(path => existsSync(path))
      .flatMap(path =>
        // A link stays one: /bin -> usr/bin.
        lstatSync(path).isSymbolicLink()
          ? ['--symlink', readlinkSync(path), path]
          : ['--ro-bind', path, path],
      ),
    ...toolsElsewhere().flatMap(tool => ['--ro-bind', reach(tool), tool.inside]),
  ];
}
