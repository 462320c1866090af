import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { filesWith, nothingTracked, once, readTexts } from '../repository/files.ts';
import { statedGoals } from './goals.ts';
import { GoalFacts, MarkFacts } from './judge.ts';
import { linesOf, type DocumentLine } from './lines.ts';
import { contradictions } from './marks.ts';

const BOUNDS = { bytes: 2_000_000, files: 2_000 };
const KEPT = 50;
/** What every document holds that says that work is done or a goal reached. */
const WORDS = [
  '✅',
  '☑',
  '✔',
  '[x]',
  '[X]',
  'ompleted',
  'OMPLETED',
  'Done',
  'DONE',
  'inished',
  'FINISHED',
  'XCEEDED',
  'xceeded',
  'CHIEVED',
  'chieved',
];
/** Documents of others, and forms that somebody has still to fill in. */
const NOT_OURS =
  /(?:^|\/)(?:node_modules|vendor|third[-_]?party|fixtures?|testdata|__tests__|tests?|templates?|ISSUE_TEMPLATE)\/|template/i;

/** What documents of the repository say of the work itself. */
export const documents: readonly CheckPlugin[] = [
  defineCheck<MarkFacts>({
    code: 'RPT-02',
    summary: 'no document calls the same work done and pending',
    needs: 'static',
    facts: MarkFacts,
    collect: (context) =>
      over(context, (files, unread) => {
        const all = files.map(({ path, lines }) => ({ path, ...contradictions(lines) }));
        const items = all.reduce((sum, one) => sum + one.items, 0);
        const found = all.flatMap(({ path, found: own }) => own.map((one) => ({ path, ...one })));
        if (items + unread.length === 0) return { state: 'not-applicable', because: 'no tracked document marks work as done or pending' };
        const facts = { documents: files.length, items, unread, found: found.slice(0, KEPT), omitted: Math.max(0, found.length - KEPT) };
        return { state: 'collected', facts, sources: sourcesOf(found) };
      }),
  }),
  defineCheck<GoalFacts>({
    code: 'RPT-03',
    summary: 'goals that a document calls reached are reached by its own numbers',
    needs: 'static',
    facts: GoalFacts,
    collect: (context) =>
      over(context, (files, unread) => {
        const goals = files.flatMap(({ path, lines }) => statedGoals(lines).map((goal) => ({ path, ...goal })));
        if (goals.length + unread.length === 0)
          return { state: 'not-applicable', because: 'no tracked document has a table with values, goals and goals that are reached' };
        return { state: 'collected', facts: { documents: files.length, unread, goals: goals.slice(0, 500) }, sources: sourcesOf(goals) };
      }),
  }),
];

interface Document {
  readonly path: string;
  readonly lines: readonly DocumentLine[];
}

async function over<Facts>(
  context: CheckContext,
  collect: (files: readonly Document[], unread: string[]) => Collected<Facts>,
): Promise<Collected<Facts>> {
  const tracked = await context.tracked();
  if (tracked.length === 0) return nothingTracked();
  const { files, unread } = await once(context, 'documents', () => documentsOf(context, tracked));
  return collect(files, unread);
}

async function documentsOf(context: CheckContext, tracked: readonly string[]): Promise<{ files: Document[]; unread: string[] }> {
  if (!tracked.some((path) => isDocument(path))) return { files: [], unread: [] };
  const own = new Set(tracked);
  const paths = (await filesWith(context, WORDS, ['*.md', '*.markdown'])).filter((path) => own.has(path) && isDocument(path));
  const { files } = await readTexts(context, paths, BOUNDS);
  const read = new Set(files.map(({ path }) => path));
  return {
    files: files.map(({ path, text }) => ({ path, lines: linesOf(text) })),
    unread: paths.filter((path) => !read.has(path)),
  };
}

function isDocument(path: string): boolean {
  return /\.(?:md|markdown)$/i.test(path) && !NOT_OURS.test(path);
}

function sourcesOf(places: readonly { readonly path: string }[]): { file: string }[] {
  return [...new Set(places.map(({ path }) => path))].slice(0, 10).map((file) => ({ file }));
}
