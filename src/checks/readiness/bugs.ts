import { join } from 'node:path';

import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { oneLine } from '../../lib/text.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { askForge, forgeAccess, type ForgeAccess } from '../repository/forge-api.ts';
import type { BugFacts } from './judge.ts';

const PAGE = 100;
const PAGES = 10;
const SHOWN = 20;
const FRESH_MS = 86_400_000;
const FILE_BYTES = 4_000_000;

const labels = z.union([
  z
    .string()
    .min(1)
    .transform((one) => [one]),
  z.array(z.string().min(1)).min(1),
]);

export const BugOptions = z.strictObject({
  label: labels.describe(
    'The label of critical bugs, or a list of such labels. It must exist: nobody has an issue with a label that is misspelt.',
  ),
  file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A list of the open ones that an earlier step asked another tracker for, as a JSON array of {key, title, url}; without it the forge is asked.',
    ),
});

/** GitHub, Gitea and GitLab: number or iid, title, address; GitHub lists pull requests as well. */
const Issue = z.looseObject({
  number: z.number().optional(),
  iid: z.number().optional(),
  title: z.string(),
  html_url: z.string().optional(),
  web_url: z.string().optional(),
  pull_request: z.unknown().optional(),
});
const Listed = z.array(
  z.looseObject({
    key: z.union([z.string(), z.number()]).optional(),
    number: z.number().optional(),
    title: z.string().default(''),
    url: z.string().optional(),
  }),
);
const Label = z.looseObject({ name: z.string() });

type Told = BugFacts['told'];

/** REL-07: open issues with the label of critical bugs. */
export async function criticalBugs(context: CheckContext): Promise<Collected<BugFacts>> {
  const written = context.options?.['REL-07'];
  if (written === undefined)
    return { state: 'not-applicable', because: 'which label critical bugs have is not said: `check_options: {REL-07: {label: critical}}`' };
  const { label: wanted, file } = BugOptions.parse(written);
  if (file !== undefined)
    return { state: 'collected', facts: { where: file, labels: wanted, told: await fromFile(context, file) }, sources: [{ file }] };
  const access = forgeAccess(context.ports.env);
  if ('because' in access)
    return { state: 'collected', facts: { where: 'the issues', labels: wanted, told: unknown(access.because) }, sources: [] };
  return {
    state: 'collected',
    facts: { where: access.repository, labels: wanted, told: await fromForge(context, access, wanted) },
    sources: [],
  };
}

function unknown(because: string): Told {
  return { state: 'unknown', because };
}

async function fromForge(context: CheckContext, access: ForgeAccess, wanted: readonly string[]): Promise<Told> {
  const open = new Map<string, { name: string; title: string; url?: string }>();
  let more = false;
  for (const label of wanted) {
    const missing = await missingLabel(context, access, label);
    if (missing !== undefined) return unknown(missing);
    const found = await withLabel(context, access, label);
    if (typeof found === 'string') return unknown(found);
    more ||= found.more;
    for (const issue of found.issues) open.set(issue.name, issue);
  }
  return { state: 'known', open: [...open.values()].slice(0, SHOWN), more: more || open.size > SHOWN };
}

/** An unknown label has no issues, whatever is open. */
async function missingLabel(context: CheckContext, access: ForgeAccess, label: string): Promise<string | undefined> {
  const name = encodeURIComponent(label);
  const told =
    access.kind === 'gitea'
      ? await askForge(context, access, { path: `/labels?limit=50`, shape: z.array(Label) })
      : await askForge(context, access, { path: `/labels/${name}`, shape: Label });
  if (told.state === 'silent') return told.status === 404 ? `${access.repository} has no label ${label}` : told.because;
  const known = Array.isArray(told.answer) ? told.answer : [told.answer];
  return known.some((one) => one.name.toLowerCase() === label.toLowerCase()) ? undefined : `${access.repository} has no label ${label}`;
}

async function withLabel(
  context: CheckContext,
  access: ForgeAccess,
  label: string,
): Promise<{ issues: { name: string; title: string; url?: string }[]; more: boolean } | string> {
  for (let page = 1; page <= PAGES; page += 1) {
    const told = await askForge(context, access, { path: listPath(access, label, page), shape: z.array(Issue) });
    if (told.state === 'silent') return told.because;
    const issues = told.answer.filter(({ pull_request: pull }) => pull === undefined || pull === null).map(read);
    const more = told.answer.length >= (access.kind === 'gitea' ? PAGE / 2 : PAGE);
    if (issues.length > 0 || !more) return { issues, more };
  }
  return `the first ${String(PAGE * PAGES)} entries with the label ${label} are pull requests, and there are more`;
}

function listPath({ kind }: ForgeAccess, label: string, page: number): string {
  const query = new URLSearchParams({ labels: label, page: String(page) });
  const own: Record<ForgeAccess['kind'], readonly (readonly [string, string])[]> = {
    github: [
      ['state', 'open'],
      ['per_page', String(PAGE)],
    ],
    gitlab: [
      ['state', 'opened'],
      ['per_page', String(PAGE)],
    ],
    gitea: [
      ['state', 'open'],
      ['type', 'issues'],
      ['limit', String(PAGE / 2)],
    ],
  };
  for (const [name, value] of own[kind]) query.set(name, value);
  return `/issues?${query.toString()}`;
}

function read({ number, iid, title, html_url: html, web_url: web }: z.output<typeof Issue>): { name: string; title: string; url?: string } {
  const url = html ?? web;
  return { name: `#${String(number ?? iid ?? '?')}`, title: oneLine(title).slice(0, 120), ...(url === undefined ? {} : { url }) };
}

/** What another tracker answered in an earlier step: only of today, and not out of the repository. */
async function fromFile(context: CheckContext, file: string): Promise<Told> {
  const path = join(context.root, file);
  if ((await context.tracked()).includes(file)) return unknown(`${file} is tracked by git, so it is no answer of today`);
  try {
    if ((await context.ports.files.size(path)) > FILE_BYTES) return unknown(`${file} is too large`);
    const ageMs = Date.parse(context.ports.clock.now()) - (await context.ports.files.modifiedMs(path));
    if (ageMs > FRESH_MS) return unknown(`${file} is older than a day`);
    const listed = Listed.safeParse(parseJson(await context.ports.files.readText(path)));
    if (!listed.success) return unknown(`${file} is no JSON array of issues`);
    const open = listed.data.map(({ key, number, title, url }) => ({
      name: key === undefined ? (number === undefined ? title.slice(0, 60) || 'an issue' : `#${String(number)}`) : String(key),
      title: oneLine(title).slice(0, 120),
      ...(url === undefined ? {} : { url }),
    }));
    return { state: 'known', open: open.slice(0, SHOWN), more: open.length > SHOWN };
  } catch {
    return unknown(`${file} could not be read`);
  }
}
