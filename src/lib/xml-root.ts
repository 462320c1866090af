export interface XmlRoot {
  /** Without its prefix. */
  readonly name: string;
  /** The rest of the start tag, and whatever of the document follows. */
  readonly rest: string;
}

/** The root element of the beginning of a document, past declaration, comments, instructions and DOCTYPE; `undefined` when this is no XML. */
export function xmlRoot(head: string): XmlRoot | undefined {
  let at = 0;
  for (;;) {
    while (at < head.length && /\s/.test(head[at] ?? '')) at += 1;
    if (head.startsWith('<?', at)) at = after(head, '?>', at);
    else if (head.startsWith('<!--', at)) at = after(head, '-->', at);
    else if (head.startsWith('<!', at)) at = afterDoctype(head, at);
    else break;
    if (at === -1) return undefined;
  }
  const match = /^<(?:[\w.-]+:)?([\w.-]+)(?=[\s/>])/.exec(head.slice(at, at + 200));
  return match?.[1] === undefined ? undefined : { name: match[1], rest: head.slice(at + match[0].length) };
}

function after(head: string, end: string, from: number): number {
  const found = head.indexOf(end, from);
  return found === -1 ? -1 : found + end.length;
}

function afterDoctype(head: string, from: number): number {
  const close = head.indexOf('>', from);
  const bracket = head.indexOf('[', from);
  if (bracket === -1 || close < bracket) return close === -1 ? -1 : close + 1;
  const subset = head.indexOf(']', bracket);
  return subset === -1 ? -1 : after(head, '>', subset);
}
