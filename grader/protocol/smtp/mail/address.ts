/** Address lists (RFC 5322 §3.4): mailboxes and groups, comments aside. */
import { decodeWords } from './encoded-word.ts';
import { addressSpecials, type Word, wordsOf } from './lexical.ts';

export interface Mailbox {
  /** Display name, decoded; "" where there is none. */
  name: string;
  /** local@domain */
  address: string;
}

/** More addresses of one field, the faults included, are not read. */
const mostAddresses = 1000;

const dotAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const phraseAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/;
const literal = /^\[[!-Z^-~]*\]$/;

export interface Addresses {
  list: Mailbox[];
  faults: string[];
  /** What is obsolete and widely done. */
  notes: string[];
}

export function readAddresses(value: string): Addresses {
  const { words, faults } = wordsOf(value, addressSpecials);
  const list: Mailbox[] = [];
  const notes: string[] = [];
  let open: Word[] = [];
  let inGroup = false;
  let inBrackets = false;
  const finish = (mayBeEmpty: boolean): void => {
    if (open.length > 0) {
      const box = mailboxOf(open, { faults, notes });
      if (box !== undefined) list.push(box);
    } else if (!mayBeEmpty) faults.push('an address is missing beside a comma');
    open = [];
  };
  for (const word of words) {
    if (list.length + faults.length >= mostAddresses) {
      faults.push(`there are more than ${mostAddresses} addresses or faults`);
      return { list, faults, notes };
    }
    const special = word.kind === 'special' ? word.text : '';
    if (special === '<') inBrackets = true;
    if (special === '>') inBrackets = false;
    if (special === ',' && !inBrackets) finish(false);
    else if (special === ':' && !inBrackets && !inGroup) {
      // group = display-name ":" [group-list] ";"
      inGroup = true;
      open = [];
    } else if (special === ';' && inGroup && !inBrackets) {
      finish(true);
      inGroup = false;
    } else open.push(word);
  }
  if (inGroup) faults.push('a group is not ended by ";"');
  finish(words.some(({ text }) => text === ';'));
  return { list, faults, notes };
}

type Findings = Pick<Addresses, 'faults' | 'notes'>;

function mailboxOf(words: readonly Word[], findings: Findings): Mailbox | undefined {
  const { faults } = findings;
  const isSpecial = (text: string) => (word: Word) => word.kind === 'special' && word.text === text;
  const begin = words.findIndex(isSpecial('<'));
  if (begin === -1) {
    const address = specOf(words, faults);
    return address === undefined ? undefined : { name: '', address };
  }
  const end = words.findIndex(isSpecial('>'));
  if (end !== words.length - 1 || end < begin) {
    faults.push('the angle brackets of an address do not fit');
    return undefined;
  }
  const address = specOf(words.slice(begin + 1, end), faults);
  const name = nameOf(words.slice(0, begin), findings);
  return address === undefined ? undefined : { name, address };
}

/** phrase = 1*word (§3.2.5); a dot in it is obsolete (§4.1), and Python's library writes it. */
function nameOf(words: readonly Word[], { faults, notes }: Findings): string {
  for (const { kind, text } of words) {
    if (kind === 'special') faults.push(`"${text}" in a display name belongs in quotes`);
    else if (kind === 'atom' && !phraseAtom.test(text)) {
      const into = phraseAtom.test(text.replaceAll('.', 'x')) ? notes : faults;
      into.push(`the display name "${text.slice(0, 40)}" belongs in quotes`);
    }
  }
  const decoded = decodeWords(words.map(({ text }) => text).join(' '));
  faults.push(...decoded.faults);
  notes.push(...decoded.notes);
  return decoded.text;
}

/** addr-spec = local-part "@" domain (§3.4.1) */
function specOf(words: readonly Word[], faults: string[]): string | undefined {
  const written = words.map(({ text }) => text).join('');
  const [local, at, domain, ...more] = words;
  const shape = at?.kind === 'special' && at.text === '@' && domain?.kind === 'atom' && more.length === 0;
  const isLocal = local?.kind === 'quoted' || (local?.kind === 'atom' && dotAtom.test(local.text));
  if (!shape || !isLocal || !(dotAtom.test(domain.text) || literal.test(domain.text))) {
    faults.push(`"${written.slice(0, 80)}" is no address`);
    return undefined;
  }
  const plain = local.kind === 'atom' || dotAtom.test(local.text);
  return `${plain ? local.text : `"${local.text.replace(/["\\]/g, '\\$&')}"`}@${domain.text}`;
}
