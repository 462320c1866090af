/** A line of a Markdown document that a reader sees as text: no code, no comment, no quote. */
export interface DocumentLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** The lines of a document without its code blocks, comments and quotes. */
export function linesOf(document: string): DocumentLine[] {
  const lines: DocumentLine[] = [];
  let fence: string | undefined;
  let comment = false;
  for (const [index, text] of document.split(/\r?\n/).entries()) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
    } else if (comment) comment = !text.includes('-->');
    else if (mark !== undefined) fence = mark;
    else if (/^\s*<!--/.test(text)) comment = !text.includes('-->');
    else if (!/^\s*>|^ {4,}[^-*+\d\s]|^\t+[^-*+\d\s]/.test(text)) lines.push({ line: index + 1, text: text.slice(0, 2_000) });
  }
  return lines;
}
