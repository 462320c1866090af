const FENCE = /^\s*(`{3,}|~{3,})/;

/**
 * A Markdown text of at most `limit` characters: cut where a section ends, never inside a folded part or a code block,
 * and the reader is told that and where the rest is.
 */
export function shrink(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, boundary(text, limit - 200)).trimEnd();
  const missing = (text.length - kept.length).toLocaleString('en-US');
  return `${kept}\n\n---\n_Cut here: ${missing} characters did not fit into a comment. The whole report is in the step summary and in the artifact of the run._\n`;
}

/** The last place before `limit` where a blank line stands outside of everything that has to be closed. */
function boundary(text: string, limit: number): number {
  let at = 0;
  let best = 0;
  let folds = 0;
  let fence: string | undefined;
  for (const line of text.split('\n')) {
    if (at > limit) break;
    const open = FENCE.exec(line)?.[1];
    if (fence !== undefined) fence = open?.startsWith(fence) === true ? undefined : fence;
    else if (open !== undefined) fence = open;
    else {
      folds += count(line, '<details') - count(line, '</details>');
      if (folds <= 0 && line.trim() === '') best = at;
    }
    at += line.length + 1;
  }
  return best;
}

function count(line: string, tag: string): number {
  return line.split(tag).length - 1;
}
