import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { clearRelease, type Clearance, type Provenance } from '../../judge/release.ts';
import { checklistOf, type ChecklistItem } from '../../judge/checklist.ts';
import { judge } from '../../judge/judge.ts';
import { oneLine } from '../../lib/text.ts';
import { safeJson } from '../../lib/runner-commands.ts';
import { GauntletError } from '../../model/errors.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import type { StageName } from '../../model/stage.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import type { RunContext } from '../../run/context.ts';
import { gitState } from '../../run/git.ts';
import type { GlobalOptions } from '../ports.ts';
import { CONFIG, loadPlan, openRun } from '../session.ts';
import { readCases } from '../verdict.ts';
import type { World } from '../world.ts';
import { readReport } from './report.ts';

export interface ReleaseOptions extends GlobalOptions {
  readonly config?: string;
  readonly sha?: string;
  /** Milliseconds. */
  readonly maxAge: number;
  readonly stages?: readonly StageName[];
  readonly json?: boolean;
  /** Answers one of the lists instead of deciding. */
  readonly checklist?: ChecklistItem['when'];
  readonly output?: string;
  /** What the forge says of the workflow run that the evidence comes from; left out where nobody may ask. */
  readonly ask?: (run: RunContext['info']) => Promise<Provenance>;
}

/** `gauntlet release`: may this commit go out? The run is judged anew, by the configuration and the waivers of this checkout. */
export async function release(world: World, run: string, options: ReleaseOptions): Promise<number> {
  const { clearance, checklist } = await decide(world, run, options);
  if (options.checklist !== undefined) return answer(world, checklist, options);
  if (options.output !== undefined)
    await writeFile(resolve(world.cwd, options.output), `${JSON.stringify(statement(clearance), undefined, 2)}\n`);
  world.stdout.write(options.json === true ? `${safeJson({ ...clearance, checklist }, 2)}\n` : `${inWords(clearance)}${listed(checklist)}`);
  const summary = world.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') await appendFile(summary, `${inMarkdown(clearance)}${listedInMarkdown(checklist)}`);
  return clearance.cleared ? EXIT_CODES.pass : EXIT_CODES.blocked;
}

interface Decision {
  readonly clearance: Clearance;
  readonly checklist: readonly ChecklistItem[];
}

async function decide(world: World, run: string, options: ReleaseOptions): Promise<Decision> {
  const context = await openRun(world, { ...options, run });
  const { directory, ports, root } = context;
  const { head } = await gitState({ ports, root });
  const sha = options.sha ?? world.env['GITHUB_SHA'] ?? head;
  if (sha === undefined)
    throw new GauntletError('there is no commit to release here', { kind: 'config', hint: 'check the commit out, and name it with --sha' });
  if (head !== sha) {
    throw new GauntletError(`this checkout is at ${head ?? 'no commit'}, and ${sha} is to go out`, {
      kind: 'config',
      hint: 'check out the commit that is to go out: its configuration says what it owes',
    });
  }
  const asked = { ...options, config: options.config ?? CONFIG, budget: 'release' } as const;
  const whole = await loadPlan(world, asked, ports);
  if (whole.suggested !== undefined)
    throw new GauntletError(`there is no ${CONFIG} at this commit`, {
      kind: 'config',
      hint: 'a release owes what a configuration says: write one with `gauntlet init`',
    });
  // What comes after the deployment cannot be known before it.
  const stages = options.stages ?? whole.plan.stages.map(({ name }) => name).filter((name) => name !== 'smoke');
  const { plan, configSha256 } = await loadPlan(world, { ...asked, stage: stages }, ports);
  const now = ports.clock.now();
  const info = await directory.info();
  const evidence = await directory.evidence();
  const material = {
    run: { ...info, budget: 'release' as const },
    stageRuns: await directory.stageRuns(),
    evidence,
    cases: await readCases(context, evidence),
    today: now.slice(0, 10),
  };
  const judged = judge({ ...material, plan });
  const clearance = clearRelease({
    sha,
    now,
    maxAgeMs: options.maxAge,
    stages,
    run: info,
    configSha256,
    stageRuns: await directory.stageRuns(),
    judged,
    stored: await storedReport(context),
    altered: await alteredFiles(context, evidence),
    ...(options.ask === undefined ? {} : { provenance: await options.ask(info) }),
  });
  return { clearance, checklist: checklistOf({ plan: whole.plan, evidence, judged: judge({ ...material, plan: whole.plan }) }) };
}

async function storedReport(context: RunContext): Promise<ReportV1 | undefined> {
  try {
    return await readReport(context);
  } catch (error) {
    if (error instanceof GauntletError) return undefined;
    throw error;
  }
}

/** Files of the run whose digest is not the one that stands in the evidence. */
async function alteredFiles({ directory }: RunContext, evidence: readonly Evidence[]): Promise<string[]> {
  const altered: string[] = [];
  for (const { file, sha256 } of evidence.flatMap(sourcesOf)) {
    if (!/^(?:evidence|logs)\//.test(file) || file.split('/').includes('..')) continue;
    if ((await digestOf(join(directory.path, file))) !== sha256) altered.push(file);
  }
  return altered;
}

interface Hashed {
  readonly file: string;
  readonly sha256: string;
}

/** Every source with a digest, wherever it stands in a piece. */
function sourcesOf(value: unknown): Hashed[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'file' in value && 'sha256' in value && typeof value.file === 'string' && typeof value.sha256 === 'string';
  return [...(own ? [value as Hashed] : []), ...Object.values(value).flatMap(sourcesOf)];
}

async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function inWords({ sha, cleared, refusals, notes, run }: Clearance): string {
  const lines = [
    cleared ? `${sha} may go out: run ${run} is a pass of the release budget, judged today` : `${sha} may not go out`,
    ...refusals.map(({ code, what, fix }) => `  ✗ ${code} ${oneLine(what)}\n    fix: ${oneLine(fix)}`),
    ...notes.map((note) => `  · ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function inMarkdown({ sha, cleared, refusals, notes, stages }: Clearance): string {
  const quiet = (text: string) => oneLine(text).replace(/[<>&|`@*_[\]]/g, (sign) => `&#${String(sign.codePointAt(0))};`);
  return [
    `### ${cleared ? '✅ Gauntlet: this commit may go out' : '⛔ Gauntlet: this commit may not go out'}`,
    `\`${sha.slice(0, 12)}\``,
    ...refusals.map(({ code, what, fix }) => `- **${code}** ${quiet(what)}. ${quiet(fix)}`),
    ...notes.map((note) => `- ${quiet(note)}`),
    `Evidence: ${stages.map(({ name, ended, at }) => `${name} (${ended}, ${at})`).join('; ') || 'none'}.`,
    '',
  ].join('\n\n');
}

/** All lines of one list: met, or found, or nobody knows. */
function answer({ stdout }: World, checklist: readonly ChecklistItem[], { checklist: when, json }: ReleaseOptions): number {
  const items = checklist.filter((item) => item.when === when);
  stdout.write(json === true ? `${safeJson(items, 2)}\n` : listed(items));
  if (items.some(({ state }) => state === 'missed')) return EXIT_CODES.blocked;
  return items.some(({ state }) => state === 'open') ? EXIT_CODES.unknown : EXIT_CODES.pass;
}

const SIGNS: Record<ChecklistItem['state'], string> = { met: '✓', missed: '✗', waived: '~', open: '?' };
const LISTS = [
  ['before', 'Before the deployment'],
  ['after', 'After the deployment'],
] as const;

/** What is to be true before and after, and what shows it. The decision does not depend on it. */
function listed(items: readonly ChecklistItem[]): string {
  const line = ({ state, what, because }: ChecklistItem): string => `  ${SIGNS[state]} ${what}: ${oneLine(because)}\n`;
  return LISTS.filter(([name]) => items.some(({ when }) => when === name))
    .map(([name, title]) => `${title}\n${items.flatMap((item) => (item.when === name ? [line(item)] : [])).join('')}`)
    .join('');
}

function listedInMarkdown(items: readonly ChecklistItem[]): string {
  const line = ({ state, what, because }: ChecklistItem): string =>
    `- [${state === 'met' ? 'x' : ' '}] ${what}: ${state === 'met' ? '' : `**${state}**, `}${quiet(because)}`;
  return LISTS.map(
    ([name, title]) => `#### ${title}\n\n${items.flatMap((item) => (item.when === name ? [line(item)] : [])).join('\n')}\n\n`,
  ).join('');
}

/** Text of others in Markdown: no link, no mention, no markup. */
function quiet(text: string): string {
  return oneLine(text).replace(/[<>&|`@*_[\]]/g, (sign) => `&#${String(sign.codePointAt(0))};`);
}

/**
 * The decision as a predicate for an attestation, in the form of test results of in-toto:
 * https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
 */
function statement({ cleared, refusals, stages, run, sha, decidedAt }: Clearance): unknown {
  return {
    result: cleared ? 'PASSED' : 'FAILED',
    configuration: [{ name: CONFIG, digest: { gitCommit: sha } }],
    passedTests: stages.filter(({ ended }) => ended === 'completed').map(({ name }) => name),
    failedTests: refusals.map(({ code, what }) => `${code} ${oneLine(what)}`),
    annotations: { run, decidedAt },
  };
}
