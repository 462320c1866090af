import { z } from 'zod';

import { codeowners, CODEOWNERS_PATHS } from '../../lib/codeowners.ts';
import { parseDuration } from '../../model/units.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { nothingTracked, readTexts } from '../repository/files.ts';
import type { DocumentFacts } from './judge.ts';

const BOUNDS = { bytes: 1_000_000, files: 200 };
const MOST_LINES = 20_000;

const duration = z.string().refine((text) => (parseDuration(text) ?? 0) > 0, 'not a duration: write 365d');
const one = z.union([
  z
    .string()
    .min(1)
    .transform((path) => ({ path })),
  z.strictObject({
    path: z.string().min(1).describe('Path in the repository.'),
    max_age: duration.optional().describe('How long a review of this one holds.'),
  }),
]);

export const DocumentOptions = z.strictObject({
  files: z.array(one).min(1).max(BOUNDS.files).describe('Documents that must be there: paths, or {path, max_age}.'),
  max_age: duration.default('365d').describe('How long a review holds.'),
});

const DATE = /(\d{4})[-/.](\d{2})[-/.](\d{2})/;
const REVIEWED = /(?:last[\s_-]*)?(?:reviewed|review[\s_-]*date|date[\s_-]*of[\s_-]*review)/i;
const DUE = /(?:next[\s_-]*review|review[\s_-]*(?:due|by)|valid[\s_-]*until)/i;
/** `Owner: legal@…`, `**Owner:** …`, `| Owner | … |`, `owner: …` of a front matter. */
const OWNER =
  /^\s*[|>*_#-]*\s*(?:document[\s_-]*)?(?:owners?|responsible|owned[\s_-]*by)\s*[*_]*\s*[:|]\s*[*_]*\s*([^|\n]+?)\s*[|*_]*\s*$/i;

/** REL-09: the documents that somebody must be able to show, with an owner and a day on which they were read. */
export async function complianceDocuments(context: CheckContext): Promise<Collected<DocumentFacts>> {
  const written = context.options?.['REL-09'];
  if (written === undefined)
    return {
      state: 'not-applicable',
      because: 'which documents compliance asks for is not said: `check_options: {REL-09: {files: [docs/privacy.md, docs/retention.md]}}`',
    };
  const tracked = new Set(await context.tracked());
  if (tracked.size === 0) return nothingTracked();
  const { files: wanted, max_age: usual } = DocumentOptions.parse(written);
  const paths = wanted.map(({ path }) => path);
  const present = paths.filter((path) => tracked.has(path));
  const { files, unread } = await readTexts(context, present, BOUNDS);
  if (unread > 0) return { state: 'gap', because: `${String(unread)} of the documents could not be read` };
  const ownersFile = CODEOWNERS_PATHS.find((path) => tracked.has(path));
  const owners = await readTexts(context, ownersFile === undefined ? [] : [ownersFile], BOUNDS);
  const ownersOf = codeowners(owners.files[0]?.text ?? '');
  const documents = wanted.map((entry) => {
    const maxAge = ('max_age' in entry ? entry.max_age : undefined) ?? usual;
    const text = files.find(({ path }) => path === entry.path)?.text;
    const base = { path: entry.path, maxAgeMs: parseDuration(maxAge) ?? 0 };
    if (text === undefined) return { ...base, tracked: false, lines: 0 };
    const [codeowner] = ownersOf(entry.path);
    return { ...base, tracked: true, ...readDocument(text, codeowner) };
  });
  return {
    state: 'collected',
    facts: { today: context.ports.clock.now().slice(0, 10), documents },
    sources: present.slice(0, 20).map((file) => ({ file })),
  };
}

type Read = Pick<DocumentFacts['documents'][number], 'lines' | 'owner' | 'reviewed' | 'due'>;

function readDocument(text: string, codeowner: string | undefined): Read {
  const lines = text.split('\n', MOST_LINES);
  const due = dated(lines, (line) => DUE.test(line));
  const reviewed = dated(lines, (line) => REVIEWED.test(line) && !DUE.test(line));
  const own = lines
    .map((line) => OWNER.exec(line)?.[1]?.trim())
    .find((owner) => owner !== undefined && /\w/.test(owner) && !/^(?:tbd|todo|n\/a|none)$/i.test(owner));
  const owner = own ?? codeowner;
  return {
    lines: lines.filter((line) => /\w/.test(line) && !/^\s*(?:#|<!--|---|TODO|TBD)/i.test(line)).length,
    ...(owner === undefined ? {} : { owner: owner.slice(0, 80) }),
    ...(reviewed === undefined ? {} : { reviewed }),
    ...(due === undefined ? {} : { due }),
  };
}

/** The newest day that such a line names: a table of reviews has several. */
function dated(lines: readonly string[], is: (line: string) => boolean): { date: string; line: number } | undefined {
  const days = lines.flatMap((line, index) => {
    const [, year, month, day] = is(line) ? (DATE.exec(line) ?? []) : [];
    return year === undefined ? [] : [{ date: `${year}-${month ?? ''}-${day ?? ''}`, line: index + 1 }];
  });
  return days.reduce<{ date: string; line: number } | undefined>(
    (newest, one) => (newest === undefined || one.date > newest.date ? one : newest),
    undefined,
  );
}
