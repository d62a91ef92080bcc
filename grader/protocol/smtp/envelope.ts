/** The arguments of MAIL and RCPT: "FROM:" or "TO:", a path, parameters (RFC 5321 §4.1.1.2, §4.1.1.3, §4.1.2). */

export interface Envelope {
  path?: string;
  space?: boolean;
  parameters?: string[];
  fault?: string;
}

const atext = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const name = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
/** Domain or address literal (§4.1.2, §4.1.3): the source of a pattern, for texts no longer than a command. */
export const domain = `(?:${name}(?:\\.${name})*|\\[[!-Z^-~]+\\])`;
const local = `(?:${atext}(?:\\.${atext})*|"(?:[ !#-[\\]-~]|\\\\[ -~])*")`;
/** Mailbox, with the source route that old clients may still write (§4.1.2, appendix C). */
const mailbox = new RegExp(`^(?:@${domain}(?:,@${domain})*:)?${local}@${domain}$`);
/** esmtp-param (§4.1.2) */
const parameter = /^[A-Za-z0-9][A-Za-z0-9-]*(?:=[!-<>-~]+)?$/;

/** @param verb MAIL or RCPT @param argument of at most one command line */
export function envelopeOf(verb: string, argument: string): Envelope {
  const keyword = verb === 'MAIL' ? 'FROM' : 'TO';
  const head = new RegExp(`^${keyword}([ \\t]*):([ \\t]*)`, 'i').exec(argument);
  if (head === null) return { fault: `${verb} wants "${keyword}:" behind it` };
  const space = `${head[1]}${head[2]}` !== '';
  const rest = argument.slice(head[0].length);
  // A quoted local part may hold ">".
  const brackets = /^<((?:[^<>"]|"(?:[^"\\]|\\.)*")*)>(.*)$/s.exec(rest);
  if (brackets === null) return { space, fault: `"${keyword}:" wants a path in angle brackets behind it` };
  const [, path = '', behind = ''] = brackets;
  const parameters = behind.split(/[ \t]+/).filter(word => word !== '');
  const fault = faultOf({ verb, path, space, parameters, behind });
  return { path, space, parameters, ...(fault === undefined ? {} : { fault }) };
}

function faultOf(
  read: Required<Pick<Envelope, 'path' | 'space' | 'parameters'>> & { verb: string; behind: string },
) {
  const { verb, path, space, parameters, behind } = read;
  if (space) return 'no blank may stand beside the colon';
  // The null reverse-path, and the one mailbox that needs no domain (§4.1.1.3).
  const special = verb === 'MAIL' ? path === '' : /^postmaster$/i.test(path);
  if (!special && !mailbox.test(path)) return `<${path}> is no mailbox`;
  if (behind !== '' && !behind.startsWith(' ')) return 'a blank has to part the path from what follows it';
  const bad = parameters.find(word => !parameter.test(word));
  return bad === undefined ? undefined : `"${bad}" is no parameter`;
}
