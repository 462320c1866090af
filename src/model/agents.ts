import type { Journey } from './journey.ts';
import type { PlannedLoad } from './plan.ts';

/** Loads that are built in for agents: every one must come to its end. */
const AGENT_LOADS: readonly string[] = ['agents', 'agents-1000'];
const HUNDRED = 100;
const THOUSAND = 1_000;

/** The row that a load of agents answers: of a hundred, or of a thousand at once; `undefined` where the load is of something else. */
export function agentsRow(
  load: Pick<PlannedLoad, 'name' | 'users' | 'journeys'>,
  journeys: readonly Journey[],
): 'AGT-24' | 'AGT-25' | undefined {
  const own = journeys.filter(({ name }) => load.journeys.includes(name));
  const agents = AGENT_LOADS.includes(load.name) || own.some(({ rows }) => rows.includes('AGT-24') || rows.includes('AGT-25'));
  if (!agents) return undefined;
  return load.users >= THOUSAND ? 'AGT-25' : 'AGT-24';
}

/** Whether a load has as many agents as its row is about. */
export function enoughAgents({ users }: Pick<PlannedLoad, 'users'>): boolean {
  return users >= HUNDRED;
}
