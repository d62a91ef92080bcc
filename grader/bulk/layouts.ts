/**
 * How platforms name what they let a tutor download. All of it is read off names that the platform has made;
 * what a student chose stands at their end only, so the first match counts.
 */

import { folded } from './student-id.ts';

/** Whose file it is. */
export interface Owner {
  /** What the platform calls the student: the raw material of an id. */
  who: string;
  /** The file's name as it was handed in; empty for Moodle's folders. */
  file: string;
  /** Set if it is nothing that can be graded, in words. */
  passed?: string;
}

/**
 * Moodle (mod/assign, "Download all submissions"): name_number_assignsubmission_file, in some versions with
 * "_" at the end, as a folder; or before each file's name, with "Download submissions in folders" off. The
 * number is the participant's, or the group's; what students typed in comes as …_onlinetext.
 */
export function moodleOwner(name: string): Owner | undefined {
  const found = /^(.+?)_assignsubmission_([a-z]+)(?:_(.*))?$/s.exec(name);
  if (!found) return undefined;
  const [, who = '', type, file = ''] = found;
  if (type === 'file') return { who, file };
  const what = type === 'onlinetext' ? 'text typed into Moodle' : `Moodle's ${type}`;
  return { who, file, passed: `it is ${what}, no file` };
}

/**
 * Canvas ("Download Submissions", lib/content_zipper.rb): name_LATE_user_attachment_file, "LATE" only if it is;
 * anon_xxxxx instead of name and user where marking is anonymous. What students typed in has no attachment.
 */
export function canvasOwner(name: string): (Owner & { attachment: string }) | undefined {
  const anonymous = /^(?:late_)?(anon_[a-z0-9]{5})_(\d+)_(.+)$/is.exec(name);
  if (anonymous) {
    const [, who = '', attachment = '', file = ''] = anonymous;
    return { who, file, attachment };
  }
  const named = /^(.+?)_(?:late_)?(\d+)_(\d+)_(.+)$/is.exec(name);
  if (named) {
    const [, who = '', user, attachment = '', file = ''] = named;
    return { who: `${who}_${user}`, file, attachment };
  }
  const typed = /^(?:(.+?)_)?(?:late_)?(\d+|anon_[a-z0-9]{5})_(text|link)\.html$/is.exec(name);
  if (!typed) return undefined;
  const [, who, user = '', type = ''] = typed;
  const what = type.toLowerCase() === 'link' ? 'a web address' : 'text';
  const passed = `it is ${what} typed into Canvas, no file`;
  return { who: who === undefined ? user : `${who}_${user}`, file: '', attachment: '', passed };
}

/**
 * Canvas's names as they were handed in: a file that comes again under its old name gets "-1", "-2" … before
 * its ending. That is taken off, as a Java class must be called as its file, unless two would share a name.
 */
export function restoredNames(files: readonly string[]): string[] {
  const restored = files.map(file => file.replace(/(?<=.)-\d{1,2}(?=(\.[a-z]\w*)+$)/i, ''));
  return restored.map((name, i) =>
    restored.some((other, j) => j !== i && folded(other) === folded(name)) ? (files[i] ?? name) : name,
  );
}

/**
 * Many names have two numbers in them: hw1_2024_01_jane.py. In Canvas's each attachment has its own, each user
 * has one name, and a class has more than one user.
 */
function isCanvas(names: readonly string[]): boolean {
  const owners = names.flatMap(name => canvasOwner(name) ?? []);
  const attachments = owners.map(({ attachment }) => attachment).filter(one => one !== '');
  const whose = new Set(owners.map(({ who }) => who));
  const users = new Set([...whose].map(who => who.replace(/^.*_(?=\d+$)/s, '')));
  return (
    mostly(names, name => canvasOwner(name) !== undefined) &&
    new Set(attachments).size === attachments.length &&
    users.size === whose.size &&
    (whose.size > 1 || owners.length === 1)
  );
}

const mostly = (names: readonly string[], fits: (name: string) => boolean): boolean =>
  names.length > 0 && names.filter(fits).length * 2 >= names.length;

/** By the names of what may be a submission: at least half of them must be as the platform makes them. */
export function platformOf(names: readonly string[]): 'moodle' | 'canvas' | undefined {
  if (mostly(names, name => moodleOwner(name) !== undefined)) return 'moodle';
  return isCanvas(names) ? 'canvas' : undefined;
}

/**
 * What the names of a class's repositories begin with: "hw1-" for hw1-jane and hw1-john, as GitHub Classroom
 * names them. Empty if there is none, or one of them is nothing else.
 */
export function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return '';
  let length = 0;
  while (length < first.length && others.every(name => name[length] === first[length])) length += 1;
  const prefix = first.slice(0, first.slice(0, length).lastIndexOf('-') + 1);
  return names.some(name => name.length === prefix.length) ? '' : prefix;
}
