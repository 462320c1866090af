import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { safeJson } from '../../lib/runner-commands.ts';
import { shellQuote, visible } from '../../lib/text.ts';
import { suggest } from '../../lib/suggest.ts';
import { GauntletError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { EXIT_CODES } from '../../model/verdict.ts';
import { checkoutOf } from '../checkout.ts';
import type { GlobalOptions } from '../ports.ts';
import { openRun } from '../session.ts';
import type { World } from '../world.ts';
import { readReport } from './report.ts';

export interface ExplainOptions extends GlobalOptions {
  readonly run: string;
  readonly json?: boolean;
}

/** `gauntlet explain [CODE]`: what a code means, and what the last run says of it; without a code, how the last verdict came about. */
export async function explain(world: World, code: string | undefined, options: ExplainOptions): Promise<number> {
  const page = code === undefined ? undefined : await pageOf(world, code.toUpperCase());
  const said = await lastReport(world, options);
  if (code === undefined && said === undefined)
    throw new GauntletError('no run was judged here yet', { kind: 'evidence', hint: 'run `gauntlet run`, or name a code such as TST-01' });
  const findings =
    said?.report.findings.filter((finding) => (code === undefined ? blocks(finding) : finding.code === code.toUpperCase())) ?? [];
  const told = {
    ...(page === undefined ? {} : { page }),
    ...(said === undefined ? {} : { run: said.report.run.id, verdict: said.report.verdict, equation: said.report.equation, findings }),
  };
  const text =
    options.json === true ? safeJson(told, 2) : [page, ...(said ? runLines(said.report, findings, code) : [])].filter(Boolean).join('\n');
  world.stdout.write(`${said ? said.redact(text) : text}\n`);
  return EXIT_CODES.pass;
}

function blocks({ disposition }: Finding): boolean {
  return disposition === 'blocking';
}

/** The page of a code, without its head for the generator. @throws GauntletError of kind `config` for a code that nobody knows. */
async function pageOf(world: World, code: string): Promise<string> {
  const folder = join(checkoutOf(world) ?? '.', 'docs/findings');
  const file = join(folder, `${code}.md`);
  if (/^[A-Z]{2,4}-\d{2}$/.test(code) && existsSync(file)) return plain(await readFile(file, 'utf8'));
  const known = existsSync(folder) ? (await readdir(folder)).map((name) => basename(name, '.md')) : [];
  const family = known.filter((name) => name.startsWith(`${code.split('-')[0] ?? ''}-`));
  const meant = suggest(code, known);
  const hint = family.length > 0 ? `the codes of this family: ${family.join(', ')}` : meant === undefined ? 'docs/findings holds a page for each code' : `did you mean ${meant}?`; // prettier-ignore
  throw new GauntletError(`no finding has the code ${visible(code).slice(0, 20)}`, { kind: 'config', hint });
}

/** Markdown as a person reads it in a terminal. */
function plain(markdown: string): string {
  return markdown
    .replace(/<!--[\s\S]*?-->\n*/g, '')
    .replace(/^#+ (.+)$/gm, (_, title: string) => `${title}\n${'-'.repeat(title.length)}`)
    .replaceAll('**', '')
    .trimEnd();
}

async function lastReport(
  world: World,
  options: ExplainOptions,
): Promise<{ readonly report: ReportV1; readonly redact: (text: string) => string } | undefined> {
  try {
    const context = await openRun(world, options);
    return { report: await readReport(context), redact: context.redact };
  } catch (error) {
    // Asked for by nobody: what a code means can be told without a run.
    if (error instanceof GauntletError && options.run === 'latest') return undefined;
    throw error;
  }
}

function runLines(report: ReportV1, findings: readonly Finding[], code: string | undefined): string[] {
  const head = code === undefined ? `Run ${report.run.id}: ${report.equation}.` : `\nIn the run ${report.run.id}`;
  if (findings.length > 0) return [head, ...findings.slice(0, 20).map((finding) => findingLines(report, finding)), ...more(findings)];
  const missed = report.notLooked.filter((row) => code === undefined || row.code === code.toUpperCase());
  if (missed.length > 0) return [head, ...missed.slice(0, 20).map(({ what, because }) => `  not looked at: ${what}: ${because}`)];
  return [head, code === undefined ? '  nothing blocks' : '  nothing of this code was found'];
}

function more(findings: readonly Finding[]): string[] {
  return findings.length > 20 ? [`  and ${String(findings.length - 20)} more: gauntlet report`] : [];
}

/** Why this finding weighs what it weighs, step by step. */
function findingLines({ command }: ReportV1, finding: Finding): string {
  const { code, title, subject, priority, prioritySource, novelty, disposition, result, waiver } = finding;
  const because =
    'because' in result ? [`not known, because: ${result.because}`] : [`measured ${finding.measured}; allowed ${finding.expected}`];
  const lines = [
    `${code} ${title} (${subject})`,
    `  ${because.join('')}`,
    `  ${priority} by ${prioritySource.join(', then ')}`,
    `  ${disposition}${waiver === undefined ? '' : ` by ${waiver}`}: ${result.verdict.replace('_', ' ')}, against the base branch ${novelty}`,
    `  fix (${finding.effort.range}): ${finding.fix}`,
    `  here: ${[command, ...finding.repro.map(shellQuote)].join(' ')}`,
  ];
  return `\n${lines.join('\n')}`;
}
