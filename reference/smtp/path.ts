// Paths, mailboxes and domains, written as the grammar of RFC 5321 §4.1.2 writes them: each constant is one
// of its rules. It knows the syntax only, not which mailboxes exist.

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const DOT_STRING = `${ATOM}(?:\\.${ATOM})*`;
const QUOTED_STRING = '"(?:[\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\x20-\\x7e])*"';
const LOCAL_PART = `${DOT_STRING}|${QUOTED_STRING}`;
const SUB_DOMAIN = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*';
const DOMAIN = `${SUB_DOMAIN}(?:\\.${SUB_DOMAIN})*`;
// Simplified: only the characters are looked at (§4.1.3 has rules for IPv4 and IPv6).
const ADDRESS_LITERAL = '\\[[A-Za-z0-9.:-]+\\]';
const MAILBOX = `(?<localPart>${LOCAL_PART})@(?<domain>${DOMAIN}|${ADDRESS_LITERAL})`;
// §3.6.1, §4.1.1.3: a source route (`@a.example,@b.example:`) must be recognised, and should be ignored.
const SOURCE_ROUTE = `@${DOMAIN}(?:,@${DOMAIN})*:`;
const PATH = `(?:${SOURCE_ROUTE})?(?<mailbox>${MAILBOX})`;
const PARAMETERS = '(?: +(?<parameters>.*))?';

// §3.3: no space belongs on either side of the colon. The lecture's sample shows one behind it, and many
// clients send it, so ` *` takes it in. §2.4: the keyword ignores case (and the other rules name both cases
// themselves). §4.5.5: the reverse-path may be null, `<>`; it is the sender of bounces.
const FROM_REVERSE_PATH = new RegExp(`^FROM: *<(?:${PATH})?>${PARAMETERS}$`, 'i');
// §4.1.1.3: the postmaster may be addressed without a domain, in any case.
const TO_FORWARD_PATH = new RegExp(`^TO: *<(?:${PATH}|(?<postmaster>postmaster))>${PARAMETERS}$`, 'i');

const WHOLE_MAILBOX = new RegExp(`^${MAILBOX}$`);
const WHOLE_DOMAIN = new RegExp(`^(?:${DOMAIN})$`);
const WHOLE_DOMAIN_OR_LITERAL = new RegExp(`^(?:${DOMAIN}|${ADDRESS_LITERAL})$`);

export interface Path {
  /** `local-part@domain` as it was written, without a source route; empty for the null reverse-path. */
  mailbox: string;
  /** What the local part means: without quotes. */
  localPart: string;
  /** Empty for `<postmaster>` and for the null reverse-path. */
  domain: string;
  /** §4.1.2, esmtp-param: `KEYWORD` or `KEYWORD=value` each. */
  parameters: string[];
}

/** The argument of MAIL, `FROM:<…>`; `undefined` if it is malformed. */
export function parseReversePath(argument: string): Path | undefined {
  return pathOf(FROM_REVERSE_PATH.exec(argument));
}

/** The argument of RCPT, `TO:<…>`; `undefined` if it is malformed. */
export function parseForwardPath(argument: string): Path | undefined {
  return pathOf(TO_FORWARD_PATH.exec(argument));
}

/** `local-part@domain` alone; `undefined` if it is not one. */
export function parseMailbox(text: string): { localPart: string; domain: string } | undefined {
  const { localPart, domain } = WHOLE_MAILBOX.exec(text)?.groups ?? {};
  return localPart === undefined || domain === undefined
    ? undefined
    : { localPart: unquote(localPart), domain };
}

export const isDomain = (text: string): boolean => WHOLE_DOMAIN.test(text);
export const isDomainOrLiteral = (text: string): boolean => WHOLE_DOMAIN_OR_LITERAL.test(text);

function pathOf(match: RegExpExecArray | null): Path | undefined {
  if (match === null) return undefined;
  const { mailbox, localPart, domain, postmaster, parameters } = match.groups ?? {};
  return {
    mailbox: mailbox ?? postmaster ?? '',
    localPart: unquote(localPart ?? postmaster ?? ''),
    domain: domain ?? '',
    parameters: parameters?.split(' ').filter(parameter => parameter !== '') ?? [],
  };
}

/** §4.1.2: all quoted forms of a local part mean the same: `"bob"`, or even `"b\ob"`, is `bob`. */
function unquote(localPart: string): string {
  return localPart.startsWith('"') ? localPart.slice(1, -1).replace(/\\(.)/g, '$1') : localPart;
}
