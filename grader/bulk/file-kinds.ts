/** What files are, by their names and first bytes: archives, programs, and what systems leave lying about. */
import { Header } from 'tar';
import { headOf } from './entries.ts';

/** Left by macOS and Windows; nobody handed it in. */
const JUNK = /^(__MACOSX|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini)$/is;

export const isJunk = (name: string): boolean => JUNK.test(name);

/** Not looked into, or unpacked, within a submission: it is large, and changes without the program. */
export const isHistory = (name: string): boolean => name === '.git';

/** Endings of archives, those among them that are not read here: they are submissions too, to be named. */
const ARCHIVE = /\.(zip|tar|tgz|tar\.(gz|bz2|xz|zst|z)|tbz2?|txz|tzst|gz|bz2|xz|zst|7z|rar)$/i;
/** Zip archives by their bytes, which are one file to people. */
const DOCUMENT = /\.(jar|war|ear|docx|xlsx|pptx|odt|ods|odp|epub|apk|whl|egg|pyz|xpi|pages|numbers)$/i;
const SOURCE =
  /\.(py|pyw|java|c|cc|cpp|cxx|c\+\+|js|cjs|mjs|ts|mts|cts|go|rs|rb|pl|php|sh|bash|kt|kts|scala|cs|fs|vb|hs|ml|ex|exs|erl|clj|lua|swift|zig|d|nim|dart|r|jl|m|pas|adb|asm|s)$/i;
/** Files that say how a program is built, or are a part of one that has others. */
const BUILD =
  /^(wiremark\.json|(GNU)?makefile|CMakeLists\.txt|Cargo\.toml|go\.mod|package\.json|pom\.xml|build\.gradle(\.kts)?|pyproject\.toml|requirements\.txt|setup\.py|.*\.(h|hh|hpp|hxx|csproj|cabal))$/i;
/** Names of main programs: no student is called so. */
const MAIN = /^(.*[_-]?(server|client)|main|index|app|__main__|program)\.\w+$/i;

export const isArchiveName = (name: string): boolean => ARCHIVE.test(name);
export const isSourceName = (name: string): boolean => SOURCE.test(name);
export const isBuildName = (name: string): boolean => BUILD.test(name);
export const isMainName = (name: string): boolean => MAIN.test(name) && isSourceName(name);

/** The name without the ending of an archive or a source file. */
export const stemOf = (name: string): string => name.replace(ARCHIVE, '').replace(SOURCE, '') || name;

export type Format =
  | 'zip'
  | 'tar'
  | 'gzip'
  | 'RAR'
  | '7z'
  | 'xz'
  | 'bzip2'
  | 'Zstandard'
  | 'empty'
  | 'unknown';

const magic: readonly { format: Format; begins: string }[] = [
  { format: 'zip', begins: 'PK\x03\x04' },
  // One without entries.
  { format: 'zip', begins: 'PK\x05\x06' },
  { format: 'gzip', begins: '\x1f\x8b' },
  { format: 'RAR', begins: 'Rar!\x1a\x07' },
  { format: '7z', begins: "7z\xbc\xaf'\x1c" },
  { format: 'xz', begins: '\xfd7zXZ\0' },
  { format: 'bzip2', begins: 'BZh' },
  { format: 'Zstandard', begins: '\x28\xb5\x2f\xfd' },
];

/** Bytes that `formatOf` looks at: one block of a tar. */
export const BLOCK = 512;

/** By the first bytes of a file, up to `BLOCK` of them. */
export function formatOf(head: Buffer): Format {
  if (head.length === 0) return 'empty';
  const text = head.toString('latin1');
  const found = magic.find(({ begins }) => text.startsWith(begins));
  return found?.format ?? (isTar(head) ? 'tar' : 'unknown');
}

/** A block whose checksum is right, or the empty one that ends a tar without entries. */
export function isTar(head: Buffer): boolean {
  if (head.length < BLOCK) return false;
  try {
    const header = new Header(head);
    return header.cksumValid || header.nullBlock;
  } catch {
    // It has numbers that are none.
    return false;
  }
}

/**
 * What a file is to a class: by its name, and if that says nothing by its first bytes.
 * Throws as `openFile` does.
 */
export function roleOf(name: string, path: string | Buffer): 'archive' | 'source' | 'other' {
  if (isArchiveName(name)) return 'archive';
  if (isSourceName(name)) return 'source';
  if (DOCUMENT.test(name)) return 'other';
  const head = headOf(path, BLOCK);
  const format = formatOf(head);
  if (!['empty', 'unknown'].includes(format) && !head.every(byte => byte === 0)) return 'archive';
  // A script, or a program that is built.
  return !/\.\w{1,5}$/.test(name) && /^(#!|\x7fELF)/.test(head.toString('latin1')) ? 'source' : 'other';
}
