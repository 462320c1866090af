import { collectLoad, type CollectedLoad } from '../load-results/collect.ts';
import type { SeriesEvidence } from '../model/evidence.ts';
import type { PlannedCommand, PlannedStage } from '../model/plan.ts';
import type { Window } from '../model/stage.ts';
import { addGap, owedIds, type RunContext } from './context.ts';
import { missing, uncounted } from './missing-reports.ts';
import type { Reports } from './reports.ts';
import { isResourceMetric } from './resource-metrics.ts';

/** What a command's load tool wrote, as evidence: its own series, and one for each metric. */
export async function collectLoadResults(
  context: RunContext,
  stage: PlannedStage,
  { command, reports }: { command: PlannedCommand; reports: Reports | undefined },
): Promise<void> {
  if (command.loadResults === undefined) return;
  const what = 'load results';
  const own = owedIds(context.plan, { stage: stage.name, kind: 'series', name: command.name });
  const place = { stage: stage.name, name: `${command.name}-load-results`, owed: [...own, ...thresholdIds(context, stage)] };
  if (reports === undefined || reports.fresh.length === 0) {
    context.loadResults?.explained.add(command.name);
    return await addGap(
      context,
      place,
      missing(command.loadResults, { stale: (reports?.stale ?? []).map((path) => inRoot(context, path)), what }),
    );
  }
  const { owed, told } = uncounted(context.root, { silent: reports.silent, reports, what });
  for (const [index, gap] of owed.entries()) await addGap(context, { ...place, name: `${place.name}-silent-${index + 1}`, owed: own }, gap);
  for (const [index, gap] of told.entries()) await addGap(context, { ...place, name: `${place.name}-old-${index + 1}`, owed: [] }, gap);
  const collected = await collectLoad({
    files: context.ports.files,
    root: context.root,
    paths: reports.fresh,
    redact: context.redact,
    metrics: stage.thresholds.map(({ metric }) => metric),
  });
  await store(context, stage, { command, collected });
  // Where nothing was measured, its gap says why the limits are open; else only what it lacks is.
  const open = collected.metrics.length === 0 ? place.owed : own;
  if (collected.metrics.length === 0) context.loadResults?.explained.add(command.name);
  for (const [index, gap] of collected.gaps.entries())
    await addGap(context, { ...place, name: `${place.name}-${index + 1}`, owed: open }, gap);
}

async function store(
  context: RunContext,
  stage: PlannedStage,
  { command: { name }, collected: { tool, metrics, labels, window } }: { command: PlannedCommand; collected: CollectedLoad },
): Promise<void> {
  if (tool === undefined) return;
  const frame = { kind: 'series', stage: stage.name, load: name, window: windowOf(context, window) } as const;
  const own: SeriesEvidence = { ...frame, id: `${stage.name}/series-${name}`, metric: name, unit: 'count', samples: tool.requests, tool };
  await context.directory.addEvidence(own);
  for (const metric of metrics) {
    context.loadResults?.metrics.add(metric.metric);
    await context.directory.addEvidence({ ...frame, ...metric, id: `${stage.name}/series-${name}-${metric.metric}` });
  }
  for (const label of labels) context.loadResults?.labels.add(label);
}

function windowOf({ ports }: RunContext, window: Window | undefined): Window {
  const now = ports.clock.now();
  return window ?? { from: now, to: now };
}

/** Limits that nothing else in the stage could answer. */
function thresholdIds({ plan }: RunContext, { name, loads, commands, thresholds, successRate }: PlannedStage): string[] {
  const others = loads.length > 0 || commands.filter(({ loadResults }) => loadResults !== undefined).length > 1;
  if (others) return [];
  const metrics = [...new Set(thresholds.map(({ metric }) => metric)), ...(successRate === undefined ? [] : ['success_rate'])];
  return metrics
    .filter((metric) => !isResourceMetric(metric))
    .flatMap((metric) => owedIds(plan, { stage: name, kind: 'series', name: metric }));
}

function inRoot({ root }: RunContext, path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
