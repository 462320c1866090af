import { z } from 'zod';

import { isGate } from '../../model/deployment-holds.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { nothingTracked, readTexts } from '../repository/files.ts';
import { workflows } from '../repository/workflows.ts';
import { BlockingFacts, HotfixFacts } from './judge.ts';
import { forgeRules } from './rules.ts';

const PAGES = { bytes: 300_000, files: 400 };
/** Pages in which a procedure is looked for. */
const PAGE =
  /(?:^|\/)(?:readme|contributing|releas\w*|deploy\w*|operations?|runbooks?|maintain\w*|support|hot-?fix\w*|incident\w*|emergency\w*|on-?call)[^/]*\.(?:md|rst|adoc|txt)$|(?:^|\/)(?:docs?|runbooks?|playbooks?|wiki)\/.*\.(?:md|rst|adoc|txt)$/i;
const HOTFIX = /hot-?\s?fix|emergency[\s-](?:fix|release|deploy\w*|change|patch)|out-of-band (?:fix|release)/i;

const Blocking = z.strictObject({
  branch: z.string().min(1).optional().describe('The branch whose rules count; the default branch without it.'),
});

/** What goes out, and what is in its way. */
export const deployment: readonly CheckPlugin[] = [
  {
    ...defineCheck<BlockingFacts>({
      code: 'REL-03',
      summary: 'what deploys waits for the gate, and the branch requires it',
      needs: 'static',
      facts: BlockingFacts,
      collect: blocking,
    }),
    options: Blocking,
  },
  defineCheck<HotfixFacts>({
    code: 'REL-10',
    summary: 'where something deploys, there is a way for an urgent fix',
    needs: 'static',
    facts: HotfixFacts,
    collect: hotfix,
  }),
];

async function blocking(context: CheckContext): Promise<Collected<BlockingFacts>> {
  if ((await context.tracked()).length === 0) return nothingTracked();
  const { files, unread } = await workflows(context);
  if (unread > 0) return { state: 'gap', because: `${String(unread)} workflows could not be read` };
  const options = context.options?.['REL-03'];
  const asked = options !== undefined;
  const kept = files.filter(({ jobs }) => jobs.some((job) => job.deploys || job.calls !== undefined || isGate({ workflows: files }, job)));
  if (!kept.some(({ jobs }) => jobs.some((job) => isGate({ workflows: kept }, job)))) {
    const because = 'no tracked workflow of GitHub Actions runs the gate, so what its failure blocks is decided elsewhere';
    return asked ? { state: 'gap', because } : { state: 'not-applicable', because };
  }
  const rules = await forgeRules(context, Blocking.parse(options ?? {}).branch);
  return { state: 'collected', facts: { asked, workflows: kept, rules }, sources: kept.map(({ path }) => ({ file: path })) };
}

async function hotfix(context: CheckContext): Promise<Collected<HotfixFacts>> {
  const tracked = await context.tracked();
  if (tracked.length === 0) return nothingTracked();
  const { files, unread } = await workflows(context);
  if (unread > 0) return { state: 'gap', because: `${String(unread)} workflows could not be read` };
  const deploys = files.flatMap(({ path, jobs }) => jobs.flatMap(({ id, deploys: does }) => (does ? [`${path} (${id})`] : [])));
  if (deploys.length === 0) return { state: 'not-applicable', because: 'no tracked workflow deploys anything' };
  const automatic = files.flatMap(({ path, name, on, jobs }) => {
    const called = HOTFIX.test(path) || HOTFIX.test(name) || jobs.some((job) => HOTFIX.test(`${job.id} ${job.name}`));
    const begins = on.some(({ names }) => names.some((branch) => HOTFIX.test(branch)));
    return called || begins
      ? [{ path, line: 1, what: begins ? 'a workflow for branches of hotfixes' : 'a workflow for hotfixes', steps: jobs.length }]
      : [];
  });
  const pages = await readTexts(
    context,
    tracked.filter((path) => PAGE.test(path)),
    PAGES,
  );
  const written = pages.files.flatMap(({ path, text }) => sectionsOf(path, text));
  const routes = [...automatic, ...written].slice(0, 20);
  if (routes.length === 0 && pages.unread > 0) return { state: 'gap', because: `${String(pages.unread)} pages could not be read` };
  return { state: 'collected', facts: { deploys: deploys.slice(0, 10), routes }, sources: routes.map(({ path }) => ({ file: path })) };
}

const HEADING = /^(?:#{1,6}\s+|=+\s+)(.+)$/;
const MOST_LINES = 20_000;

/** Headings about hotfixes with the lines below them, up to the next heading of any level above; a page that is called so is one section. */
function sectionsOf(path: string, text: string): HotfixFacts['routes'] {
  const lines = text.split('\n', MOST_LINES);
  const titled = HOTFIX.test(path.slice(path.lastIndexOf('/') + 1));
  const isText = (line: string): boolean =>
    line.trim() !== '' && !HEADING.test(line) && !/^(?:<!--.*-->|\W+|TODO.*|TBD.*)$/i.test(line.trim());
  if (titled) return [{ path, line: 1, what: 'a page about hotfixes', steps: lines.filter(isText).length }];
  const at = lines.findIndex((line) => HOTFIX.test(HEADING.exec(line)?.[1] ?? ''));
  if (at === -1) return [];
  const level = /^[#=]+/.exec(lines[at] ?? '')?.[0].length ?? 1;
  const below = lines.slice(at + 1);
  const end = below.findIndex((line) => HEADING.test(line) && (/^[#=]+/.exec(line)?.[0].length ?? 1) <= level);
  const own = end === -1 ? below : below.slice(0, end);
  return [
    {
      path,
      line: at + 1,
      what: `the section “${(HEADING.exec(lines[at] ?? '')?.[1] ?? '').trim().slice(0, 60)}”`,
      steps: own.filter(isText).length,
    },
  ];
}
