/**
 * The fields of one line of CSV (RFC 4180); `undefined` where a quote is left open: a field with a line break, which the caller adds
 * the next line to.
 */
export function csvFields(line: string, separator = ','): string[] | undefined {
  if (!line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length) {
    if (line[at] === '"') {
      const read = quotedField(line, at + 1);
      if (read === undefined) return undefined;
      fields.push(read.text);
      at = read.end + 1;
    } else {
      const end = line.indexOf(separator, at);
      fields.push(line.slice(at, end === -1 ? line.length : end));
      at = end === -1 ? line.length + 1 : end + 1;
    }
  }
  return fields;
}

/** From behind the opening quote to behind the closing one. */
function quotedField(line: string, from: number): { text: string; end: number } | undefined {
  let text = '';
  for (let at = from; ;) {
    const quote = line.indexOf('"', at);
    if (quote === -1) return undefined;
    text += line.slice(at, quote);
    if (line[quote + 1] !== '"') return { text, end: quote + 1 };
    text += '"';
    at = quote + 2;
  }
}
