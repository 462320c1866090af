import { TextDecoder } from 'node:util';

/** How the bytes of a text file turned out to be written, filled in while they are read. */
export interface Decoding {
  encoding: string;
  /** Bytes that are no text in this encoding were replaced by U+FFFD. */
  replaced: boolean;
  /** NUL characters: this is not a text file. */
  binary: boolean;
}

export function newDecoding(): Decoding {
  return { encoding: 'utf-8', replaced: false, binary: false };
}

/**
 * Text of a byte stream: the byte-order mark decides, then the XML declaration, then UTF-8. Never throws over bad bytes.
 * What was met is written into `decoding`; a NUL character ends the text.
 */
export async function* decode(bytes: AsyncIterable<Uint8Array>, decoding: Decoding): AsyncGenerator<string, void, undefined> {
  let decoder: TextDecoder | undefined;
  let first: Uint8Array = new Uint8Array();
  for await (const chunk of bytes) {
    let part = chunk;
    if (decoder === undefined) {
      first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
      if (first.length < DECLARATION) continue;
      decoder = decoderFor(first, decoding);
      part = first;
    }
    const text = decoder.decode(part, { stream: true });
    look(text, part, decoding);
    if (text !== '') yield text;
    if (decoding.binary) return;
  }
  const rest = decoder === undefined ? first : new Uint8Array();
  decoder ??= decoderFor(first, decoding);
  const tail = decoder.decode(rest);
  look(tail, rest, decoding);
  if (tail !== '') yield tail;
}

/** Bytes in which an XML declaration ends. */
const DECLARATION = 256;

function look(text: string, bytes: Uint8Array, decoding: Decoding): void {
  if (text.includes('\0')) decoding.binary = true;
  // A file may hold a true U+FFFD; only what is not there in bytes was put in by the decoder.
  if (!decoding.replaced && text.includes(REPLACEMENT)) decoding.replaced = text.split(REPLACEMENT).length - 1 > replacements(bytes);
}

const REPLACEMENT = '\uFFFD';

/** How many times U+FFFD is written out; one that began in the piece before is taken for one. */
function replacements(bytes: Uint8Array): number {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begun = ['\xEF\xBF\xBD', '\xBF\xBD', '\xBD'].findIndex((end) => all.subarray(0, end.length).toString('latin1') === end);
  let count = begun > 0 ? 1 : 0;
  for (let at = all.indexOf(REPLACEMENT); at !== -1; at = all.indexOf(REPLACEMENT, at + 3)) count += 1;
  return count;
}

function decoderFor(head: Uint8Array, decoding: Decoding): TextDecoder {
  decoding.encoding = encodingOf(head);
  try {
    return new TextDecoder(decoding.encoding);
  } catch {
    decoding.encoding = 'utf-8';
    return new TextDecoder('utf-8');
  }
}

function encodingOf(head: Uint8Array): string {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  // Without a mark, two ASCII characters in a row show which half of each pair is empty.
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'utf-16be';
  const declared = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(
    new TextDecoder('latin1').decode(head.subarray(0, DECLARATION)),
  )?.[1];
  // A declaration that can be read byte by byte is not in UTF-16, whatever it says (.NET's string writer says so).
  return declared === undefined || /^(?:utf-?16|ucs-?2|utf-?32)/i.test(declared) ? 'utf-8' : declared.toLowerCase();
}
