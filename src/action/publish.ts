import { join, relative } from 'node:path';

import { error, notice, setOutput, summary, warning } from '@actions/core';

import { readReport } from '../cli/commands/report.ts';
import type { GlobalOptions } from '../cli/ports.ts';
import { openRun } from '../cli/session.ts';
import type { World } from '../cli/world.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import { EXIT_CODES } from '../model/verdict.ts';
import { annotationsOf } from '../sinks/annotations/index.ts';
import { summary as summarySink } from '../sinks/summary/index.ts';

/** GitHub keeps ten errors per step: one is the verdict, one is the runner's own about the exit code. */
const MOST_ERRORS = 8;

/** Tells the job what a judged run says: outputs, step summary and annotations. Writes to nothing but the runner's own files. */
export async function publish(world: World, run: string, options: GlobalOptions): Promise<number> {
  const context = await openRun(world, { ...options, run });
  const { directory, redact } = context;
  const report = await readReport(context);
  for (const [name, value] of Object.entries(outputsOf(report))) setOutput(name, value);
  setOutput('directory', directory.path);
  for (const form of ['html', 'json', 'md']) setOutput(`report-${form}`, directory.file(`report.${form}`));
  await summary.addRaw(redact(`${summarySink.render(report)}${howToGet(world, report)}`), true).write();
  annotate(report, { redact, folder: relative(world.env['GITHUB_WORKSPACE'] ?? context.root, context.root) });
  return EXIT_CODES.pass;
}

function outputsOf({ run, verdict }: ReportV1): Record<string, string> {
  return { run: run.id, verdict: verdict.verdict, 'blocked-by': verdict.verdict === 'blocked' ? verdict.by.join(' ') : '' };
}

/** Annotations name files from the top of the workspace, reports from the folder of the configuration. */
function annotate(report: ReportV1, { redact, folder }: { redact: (text: string) => string; folder: string }): void {
  if (report.verdict.verdict !== 'pass') error(redact(report.equation), { title: `Gauntlet: ${report.verdict.verdict}` });
  let errors = 0;
  for (const { level, file, line, endLine, title, message } of annotationsOf(report)) {
    const place = {
      title: redact(title),
      file: join(folder, file),
      ...(line === undefined ? {} : { startLine: line }),
      ...(endLine === undefined ? {} : { endLine }),
    };
    if (level === 'error' && (errors += 1) > MOST_ERRORS) continue;
    ({ error, warning, notice })[level](redact(message), place);
  }
}

/** The one thing that a reader of a repro line may lack: the gate itself. */
function howToGet({ env }: World, { command }: ReportV1): string {
  const { GAUNTLET_REPOSITORY: repository, GAUNTLET_REF: ref, GITHUB_SERVER_URL: server = 'https://github.com' } = env;
  const folder = /^(\S+)\/bin\/gauntlet\b/.exec(command)?.[1];
  if (!repository || folder === undefined) return '';
  // A branch or tag can be named to clone; a commit, as careful users pin it, cannot.
  const checkout = ref ? ` && git -C ${folder} checkout ${ref}` : '';
  return `\n\n<sub>Lines that start with \`${command}\` need the gate once: \`git clone ${server}/${repository} ${folder}${checkout} && npm ci --prefix ${folder}\`</sub>\n`;
}
