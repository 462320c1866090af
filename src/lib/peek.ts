/** A line on which a JSON document can begin: what a terminal shows of objects has no quotes behind its brace. */
const BEGIN = /^[ \t\uFEFF]*(?=(?:\{\s*["}]|\[\s*[{["\]]))/m;
/** Characters in which the document has to begin. */
const HEAD = 65_536;

/** The text from the JSON document on: runners that write to standard output have npm or a debug line speak before them. */
export function jsonHead(text: string): string {
  const begin = BEGIN.exec(text);
  return begin === null ? '' : text.slice(begin.index + begin[0].length);
}

/**
 * A stream from its JSON document on, and the character that it begins with. Lines before it are emptied, so that line
 * numbers hold. Where no document begins, the stream is as it was.
 */
export async function peekJson(text: AsyncIterable<string>): Promise<{ readonly first: string; readonly text: AsyncIterable<string> }> {
  const rest = text[Symbol.asyncIterator]();
  let seen = '';
  let begin: RegExpExecArray | null = null;
  while (begin === null && seen.length < HEAD) {
    const part = await rest.next();
    if (part.done === true) break;
    seen += part.value;
    begin = BEGIN.exec(seen);
  }
  const at = begin === null ? 0 : begin.index + begin[0].length;
  const lines = seen.slice(0, at).split('\n').length - 1;
  return { first: seen.charAt(at), text: replayed('\n'.repeat(lines) + seen.slice(at), rest) };
}

async function* replayed(seen: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield seen;
  for (let part = await rest.next(); part.done !== true; part = await rest.next()) yield part.value;
}
