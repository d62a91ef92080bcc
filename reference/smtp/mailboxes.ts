// The mailboxes: a folder `MAILROOT/<user>` for each user (RFC 5321 §2.3.11). Whoever has no folder has no
// mailbox; none is ever made here. How a message gets into them stands in delivery.ts.

import { statSync } from 'node:fs';
import { join } from 'node:path';

export class Mailboxes {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Simplified: it waits for the file system. On a local disk that takes microseconds; a server whose
   * mailboxes are in a database would have to serve other clients meanwhile.
   */
  has(user: string): boolean {
    return isUserName(user) && isFolder(this.folder(user));
  }

  /** The folder of a user who has a mailbox. */
  folder(user: string): string {
    if (!isUserName(user)) throw new RangeError(`${JSON.stringify(user)} can not be a user's name`);
    return join(this.#root, user);
  }
}

/** Whether a folder is there, and we may look at it. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * A name becomes a part of a file's path, and a stranger has chosen it: `../other` or `/etc` must not lead
 * out of the root, and `.` is no user. So only these characters are allowed, and no dot in front.
 */
function isUserName(name: string): boolean {
  return /^[a-z0-9_+-][a-z0-9_+.-]*$/.test(name);
}
