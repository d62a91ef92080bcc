/**
 * What a class run has finished, kept so that killing the grader loses only what was in flight.
 *
 *   DIR/.wiremark/run.json             assignment and secret; nobody else may read it
 *   DIR/.wiremark/journal/<key>.json   one finished submission: the truth, safe on the disk
 *   DIR/.wiremark/lock/                who grades here now
 *   DIR/.wiremark/half/                files that are being written; what is left there is worth nothing
 *   DIR/<student>/                     result.json and feedback.txt: copies for people, made from the journal
 *
 * Nothing of the results stays in memory: they are read one by one.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Result, result as resultSchema } from '../report/result.ts';
import { DiskTrouble, replaceFile } from './durable.ts';
import { type Lock, takeLock } from './lock.ts';
import { isLocked } from './refusals.ts';
import { type Place, placeOf, prepareFolder, settleRun } from './run-folder.ts';

export interface JournalOptions {
  /** Id of the assignment. */
  assignment: string;
  /** Seeds are drawn from it; else the one of the earlier run, else a new one. */
  secret?: string | undefined;
  /** Forget what was finished. What is published stays, to be compared with. */
  fresh: boolean;
  /** The folder as typed, for messages. */
  shown?: string;
}

interface Entry {
  result: Result;
  feedback: string;
}

export class Journal {
  /** Keep it out of everything that students see. */
  readonly secret: string;
  /** Files that could not be read, relative to the folder: they count as missing. */
  readonly damaged: string[] = [];
  readonly #place: Place;
  readonly #lock: Lock;
  /** Files written so far: a name for the next one. */
  #written = 0;

  private constructor(place: Place, lock: Lock, secret: string) {
    this.#place = place;
    this.#lock = lock;
    this.secret = secret;
  }

  /**
   * Makes the folder if it is missing, and takes its lock.
   * Throws a UsageError for a folder that is another assignment's, somebody else's, being graded already,
   * a file or not writable; a DiskTrouble where the disk is full.
   */
  static async open(dir: string, options: JournalOptions): Promise<Journal> {
    const place = placeOf(dir, options.shown ?? dir);
    const lock = await prepareFolder(place, () => takeLock(place.lock));
    if (!('release' in lock)) throw isLocked(place.shown, lock);
    try {
      for (const name of readdirSync(place.half))
        rmSync(join(place.half, name), { recursive: true, force: true });
      const secret = await settleRun(place, options);
      const journal = new Journal(place, lock, secret);
      if (options.fresh) journal.sweep(new Set());
      return journal;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The result kept under this key; undefined where there is none, or none that can be read (`damaged`). */
  find(key: string): Result | undefined {
    return this.#entry(key)?.result;
  }

  /**
   * Keeps a finished submission; when it resolves, neither a kill nor a power cut loses it.
   * Rejects with a DiskTrouble, and then nothing of it is there.
   */
  async write(key: string, result: Result, feedback: string): Promise<void> {
    if (result.submission?.key !== key) throw new Error('A result is kept under the key of its submission');
    const entry: Entry = { result, feedback };
    await this.#replace(this.#entryFile(key), `${JSON.stringify(entry)}\n`, true);
  }

  /** What the student's folder holds; undefined where there is nothing, or nothing that can be read (`damaged`). */
  published(student: string): Result | undefined {
    const file = join(this.#folderOf(student), 'result.json');
    return this.#read(file, json => resultOf(json));
  }

  /**
   * Brings the student's folder up to what is kept under this key; writes only what differs. Rejects with a
   * DiskTrouble, or an Error where the key is unknown.
   */
  async publish(key: string): Promise<void> {
    const entry = this.#entry(key);
    if (entry?.result.submission === undefined) throw new Error(`Nothing is kept under ${key}`);
    const folder = this.#folderOf(entry.result.submission.student);
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new DiskTrouble(this.#shown(folder), error);
    }
    // The result goes last: as long as it is the old one, the next run sees that marks have to move.
    await this.#update(join(folder, 'feedback.txt'), entry.feedback);
    await this.#update(join(folder, 'result.json'), `${JSON.stringify(entry.result, null, 2)}\n`);
  }

  /**
   * Writes a file about the whole class into the folder, or removes it (undefined). Rejects with a DiskTrouble.
   * @param name of the file, without a path
   */
  async put(name: string, text: string | undefined): Promise<void> {
    const file = join(this.#place.dir, plainName(name));
    if (text === undefined) rmSync(file, { force: true });
    else await this.#replace(file, text, true);
  }

  /** Removes what is kept under other keys than these. */
  sweep(keep: ReadonlySet<string>): void {
    const { journal } = this.#place;
    for (const name of readdirSync(journal))
      if (!keep.has(name.replace(/\.json$/, '')))
        rmSync(join(journal, name), { force: true, recursive: true });
  }

  /** Lets the next grader in. */
  close(): void {
    this.#lock.release();
  }

  #entry(key: string): Entry | undefined {
    return this.#read(this.#entryFile(key), json => entryOf(json, key));
  }

  #read<Kind>(file: string, understand: (json: unknown) => Kind | undefined): Kind | undefined {
    let understood: Kind | undefined;
    try {
      understood = understand(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    }
    const name = relative(this.#place.dir, file);
    if (understood === undefined && !this.damaged.includes(name)) this.damaged.push(name);
    return understood;
  }

  #entryFile(key: string): string {
    if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`"${key}" is no key`);
    return join(this.#place.journal, `${key}.json`);
  }

  /** The name comes from a submission: it must not lead anywhere else. */
  #folderOf(student: string): string {
    return join(this.#place.dir, plainName(student));
  }

  async #update(file: string, text: string): Promise<void> {
    if (textOf(file) !== text) await this.#replace(file, text, false);
  }

  async #replace(file: string, text: string, durable: boolean): Promise<void> {
    this.#written += 1;
    const temporary = join(this.#place.half, String(this.#written));
    try {
      await replaceFile({ file, text, temporary, durable });
    } catch (error) {
      throw new DiskTrouble(this.#shown(file), error);
    }
  }

  #shown(file: string): string {
    return join(this.#place.shown, relative(this.#place.dir, file));
  }
}

function plainName(name: string): string {
  if (name === '' || name.startsWith('.') || /[/\\\0]/.test(name))
    throw new Error(`"${name}" can not be the name of a file or folder`);
  return name;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function resultOf(json: unknown): Result | undefined {
  const parsed = resultSchema.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

function entryOf(json: unknown, key: string): Entry | undefined {
  if (typeof json !== 'object' || json === null || !('result' in json) || !('feedback' in json))
    return undefined;
  const result = resultOf(json.result);
  if (typeof json.feedback !== 'string' || result?.submission?.key !== key) return undefined;
  return { result, feedback: json.feedback };
}
