/** What a reader of archives tells of each entry, before its content. */
import type { Sink } from './tree.ts';

export interface Packed {
  /** As written in the archive: it may be anything. */
  name: string;
  kind: 'file' | 'folder' | 'link' | 'link in a zip' | 'hard link' | 'special';
  /** Anybody may execute it. */
  executable: boolean;
  /** Of a link, as written. */
  target?: string;
}

/** Takes an entry. Its content goes to the sink, or is passed over if there is none. */
export type Receiver = (entry: Packed) => Sink | undefined;
