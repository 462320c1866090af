import type { DocumentLine } from './lines.ts';

/** Work that one document calls done and pending at once. */
export interface Contradiction {
  /** Of the work that is pending. */
  readonly line: number;
  readonly work: string;
  /** Where and how it is called done. */
  readonly doneLine: number;
  readonly done: string;
  readonly pending: string;
}

const ITEM = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(.*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$/;
/** Marks that mean pending wherever an item begins with them, and words that mean it where one ends with them in parentheses. */
const PENDING_MARK = /^(?:⏳|⌛|🚧|\[ \])\s*/u;
const PENDING_WORD = /[([](pending|todo|to do|not started|not done|not yet done|not implemented|in progress|wip)[)\]]\s*[.;]?\s*$/i;
const DONE_MARK = /^(?:✅|☑️?|✔️?|\[[xX]\])\s*/u;
/**
 * A heading that says by itself that all below it is done: `Completed`, `P0 (Completed this session)`, `Phase 2: DONE`. Not one that says
 * when something is done (`Definition of Done`, `(done by May)`), or how much of it (`(80% completed)`).
 */
const ALL_DONE = [
  /^(?:completed|done|finished)(?: (?:tasks|items|work|features|milestones))?$/i,
  /[([]\s*(?:✅\s*)?(?:all )?(?:completed|done|finished)(?!\s*(?:by|when|if|once|after|before|upon|until|\d|:|\/|-|partially|mostly))[^)\]%\d/]{0,40}[)\]]$/iu,
  /\s[-–—:]\s*(?:all )?(?:COMPLETED|DONE|FINISHED)$/u,
];
const NOT_ALL = /\b(?:not|partly|partially|mostly|nearly|almost|half|un(?:finished|done)|to be|definition of)\b/i;

/** What a document calls done and pending: an item that says both, and a pending one below a heading that says that all is done. */
export function contradictions(lines: readonly DocumentLine[]): { readonly items: number; readonly found: readonly Contradiction[] } {
  const found: Contradiction[] = [];
  let items = 0;
  let heading: { readonly line: number; readonly title: string } | undefined;
  for (const { line, text } of lines) {
    const title = HEADING.exec(text)?.[2];
    if (title !== undefined) {
      heading = isAllDone(title) ? { line, title } : undefined;
      continue;
    }
    const item = ITEM.exec(text)?.[1]?.trim();
    if (item === undefined) continue;
    const pending = PENDING_MARK.exec(item)?.[0].trim() ?? PENDING_WORD.exec(item)?.[1];
    const done = DONE_MARK.exec(item)?.[0].trim();
    if (pending !== undefined || done !== undefined) items += 1;
    if (pending === undefined) continue;
    const work = nameOf(item);
    if (done !== undefined) found.push({ line, work, doneLine: line, done, pending });
    else if (heading !== undefined) found.push({ line, work, doneLine: heading.line, done: heading.title, pending });
  }
  return { items, found };
}

function isAllDone(title: string): boolean {
  const plain = title
    .replaceAll(/[*_`~]/g, '')
    .replace(/^(?:✅|☑️?|✔️?|🎉)\s*/u, '')
    .replace(/\s*(?:✅|☑️?|✔️?|🎉)$/u, '')
    .trim();
  return !NOT_ALL.test(plain) && ALL_DONE.some((form) => form.test(plain));
}

/** `⏳ **Fix the volume** (pending)` → `Fix the volume`. */
function nameOf(item: string): string {
  return (
    item
      .replace(PENDING_MARK, '')
      .replace(DONE_MARK, '')
      .replace(PENDING_WORD, '')
      .replaceAll(/\*\*|__|~~|`/g, '')
      .trim()
      .slice(0, 160) || '(no name)'
  );
}
