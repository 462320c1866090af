import { type Scenario, SCENARIOS, STANDARD, type ScenarioName } from '../config/profiles.ts';
import type { PlannedLoad } from '../model/plan.ts';
import type { Budget } from '../model/stage.ts';
import { GRANTS } from './budgets.ts';

export interface LoadOverrides {
  readonly users: number | undefined;
  readonly durationMs: number | undefined;
}

/** The scenarios that a load profile stands for, in the order in which they run. */
export function scenariosOf(profile: readonly string[]): readonly ScenarioName[] {
  return SCENARIOS.filter((name) => profile.includes('standard') || profile.includes(name));
}

/**
 * The loads of a stage. What a budget or an explicit duration leaves is shared so that short scenarios stay whole and
 * only the long ones are cut: a burst of 30 s is a burst on a pull request too. Users and rates stay what was asked.
 */
export function planLoads(
  profile: readonly string[],
  { journeys, budget, overrides }: { journeys: readonly string[]; budget: Budget; overrides: LoadOverrides },
): PlannedLoad[] {
  const names = scenariosOf(profile);
  const granted = share(
    names.map((name) => STANDARD[name].askedMs),
    overrides.durationMs ?? GRANTS[budget].performance ?? Number.POSITIVE_INFINITY,
  );
  return names.map((name, index) => {
    const scenario: Scenario = STANDARD[name];
    return { name, journeys: [...journeys], ...scenario, users: overrides.users ?? scenario.users, grantedMs: granted[index] ?? 0 };
  });
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
