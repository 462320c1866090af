import { scenariosOf, type Scenario } from '../config/profiles.ts';
import type { PlannedLoad } from '../model/plan.ts';
import type { Budget } from '../model/stage.ts';
import { GRANTS } from './budgets.ts';

export interface LoadOverrides {
  readonly users: number | undefined;
  readonly durationMs: number | undefined;
}

/**
 * The loads of a stage. What a budget or an explicit duration leaves is shared so that short scenarios stay whole and
 * only the long ones are cut: a burst of 30 s is a burst on a pull request too. Users and rates stay what was asked.
 */
export function planLoads(profile: readonly string[], { own, journeys, budget, overrides, durationMs }: Planning): PlannedLoad[] {
  const scenarios = scenariosOf(profile, own);
  const asked = scenarios.map(([, { askedMs }]) => askedMs);
  // A duration into which not even the longest of them fits is there to bound them.
  const bound = durationMs !== undefined && durationMs < Math.max(...asked) ? durationMs : Number.POSITIVE_INFINITY;
  const granted = share(asked, overrides.durationMs ?? Math.min(bound, GRANTS[budget].performance ?? Number.POSITIVE_INFINITY));
  return scenarios.map(([name, scenario], index) => ({
    name,
    ...scenario,
    journeys: [...(scenario.journeys ?? journeys)],
    users: overrides.users ?? scenario.users,
    grantedMs: granted[index] ?? 0,
  }));
}

interface Planning {
  /** Loads of the configuration's own. */
  readonly own: Readonly<Record<string, Scenario>>;
  readonly journeys: readonly string[];
  readonly budget: Budget;
  readonly overrides: LoadOverrides;
  /** Of the stage. */
  readonly durationMs?: number | undefined;
}

/** Gives each what it asks for up to a level at which the total is used up. */
function share(asked: readonly number[], total: number): number[] {
  let left = total;
  const granted = asked.map(() => 0);
  const shortestFirst = asked.map((ms, index) => ({ ms, index })).sort((one, other) => one.ms - other.ms);
  for (const [done, { ms, index }] of shortestFirst.entries()) {
    const part = Math.min(ms, Math.floor(left / (shortestFirst.length - done)));
    granted[index] = part;
    left -= part;
  }
  return granted;
}
