/** Header and body of a mail or of a part, and the parts in it (RFC 2045 §2.4, RFC 2046 §5.1). */
import { readContentField } from './content-fields.ts';
import { type Header, named, readHeader } from './header.ts';
import { type Multipart, splitMultipart } from './multipart.ts';
import { type Body, type Content, type Part, partOf } from './part.ts';

/** Multiparts in multiparts, and parts in all: more are not read. */
const deepest = 10;
const mostParts = 500;

export interface Entity {
  header: Header;
  type: string;
  multipart: Multipart | undefined;
}

/** Gathers the parts that hold no others, and the faults of those that do. */
export class Entities {
  readonly parts: Part[] = [];
  readonly faults: string[] = [];

  /** @param within types of the multiparts around it, from the outside in */
  read({ lines, ended }: Body, within: readonly string[]): Entity {
    const header = readHeader(lines);
    const body = { lines: lines.slice(header.bodyAt), ended };
    const faults = within.length === 0 ? [] : [...header.faults];
    const content = contentOf(header, within.at(-1), faults);
    const { value } = content.type;
    const boundary = content.type.parameters.get('boundary');
    if (value.startsWith('multipart/') && boundary !== undefined && within.length < deepest) {
      this.faults.push(...faults, ...encodingFaults(content));
      const multipart = this.#inside(body, boundary, [...within, value]);
      return { header, type: value, multipart };
    }
    if (value.startsWith('multipart/'))
      faults.push(boundary === undefined ? `${value} without a boundary` : 'the parts are nested too deeply');
    if (this.parts.length < mostParts) this.parts.push(partOf(content, body, within, faults));
    else if (this.parts.length === mostParts) this.faults.push(`there are more than ${mostParts} parts`);
    return { header, type: value, multipart: undefined };
  }

  #inside({ lines }: Body, boundary: string, within: readonly string[]): Multipart {
    const multipart = splitMultipart(lines, boundary);
    this.faults.push(...multipart.faults);
    for (const part of multipart.parts) {
      if (this.parts.length >= mostParts) break;
      // The last line end belongs to the delimiter, so the part does not end in one.
      this.read({ lines: part, ended: false }, within);
    }
    return multipart;
  }
}

/** What holds where nothing is said: text/plain in US-ASCII, 7bit (RFC 2045 §5.2, §6.1; RFC 2046 §5.1.5). */
function contentOf(header: Header, within: string | undefined, faults: string[]): Content {
  const [type = within === 'multipart/digest' ? 'message/rfc822' : 'text/plain'] = named(
    header,
    'content-type',
  );
  const [encoding = '7bit'] = named(header, 'content-transfer-encoding');
  const [disposition] = named(header, 'content-disposition');
  const read = (name: string, text: string, wants: 'type/subtype' | 'token') => {
    const field = readContentField(text, wants);
    faults.push(...field.faults.map(fault => `${name}: ${fault}`));
    return field;
  };
  return {
    type: read('content-type', type, 'type/subtype'),
    encoding: read('content-transfer-encoding', encoding, 'token').value,
    disposition: disposition === undefined ? undefined : read('content-disposition', disposition, 'token'),
  };
}

/** RFC 2045 §6.4: a multipart is not encoded itself. */
function encodingFaults({ type, encoding }: Content): string[] {
  return ['7bit', '8bit', 'binary'].includes(encoding)
    ? []
    : [`content-transfer-encoding: ${type.value} is never ${encoding.slice(0, 40)}`];
}
