import { mergeRuns } from '../../action/merge.ts';
import { fileBaseline } from '../baseline.ts';
import type { GlobalOptions } from '../ports.ts';
import { printReport } from '../print.ts';
import { loadPlan, openRun } from '../session.ts';
import { reportExitCode } from '../../report/report.ts';
import { judgeRun } from '../verdict.ts';
import type { World } from '../world.ts';

export interface JudgeCommandOptions extends GlobalOptions {
  readonly config?: string;
  readonly baseline?: string;
  readonly json?: boolean;
}

/** `gauntlet judge`: one stored run, or several as the legs of one, by the configuration that is here. */
export async function judgeRuns(world: World, runs: readonly string[], options: JudgeCommandOptions): Promise<number> {
  const [run = 'latest', ...more] = runs;
  if (more.length === 0) return judgeCommand(world, run, options);
  const { config = 'gauntlet.yml', ...rest } = options;
  return judgeCommand(world, await mergeRuns(world, runs, { ...rest, config }), rest);
}

/** One stored run: the verdict of a stored run, also by another configuration. Runs nothing of the user's. */
export async function judgeCommand(world: World, run: string, options: JudgeCommandOptions): Promise<number> {
  const context = await openRun(world, { ...options, run });
  const { stages, budget, seed, only } = context.plan;
  const other =
    options.config === undefined
      ? undefined
      : await loadPlan(
          world,
          { ...options, config: options.config, budget, seed, ...(only.length > 0 ? { only } : {}), stage: stages.map(({ name }) => name) },
          context.ports,
        );
  const report = await judgeRun(world, context, {
    ...(other ? { plan: other.plan } : {}),
    baselines: fileBaseline(context, options.baseline),
    store: other === undefined,
  });
  printReport(world, report, { json: options.json === true, directory: context.directory.path });
  return reportExitCode(report);
}
