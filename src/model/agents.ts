import type { Journey } from './journey.ts';
import { followedMessages } from './messages.ts';
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

/** Whether a load is held to limits of a metric: its users walk the journey that it is of, and every single agent must come to its end. */
export function isHeldTo(metric: string, load: Pick<PlannedLoad, 'name' | 'users' | 'journeys'>, journeys: readonly Journey[]): boolean {
  if (metric === 'success_rate') return agentsRow(load, journeys) === undefined;
  const own = journeys.filter(({ name }) => load.journeys.includes(name));
  // A load that walks nothing is told elsewhere.
  if (own.length === 0) return true;
  if (metric === 'messages.latency') return own.some((journey) => followedMessages(journey) > 0);
  const isOf = ({ name }: Journey): boolean => metric.startsWith(`${name}.`);
  return own.some(isOf) || !journeys.some(isOf);
}
