import { grouped } from '../lib/text.ts';
import { isHeldTo } from '../model/agents.ts';
import { holdsFor, type Plan, type PlannedShortage, type PlannedStage } from '../model/plan.ts';
import { successThreshold } from '../model/threshold.ts';

/** Each limit that a load has too few samples for, and what becomes of it: who plans sees it before anything starts. */
export function shortageLines(plan: Plan, stage: PlannedStage): string[] {
  return (stage.shortages ?? []).map((shortage) => {
    const { threshold, load, needs, brings } = shortage;
    const said = `too few samples for ${threshold} under ${load}: it needs ${grouped(needs)} without a bad one, and gets ${grouped(brings)}`;
    return `  ${said}; ${outcomeOf(plan, stage, shortage)}`;
  });
}

function outcomeOf(
  { budget, journeys }: Plan,
  { loads, thresholds, shortages = [], successRate }: PlannedStage,
  shortage: PlannedShortage,
): string {
  const all = [...thresholds, ...(successRate === undefined ? [] : [successThreshold(successRate)])];
  const threshold = all.find(({ text }) => text === shortage.threshold);
  const enough = loads.find(
    (load) =>
      threshold !== undefined &&
      threshold.load === undefined &&
      holdsFor(threshold, load) &&
      isHeldTo(threshold.metric, load, journeys) &&
      !shortages.some((other) => other.threshold === shortage.threshold && other.load === load.name),
  );
  if (enough) return `${enough.name} brings them`;
  return budget === 'pr' ? 'what it shows is advice (not tested, for want of budget)' : 'undecided unless it is broken, which blocks';
}
