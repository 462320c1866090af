const BEGIN = '-----BEGIN ';
const OPEN_KEY = /^-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/;

/** Cuts a stream of text where no secret can be cut in two. */
export interface LineStream {
  /** What is complete now: whole lines, and no half of a private key. */
  push(text: string): string;
  /** The rest, at the end of the stream. */
  flush(): string;
}

/** Holds back an unfinished line and an open private-key block, up to `maxHeld` characters. */
export function lineStream(maxHeld = 65_536): LineStream {
  let held = '';
  return {
    push: (text) => {
      held = held === '' ? text : held + text;
      const cut = cutOf(held, maxHeld);
      const ready = held.slice(0, cut);
      held = held.slice(cut);
      return ready;
    },
    flush: () => {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

function cutOf(held: string, maxHeld: number): number {
  const lines = held.lastIndexOf('\n') + 1;
  const key = openKey(held, lines);
  const cut = key === undefined || held.length - key > maxHeld ? lines : Math.min(lines, key);
  if (held.length - cut <= maxHeld) return cut;
  // A line without end: break it where no token goes on, and anywhere when there is no such place.
  const gap = lastGap(held, held.length - maxHeld);
  return gap ?? held.length;
}

function openKey(held: string, end: number): number | undefined {
  const begin = held.lastIndexOf(BEGIN, end);
  if (begin === -1 || !OPEN_KEY.test(held.slice(begin, begin + 80))) return undefined;
  return held.includes('-----END ', begin) ? undefined : begin;
}

function lastGap(held: string, from: number): number | undefined {
  for (let at = held.length - 1; at >= from; at--) if (' \t\r,;"\'<>{}[]'.includes(held.charAt(at))) return at + 1;
  return undefined;
}
