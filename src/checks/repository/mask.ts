/** The same text with every comment and every string blanked: same length, same lines, so that offsets stay true. */
export function maskScript(text: string): string {
  const out = text.split('');
  const blank = (from: number, to: number) => {
    for (let at = from; at < to && at < out.length; at += 1) if (out[at] !== '\n') out[at] = ' ';
  };
  let before = '';
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? '';
    const two = text.slice(at, at + 2);
    if (two === '//' || two === '/*') {
      const end = two === '//' ? endOf(text, '\n', at) : endOf(text, '*/', at + 2) + 2;
      blank(at, end);
      at = end;
    } else if (char === "'" || char === '"' || char === '`') {
      const end = endOfString(text, at, char);
      blank(at + 1, end - 1);
      before = char;
      at = end;
    } else if (char === '/' && !/[\w$)\]}"'`]/.test(before)) {
      const end = endOfPattern(text, at);
      blank(at + 1, end - 1);
      before = '/';
      at = end;
    } else {
      if (!/\s/.test(char)) before = char;
      at += 1;
    }
  }
  return out.join('');
}

/** Python: comments, strings of one and of three quotes. */
export function maskPython(text: string): string {
  return text.replace(/#[^\n]*|("""|''')[\s\S]*?(?:\1|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?/g, (found) => {
    const inner = found.replace(/[^\n]/g, ' ');
    if (found.startsWith('#')) return inner;
    // The end of a text of several lines may stand in the first column, where it would look like code.
    return inner.includes('\n') ? `"${inner.slice(1)}` : `"${inner.slice(1, -1)}"`.slice(0, found.length);
  });
}

/** Go: comments, strings, raw strings, runes. */
export function maskGo(text: string): string {
  return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|`[^`]*`?|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])+'/g, (found) => {
    const inner = found.replace(/[^\n]/g, ' ');
    return found.startsWith('/') ? inner : `"${inner.slice(1, -1)}"`.slice(0, found.length);
  });
}

/** Offset of the bracket that closes the one at `open`; `undefined` when it never closes. The text is masked. */
export function closing(masked: string, open: number): number | undefined {
  const pairs: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
  const stack: string[] = [];
  for (let at = open; at < masked.length; at += 1) {
    const char = masked[at] ?? '';
    const close = pairs[char];
    if (close !== undefined) stack.push(close);
    else if (char === ')' || char === ']' || char === '}') {
      if (stack.pop() !== char) return undefined;
      if (stack.length === 0) return at;
    }
  }
  return undefined;
}

/** Line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at;
}

function endOfString(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === quote) return at + 1;
    else if (char === '\n' && quote !== '`') return at;
    else if (quote === '`' && char === '$' && text[at + 1] === '{') at = endOfHole(text, at + 2);
  }
  return text.length;
}

/** A hole of a template holds code, which may hold templates. Returns the offset of its last brace. */
function endOfHole(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '{') depth += 1;
    else if (char === '}' && (depth -= 1) === 0) return at;
    else if (char === "'" || char === '"' || char === '`') at = endOfString(text, at, char) - 1;
  }
  return text.length;
}

function endOfPattern(text: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '\n') return from + 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + 1;
  }
  return from + 1;
}
