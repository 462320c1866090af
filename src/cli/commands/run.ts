import { runGate } from '../../run/gate.ts';
import { fileBaseline } from '../baseline.ts';
import { holdRun } from '../live-run.ts';
import { startRun, type PlanOptions } from '../session.ts';
import { reportExitCode } from '../../report/report.ts';
import { judgeRun } from '../verdict.ts';
import { printReport } from '../print.ts';
import { goBack } from '../way-back.ts';
import type { World } from '../world.ts';

export interface RunOptions extends PlanOptions {
  readonly keepUp?: boolean;
}

/** `gauntlet run`: the whole gate. The report is written and the stack is down before the exit code says the verdict. */
export async function run(world: World, options: RunOptions): Promise<number> {
  const context = await startRun(world, options, { owned: options.keepUp !== true });
  await using _held = await holdRun(context.root, { id: context.info.id, pid: world.pid });
  // Before anything runs: a mistake costs no run, and no test can rewrite what is called known.
  const baseline = await fileBaseline(context, options.baseline).read();
  await runGate(context, { keepUp: options.keepUp === true });
  const report = await judgeRun(world, context, { baselines: { read: () => Promise.resolve(baseline) }, store: true });
  printReport(world, report, { json: options.json === true, directory: context.directory.path });
  await goBack(context, report);
  return reportExitCode(report);
}
