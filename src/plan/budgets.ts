import type { Budget, StageName } from '../model/stage.ts';

const MINUTE = 60_000;

/**
 * What a budget grants at most of the time that a stage asks for, in milliseconds. `pr` keeps a pull request's gate
 * within about ten minutes; `nightly` and `release` grant what is asked. A stage that is not named is not cut.
 */
export const GRANTS: Readonly<Record<Budget, Readonly<Partial<Record<StageName, number>>>>> = {
  pr: { e2e: 5 * MINUTE, performance: 2 * MINUTE, chaos: 3 * MINUTE, smoke: 2 * MINUTE },
  nightly: {},
  release: {},
};

/** After this time a stage is stopped, in milliseconds, when its configuration names no `timeout`. */
export const TIMEOUTS: Readonly<Record<StageName, number>> = {
  audit: 10 * MINUTE,
  unit: 10 * MINUTE,
  integration: 20 * MINUTE,
  e2e: 20 * MINUTE,
  performance: 20 * MINUTE,
  chaos: 30 * MINUTE,
  smoke: 10 * MINUTE,
};

/** Time beyond the granted duration that a stage has for what surrounds it: start, drain, heal. */
const MARGIN_MS = 5 * MINUTE;

/** The time that a stage is given of what it asks for; `undefined` when it asks for none. */
export function grant(asked: number | undefined, stage: StageName, budget: Budget): number | undefined {
  const most = GRANTS[budget][stage];
  return asked === undefined || most === undefined ? asked : Math.min(asked, most);
}

/** When a stage is stopped: as configured, otherwise the default, and never before its granted time has passed. */
export function timeoutOf(stage: StageName, configured: number | undefined, granted: number | undefined): number {
  return configured ?? Math.max(TIMEOUTS[stage], (granted ?? 0) + MARGIN_MS);
}
