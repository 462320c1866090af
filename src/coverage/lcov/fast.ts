const D = 0x44;
const A = 0x41;
const COLON = 0x3a;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const ZERO = 0x30;
/** Digits that surely fit a double. */
const DIGITS = 15;

export interface LcovLines {
  /** `DA:line,hits`, with digits alone; tells whether it was taken: anything odd goes to `line`. */
  readonly hit: (line: number, hits: number) => boolean;
  readonly line: (text: string, unfinished: boolean) => void;
}

/** Goes through the lines of a trace file. Nearly all are `DA:…`: these are read where they stand, without being cut out. */
export async function eachLcovLine(chunks: AsyncIterable<string>, maxLength: number, { hit, line }: LcovLines): Promise<void> {
  let rest = '';
  for await (const chunk of chunks) {
    let start = 0;
    while (start < chunk.length) {
      const next = rest === '' ? fast(chunk, start, hit) : -1;
      if (next !== -1) {
        start = next;
        continue;
      }
      const end = chunk.indexOf('\n', start);
      if (end === -1) break;
      line(rest === '' ? chunk.slice(start, end) : (rest + chunk.slice(start, end)).slice(0, maxLength), false);
      rest = '';
      start = end + 1;
    }
    if (start < chunk.length && rest.length <= maxLength) rest += chunk.slice(start);
  }
  if (rest !== '') line(rest.slice(0, maxLength), true);
}

/** Where the next line begins, or -1 when this one is none of the plain ones or does not end in this piece. */
function fast(chunk: string, start: number, hit: LcovLines['hit']): number {
  if (chunk.charCodeAt(start) !== D || chunk.charCodeAt(start + 1) !== A || chunk.charCodeAt(start + 2) !== COLON) return -1;
  let at = start + 3;
  let number = 0;
  let code = chunk.charCodeAt(at);
  while (code >= ZERO && code <= ZERO + 9) {
    number = number * 10 + code - ZERO;
    code = chunk.charCodeAt(++at);
  }
  if (code !== COMMA || at - start - 3 > DIGITS || at === start + 3) return -1;
  const from = at + 1;
  let hits = 0;
  code = chunk.charCodeAt(++at);
  while (code >= ZERO && code <= ZERO + 9) {
    hits = hits * 10 + code - ZERO;
    code = chunk.charCodeAt(++at);
  }
  if (at === from || at - from > DIGITS) return -1;
  if (code === RETURN) code = chunk.charCodeAt(++at);
  return code === NEWLINE && hit(number, hits) ? at + 1 : -1;
}
