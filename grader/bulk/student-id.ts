/** Ids of submissions: made from names that anybody may have chosen, used as names of folders. */
import { createHash } from 'node:crypto';

/** Room for "~" and a number, so that no id has more than 100 bytes. */
const MOST = 92;
/** Windows takes these for devices, whatever their extension. */
/** What stands beside the students' folders in the output. */
const CLASS_FILES = /^(grades\.csv|summary\.json|needs-you\.txt|index\.html)$/i;
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * A name made safe as the name of a folder on any system: letters, marks and digits of all scripts and
 * ". _ - @" stay, all else becomes "_"; at most 92 bytes, cut with a hash of the whole; never empty, never
 * begins with "." or "-", never ends with ".". It is its own safe name. "~" never occurs in it.
 */
export function safeId(name: string): string {
  const clean = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._@-]+/gu, '_')
    .replace(/^[.-]+/, '')
    .replace(/\.+$/, '');
  const id = RESERVED.test(clean) || CLASS_FILES.test(clean) ? `_${clean}` : clean || 'unnamed';
  if (Buffer.byteLength(id) <= MOST) return id;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${cut(id, MOST - hash.length - 1)}-${hash}`;
}

/** The beginning of a text, whole characters, at most so many bytes. */
function cut(text: string, most: number): string {
  let bytes = 0;
  let short = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > most) break;
    short += character;
  }
  return short;
}

/** Equal for names that some file system takes for one: macOS and Windows look past case, macOS past NFC. */
export const folded = (name: string): string =>
  name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');

/**
 * A safe id for each name. Of those that would share one, the second gets "~2", the third "~3", in the order
 * of the names and then of their place in the list: the same whatever order they were found in, if no two
 * names are the same.
 */
export function uniqueIds(names: readonly string[]): string[] {
  const order = names.map((name, place) => ({ name, place, id: safeId(name) }));
  order.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.place - b.place));
  const taken = new Map<string, number>();
  const ids: string[] = [];
  for (const { id, place } of order) {
    const times = (taken.get(folded(id)) ?? 0) + 1;
    taken.set(folded(id), times);
    ids[place] = times === 1 ? id : `${id}~${times}`;
  }
  return ids;
}
