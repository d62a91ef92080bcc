/** How much of a submission is taken in. What students hand in may be made to fill the disk, or the day. */

export interface UnpackLimits {
  /** Files, folders and links, those that are left out among them. */
  entries: number;
  /** Of all files together. */
  bytes: number;
  /** Of one file. */
  fileBytes: number;
  /** Bytes unpacked for each byte of the archive; not looked at below 1 MiB unpacked. */
  ratio: number;
  /** Folders in each other. What lies deeper is left out. */
  depth: number;
  /** Bytes of a path within the archive or folder. What has a longer one is left out. */
  pathBytes: number;
}

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** One submission: far more than any program of a course, little enough for a hundred in a row. */
export const submissionLimits: UnpackLimits = {
  entries: 10_000,
  bytes: 256 * MiB,
  fileBytes: 64 * MiB,
  ratio: 200,
  depth: 32,
  pathBytes: 1024,
};

/**
 * A whole class: the tutor's own archive, made by a platform, so that only accidents are to be stopped.
 * Deeper and longer than for a submission, which is held to its own limits when its turn comes.
 */
export const classLimits: UnpackLimits = {
  entries: 500_000,
  bytes: 64 * GiB,
  fileBytes: 8 * GiB,
  ratio: Number.POSITIVE_INFINITY,
  depth: 48,
  pathBytes: 2048,
};

/**
 * What was handed in can't be taken in, through no fault of the machine. The message is a clause for the
 * report: "it is an archive of 100,000 entries; at most 10,000 are taken".
 */
export class Unreadable extends Error {}

export const counted = (count: number): string => count.toLocaleString('en-US');

/** "64 MiB" */
export function inWords(bytes: number): string {
  const unit = [
    { name: 'GiB', size: GiB },
    { name: 'MiB', size: MiB },
    { name: 'KiB', size: 1024 },
  ].find(({ size }) => bytes >= size);
  return unit ? `${counted(Math.round((bytes / unit.size) * 10) / 10)} ${unit.name}` : `${bytes} bytes`;
}

/** What has been taken of one submission so far, over all archives in it. Its methods throw `Unreadable`. */
export class Budget {
  readonly limits: UnpackLimits;
  #entries = 0;
  #bytes = 0;
  /** Bytes of the outermost archive, and of what was there before it. */
  #packed: number | undefined;

  constructor(limits: UnpackLimits) {
    this.limits = limits;
  }

  /** @param bytes of an archive that is about to be unpacked. A bomb may be packed twice: the first counts. */
  unpacks(bytes: number): void {
    this.#packed ??= this.#bytes + bytes;
  }

  /** An archive says how many entries it has; to be asked before they are read. */
  expects(entries: number): void {
    if (this.#entries + entries <= this.limits.entries) return;
    throw new Unreadable(
      `it is an archive of ${counted(entries)} entries; at most ${counted(this.limits.entries)} are taken`,
    );
  }

  entry(): void {
    this.#entries += 1;
    if (this.#entries <= this.limits.entries) return;
    throw new Unreadable(`it holds more than ${counted(this.limits.entries)} files and folders`);
  }

  /**
   * Bytes that were really read, whatever was announced.
   * @param ofFile bytes of this file so far, these among them
   * @param name of the file, fit to be shown
   */
  bytes(count: number, ofFile: number, name: string): void {
    const { bytes, fileBytes, ratio } = this.limits;
    this.#bytes += count;
    if (ofFile > fileBytes)
      throw new Unreadable(
        `its file ${name} holds more than ${inWords(fileBytes)}, the most that is taken of one file`,
      );
    if (this.#bytes > bytes)
      throw new Unreadable(`its files hold more than ${inWords(bytes)} together, the most that is taken`);
    if (this.#packed !== undefined && this.#bytes > MiB && this.#bytes > ratio * this.#packed)
      throw new Unreadable(
        `it unpacks to more than ${counted(ratio)} times its size, which no program does; this is how archives are made that fill a disk`,
      );
  }
}
