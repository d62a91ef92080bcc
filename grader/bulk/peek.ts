/** A look into an archive before it is unpacked: whether it holds a class, or is what one student handed in. */
import { readArchive } from './archive.ts';
import { counting, type Named, onlyFolder } from './class-shape.ts';
import { Budget, classLimits, type UnpackLimits, Unreadable } from './limits.ts';
import { componentsOf } from './tree.ts';

/** A few seconds. What is seen up to there decides. */
const peeked: UnpackLimits = { ...classLimits, entries: 50_000, bytes: 2 ** 30 };
/** Folders to look through, and what stands in them. */
const LEVELS = 4;

interface Level extends Map<string, Level | 'file' | 'link'> {}

/**
 * What stands at its top, single folders looked through, and what kept it from being read to its end.
 * Throws the signal's reason.
 */
export async function peek(
  archive: string,
  signal: AbortSignal | undefined,
): Promise<{ entries: Named[]; trouble?: Unreadable }> {
  const top: Level = new Map();
  try {
    await readArchive(
      archive,
      ({ name, kind }) => {
        const parts = componentsOf(name);
        if (typeof parts === 'string') return undefined;
        if (kind === 'folder') note(top, [...parts, undefined]);
        else if (kind === 'file' || kind === 'link') note(top, parts, kind);
        return undefined;
      },
      new Budget(peeked),
      signal,
    );
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { entries: lookedThrough(top), trouble: error };
  }
  return { entries: lookedThrough(top) };
}

/** @param parts undefined at the end of a folder's */
function note(top: Level, parts: readonly (string | undefined)[], kind: 'file' | 'link' = 'file'): void {
  let level = top;
  for (const [i, part] of parts.slice(0, LEVELS).entries()) {
    if (part === undefined) return;
    const known = level.get(part);
    const next = typeof known === 'object' ? known : new Map();
    level.set(part, i === parts.length - 1 ? (known ?? kind) : next);
    level = next;
  }
}

function lookedThrough(level: Level): Named[] {
  const entries = counting(
    [...level].map(([name, inner]) => ({
      name,
      kind: typeof inner === 'string' ? inner : ('folder' as const),
    })),
  );
  const inner = level.get(onlyFolder(entries)?.name ?? '');
  return typeof inner === 'object' ? lookedThrough(inner) : entries;
}
