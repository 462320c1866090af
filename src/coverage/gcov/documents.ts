interface Document {
  readonly json: boolean;
  /** What `gcov -i` wrote before it wrote JSON. */
  readonly intermediate: boolean;
  readonly text: AsyncIterable<string>;
}

/**
 * The documents of one file: `gcov --stdout` writes one JSON object per data file and line. A line break between `}` and
 * `{` stands between documents and never inside of one. What is not read of one is passed over before the next.
 */
export async function* documents(text: AsyncIterable<string>): AsyncGenerator<Document, void, undefined> {
  const pieces = splitDocuments(text);
  for (let head = await pieces.next(); head.done !== true; head = await pieces.next()) {
    const one = untilEnd(head.value, pieces);
    yield {
      json: /^\s*\{/.test(head.value),
      intermediate: /^\s*(?:version|cwd|file):/.test(head.value),
      text: { [Symbol.asyncIterator]: () => ({ next: () => one.next() }) },
    };
    for (let rest = await one.next(); rest.done !== true; rest = await one.next());
  }
}

async function* untilEnd(head: string, pieces: AsyncIterator<string>): AsyncGenerator<string, void, undefined> {
  yield head;
  for (let next = await pieces.next(); next.done !== true && next.value !== END; next = await pieces.next()) yield next.value;
}

/** Stands between documents; no piece of text is empty. */
const END = '';
/** More blanks than this separate nothing. */
const BLANKS = 100;
const BETWEEN = /(?<=\})\s*\n\s*(?=\{)/;

async function* splitDocuments(text: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let held = '';
  for await (const chunk of text) {
    // What may be the beginning of a border waits for what comes behind it.
    const all = held + chunk;
    const border = all.length - all.trimEnd().length > BLANKS ? null : /\}\s*$/.exec(all);
    const ready = border === null ? all : all.slice(0, border.index);
    held = border === null ? '' : all.slice(border.index);
    yield* cut(ready);
  }
  if (held !== '') yield held;
}

function* cut(text: string): Generator<string, void, undefined> {
  for (const [index, part] of text.split(BETWEEN).entries()) {
    if (index > 0) yield END;
    if (part !== '') yield part;
  }
}
