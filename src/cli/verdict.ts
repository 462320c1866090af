import { isAbsolute, join, relative } from 'node:path';

import { judge } from '../judge/judge.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import { Baseline } from '../model/baseline.ts';
import type { Plan } from '../model/plan.ts';
import type { ReportV1 } from '../model/report-v1.ts';
import { EXIT_CODES, exitCode } from '../model/verdict.ts';
import { makeBaseline } from '../report/baseline.ts';
import { makeReport } from '../report/report.ts';
import type { RunContext } from '../run/context.ts';
import { sinks } from '../sinks/registry.ts';
import type { World } from './world.ts';

const BASELINE = '.gauntlet/baseline.json';

export interface JudgeOptions {
  /** Judges by this plan instead of the one that was run. */
  readonly plan?: Plan;
  readonly baseline?: string | undefined;
  /** Store the report in the run directory. */
  readonly store: boolean;
}

/** From what is on disk to the report. Judging reads the run directory and nothing else. */
export async function judgeRun(world: World, context: RunContext, options: JudgeOptions): Promise<ReportV1> {
  const { directory } = context;
  const plan = options.plan ?? context.plan;
  const run = await directory.info();
  const [stageRuns, evidence] = [await directory.stageRuns(), await directory.evidence()];
  const baseline = await readBaseline(context, options.baseline);
  const today = context.ports.clock.now().slice(0, 10);
  const judged = judge({ plan, run, stageRuns, evidence, today, ...(baseline === undefined ? {} : { baseline }) });
  const report = makeReport({ plan, run, stageRuns, evidence, judged, command: commandName(world, context) });
  if (options.store) await storeReport(context, report);
  return report;
}

/** Every form of the report goes into the run directory. One sink that fails does not keep the others from writing. */
async function storeReport(context: RunContext, report: ReportV1): Promise<void> {
  const { directory, ports, redact } = context;
  for (const sink of sinks) {
    if (sink.file === undefined) continue;
    try {
      await directory.writeText(sink.file, redact(sink.render(report)));
    } catch (error) {
      ports.progress.warn(`report │ ${sink.name} could not be written: ${errorMessage(error)}`);
      if (sink.name === 'json') throw error;
    }
  }
  await directory.writeText('baseline.json', `${JSON.stringify(makeBaseline(report, { now: ports.clock.now() }), undefined, 2)}\n`);
}

/** The process's answer: an interrupted run says so, everything else says its verdict. */
export function exitCodeOf({ verdict, run }: ReportV1): number {
  return run.ended === 'interrupted' ? EXIT_CODES.interrupted : exitCode(verdict);
}

/** How the reader starts this program on this repository: what a repro line can be pasted behind. */
function commandName(world: World, { root }: RunContext): string {
  const directory = relative(world.cwd, root);
  return `${world.env['GAUNTLET_COMMAND'] ?? 'bin/gauntlet'}${directory === '' ? '' : ` -C ${directory}`}`;
}

async function readBaseline({ ports, root }: RunContext, file: string | undefined): Promise<Baseline | undefined> {
  const path = file === undefined ? join(root, BASELINE) : isAbsolute(file) ? file : join(root, file);
  if (!(await ports.files.exists(path))) {
    if (file === undefined) return undefined;
    throw new GauntletError(`there is no baseline at ${path}`, { kind: 'config', hint: 'name a `baseline.json` of a run of the base branch, or leave --baseline out' });
  }
  const parsed = Baseline.safeParse(JSON.parse(await ports.files.readText(path)));
  if (parsed.success) return parsed.data;
  throw new GauntletError(`${path} is not a baseline of this version`, { kind: 'config', hint: 'use the `baseline.json` of a run by the same version' });
}
