export interface Line {
  /** Without its line break; cut at the bound. */
  readonly text: string;
  /** Starts at 1. */
  readonly number: number;
  /** Characters were dropped because the line was too long. */
  readonly cut: boolean;
  /** The last line, and the file ends without a line break. */
  readonly unfinished: boolean;
}

/** Calls `visit` for each line (LF or CRLF) until it returns `false`; holds at most `maxLength` characters of one. */
export async function eachLine(
  chunks: AsyncIterable<string>,
  maxLength: number,
  visit: (line: Line) => boolean | undefined,
): Promise<void> {
  let rest = '';
  let cut = false;
  let number = 0;
  const tell = (text: string, unfinished: boolean): boolean => {
    number += 1;
    const plain = text.endsWith('\r') ? text.slice(0, -1) : text;
    const long = plain.length > maxLength;
    const goOn = visit({ text: long ? plain.slice(0, maxLength) : plain, number, cut: cut || long, unfinished });
    cut = false;
    return goOn !== false;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const text = rest + chunk.slice(start, end);
      rest = '';
      start = end + 1;
      if (!tell(text, false)) return;
    }
    rest += chunk.slice(start);
    if (rest.length > maxLength + 1) {
      rest = rest.slice(0, maxLength + 1);
      cut = true;
    }
  }
  if (rest !== '') tell(rest, true);
}
