// Encoded words (RFC 2047): how a header field, which is ASCII, carries other characters. For free text such
// as a subject, not for addresses. Simplified: only the `B` encoding (base64); `Q` is easier on the eye.

// §2: an encoded word has 75 characters at most, and a line with one has 76. These are shorter, so that one
// fits on the first line, behind `Subject: `. 39 bytes are 52 characters of base64.
const MAX_BYTES = 39;
const MAX_WORD = 60; // Longer words of ASCII are encoded too: a field can be folded only between words.

/** The text as it is if it can stand in a header field, else as encoded words with spaces between. */
export function encodeText(text: string): string {
  // A line break belongs into no header field, not even encoded: whoever decodes it might believe it.
  if (/[\r\n]/.test(text)) throw new RangeError('a line break in a header field');
  return isPlain(text) ? text : chunks(text).map(encodedWord).join(' ');
}

function isPlain(text: string): boolean {
  return (
    /^[\x20-\x7e]*$/.test(text) &&
    !text.includes('=?') && // It would be taken for an encoded word.
    text === text.trim() && // Blanks at the ends of a field are not part of its value.
    text.split(' ').every(word => word.length <= MAX_WORD)
  );
}

function encodedWord(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}

/** §5: no character is split between two words. §6.2: the space between the words is not part of the text. */
function chunks(text: string): string[] {
  const result: string[] = [];
  let chunk = '';
  for (const character of text) {
    if (Buffer.byteLength(chunk + character) > MAX_BYTES) {
      result.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...result, chunk];
}
