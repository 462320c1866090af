/** What a name may begin with and go on with, for the characters of ASCII: 1 goes on, 3 begins as well. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_:]/.test(character)) return 3;
  return /[\d.-]/.test(character) ? 1 : 0;
});
/** The same beyond ASCII, from one number to the next: https://www.w3.org/TR/xml/#NT-NameStartChar, in UTF-16 units. */
const BEGIN = [
  0xc0, 0xd6, 0xd8, 0xf6, 0xf8, 0x2ff, 0x370, 0x37d, 0x37f, 0x1fff, 0x200c, 0x200d, 0x2070, 0x218f, 0x2c00, 0x2fef, 0x3001, 0xdfff, 0xf900,
  0xfdcf, 0xfdf0, 0xfffd,
];
const FURTHER = [0xb7, 0xb7, 0x300, 0x36f, 0x203f, 0x2040];

/** Whether a name can begin with this UTF-16 unit. */
export function beginsName(code: number): boolean {
  return code < 128 ? KINDS[code] === 3 : isWithin(code, BEGIN);
}

/** Where the name that goes on at `from` ends; the end of the text when it does not end in it. */
export function endOfName(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code < 128 ? (KINDS[code] ?? 0) > 0 : isFurther(code)) at += 1;
    else return at;
  }
}

/** NaN, the end of the text, is within nothing. */
function isFurther(code: number): boolean {
  return isWithin(code, BEGIN) || isWithin(code, FURTHER);
}

function isWithin(code: number, ranges: readonly number[]): boolean {
  for (let at = 0; at < ranges.length; at += 2) {
    if (code >= (ranges[at] ?? 0) && code <= (ranges[at + 1] ?? 0)) return true;
  }
  return false;
}

/** Whether this UTF-16 unit is a blank to XML. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** The name without its prefix. */
export function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

/** A string that does not keep the longer one that it is a part of in memory. */
export function copied(text: string): string {
  return Buffer.from(text).toString();
}

const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** What `&name;` stands for; `forbidden` for a character that XML does not allow, `undefined` for what nobody defined. */
export function entityText(name: string): { readonly text: string } | 'forbidden' | undefined {
  if (!name.startsWith('#')) {
    const text = Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : undefined;
    return text === undefined ? undefined : { text };
  }
  const code = /^#x[\da-f]+$/i.test(name) ? Number.parseInt(name.slice(2), 16) : /^#\d+$/.test(name) ? Number(name.slice(1)) : 0;
  return isCharacter(code) ? { text: String.fromCodePoint(code) } : 'forbidden';
}

// https://www.w3.org/TR/xml/#NT-Char
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

/** The text with its entities replaced, all at once; `undefined` when it has others than the five that need no looking at. */
export function withoutEntities(text: string): string | undefined {
  const parts = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").split('&amp;');
  return parts.some((part) => part.includes('&')) ? undefined : parts.join('&');
}
