// Which comment is the gate's own, which of two results is the newer one, and what is to be done next. Pure.

/** The first line of every comment of the gate. */
const MARKER = /^<!-- gauntlet:comment:v1 head=([0-9a-f]*) run=(\d*) attempt=(\d*) -->\r?\n/;

/** Which result a comment shows. */
export interface Mark {
  /** Commit that was judged. */
  readonly head: string;
  /** Id of the workflow run; GitHub's ids only grow. */
  readonly run: number;
  readonly attempt: number;
}

/** A comment of the gate that stands on the pull request. */
export interface Note {
  readonly id: number;
  readonly url: string;
  readonly mark: Mark;
  /** What stands below the marker. */
  readonly text: string;
}

export interface Draft {
  readonly mark: Mark;
  readonly text: string;
}

export type Step =
  | { readonly do: 'create' }
  | { readonly do: 'update'; readonly note: Note }
  /** Notes that are not the one that stays. */
  | { readonly do: 'fold'; readonly notes: readonly Note[] }
  | { readonly do: 'rest'; readonly note: Note }
  | { readonly do: 'yield'; readonly note: Note };

/** A comment's body with its marker. */
export function withMark({ mark, text }: Draft): string {
  return `<!-- gauntlet:comment:v1 head=${mark.head} run=${String(mark.run)} attempt=${String(mark.attempt)} -->\n${text}`;
}

/** The note in a comment's body. A marker anywhere but at its start is quoted text, not a note. */
export function readNote(comment: { readonly id: number; readonly url: string; readonly body: string }): Note | undefined {
  const found = MARKER.exec(comment.body);
  if (!found) return undefined;
  const [line, head = '', run, attempt] = found;
  return {
    id: comment.id,
    url: comment.url,
    mark: { head, run: Number(run), attempt: Number(attempt) },
    text: comment.body.slice(line.length),
  };
}

/**
 * What brings the pull request nearer to "one comment, the newest result". Everybody who writes decides by this alone,
 * so that writers that race end with the same comment: the newest is never deleted and never overwritten by an older one.
 * @param wrote our result has been written before: an equal rank with another text is a later writer's of the same run.
 */
export function nextStep(notes: readonly Note[], ours: Draft, { current, wrote }: { current: string; wrote: boolean }): Step {
  const byAge = notes.toSorted((a, b) => a.id - b.id);
  const [oldest] = byAge;
  if (!oldest) return { do: 'create' };
  const best = byAge.reduce((found, note) => (compare(note.mark, found.mark, current) > 0 ? note : found));
  const order = compare(ours.mark, best.mark, current);
  const same = sameText(ours.text, best.text);
  // The oldest is kept: links to it and its place in the conversation stay.
  if (order > 0 && !(same && ours.mark.head === best.mark.head)) return { do: 'update', note: oldest };
  if (order === 0 && !same && !wrote) return { do: 'update', note: best };
  const others = byAge.filter((note) => note !== best);
  if (others.length > 0) return { do: 'fold', notes: others };
  return { do: order < 0 ? 'yield' : 'rest', note: best };
}

/** A result of the pull request's current head beats all others; then the later run, then the later attempt. */
function compare(a: Mark, b: Mark, current: string): number {
  return Number(a.head === current) - Number(b.head === current) || a.run - b.run || a.attempt - b.attempt;
}

/** GitHub may give line ends back as a browser sent them. */
function sameText(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}
