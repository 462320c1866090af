import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { Capability, FaultContext, HealContext } from '../contract.ts';
import { capabilityBy } from './capability.ts';
import { agentFiles, proxyWork, startAgent, stopAgent } from './agent.ts';
import { AgentSpec } from './agent-spec.ts';
import { edgesBetween, type Edge } from './edges.ts';
import { controlOf, lifeOf, type EdgeOptions } from './edge-fault.ts';
import { runningPid } from './netns.ts';
import { assertRoot } from './root.ts';
import { countRules, familyOf, installRules, removeRules, Ruled, rulesCapability, type Rule } from './rules.ts';

/** Group and user of the proxy: its own connections are told apart by them. Nobody else on a machine has this number. */
const OWN_ID = 64_913;
const FIRST_PORT = 61_000;
const MOST_DOORS = 64;
/** Rules end with a whole second; the proxy outlives them by a little, so that nobody is led to a place where nobody is. */
const OUTLIVES_MS = 1_500;

/** Proxies in the networks of those who ask, and the rules that lead them there. */
export const Redirected = z.strictObject({ by: z.literal('redirect'), ...Ruled.shape, agents: z.array(AgentSpec) });
export type Redirected = z.output<typeof Redirected>;

/** A proxy for each container of `from`, before everything that `to` listens on. @throws GauntletError when there is nothing. */
export async function prepareRedirected(options: EdgeOptions, context: FaultContext): Promise<Redirected> {
  const edges = await edgesBetween(options, context);
  // Its own look, so that a port that nobody listens on is an error here as well.
  await controlOf(edges, options, context);
  const placed = edges.map((edge, index) => placedOf(edge, { options, context, index }));
  if (placed.every(({ rules }) => rules.length === 0))
    throw new GauntletError(`${options.to} listens on no TCP port`, { kind: 'config', hint: 'name a service that listens' });
  return {
    by: 'redirect',
    tag: context.id,
    expiresAtMs: context.expiresAtMs,
    holders: placed.map(({ container, rules }) => ({ container, rules })),
    agents: placed.map(({ agent }) => agent),
  };
}

/** Whether a proxy can stand on this edge. Never throws. */
export async function redirectedCapability(options: EdgeOptions, context: FaultContext): Promise<Capability> {
  return capabilityBy(async () => {
    const { holders } = await prepareRedirected(options, context);
    await assertRoot(context, ['nsenter']);
    return await rulesCapability(
      context,
      holders.flatMap(({ rules }) => rules),
    );
  });
}

/** The proxies first, the way to them after; nothing where all of it stands. */
export async function standRedirected(undo: Redirected, context: FaultContext): Promise<void> {
  context.signal.throwIfAborted();
  if ((await whyNotRedirected(undo, context)) === undefined) return;
  for (const [index, { container }] of undo.holders.entries()) {
    const spec = undo.agents[index];
    if (spec === undefined) continue;
    const pid = await runningPid(context, container);
    await startAgent(context, spec, { within: ['nsenter', '-t', String(pid), '-n', '-G', String(OWN_ID), '--'] });
  }
  await installRules(context, undo);
}

/** The way first, the proxies after: whoever passes them still is let through, then they end. */
export async function healRedirected(undo: Redirected, context: HealContext): Promise<void> {
  await removeRules(context, undo);
  for (const spec of undo.agents) await stopAgent(context, spec);
}

/** What of it is not there; `undefined` when everything new comes to the proxies. */
export async function whyNotRedirected(undo: Redirected, context: HealContext): Promise<string | undefined> {
  const { rules, expected, without } = await countRules(context, undo);
  if (without.length === 0 && rules >= expected) return undefined;
  return `${String(rules)} of ${String(expected)} rules are there${without.length > 0 ? `, none in ${without.join(', ')}` : ''}`;
}

interface Placing {
  readonly options: EdgeOptions;
  readonly context: FaultContext;
  readonly index: number;
}

function placedOf({ container, peers }: Edge, { options, context, index }: Placing) {
  const places = peers.flatMap(({ addresses, ports }) =>
    addresses.flatMap((host) => (options.port === undefined ? ports : [options.port]).map((port) => ({ host, port }))),
  );
  if (places.length > MOST_DOORS)
    throw new GauntletError(`${options.to} listens on ${String(places.length)} places`, { kind: 'config', hint: 'name the `port`' });
  const doors = places.map((to, door) => ({
    listen: { host: familyOf(to.host) === 'ip6' ? '::1' : '127.0.0.1', port: FIRST_PORT + (spread(context.id) % 3_000) + door },
    to,
  }));
  const agent: AgentSpec = {
    id: context.id,
    endsAtMs: context.expiresAtMs + OUTLIVES_MS,
    ...agentFiles(context, String(index)),
    user: OWN_ID,
    work: proxyWork(context, { name: String(index), doors }),
  };
  return { container: lifeOf(container), agent, rules: doors.flatMap(({ listen, to }) => rulesOf(to, listen.port)) };
}

/** Two faults at once must not ask for the same ports. */
function spread(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (sum * 31 + byte) % 65_521, 7);
}

/**
 * New connections are led to the proxy. NAT never sees those that stand, so what they say is reset; `socket-exists`, because the last
 * packets of a closed socket have no owner, and those of the proxy itself are not meant.
 */
function rulesOf({ host, port }: { host: string; port: number }, proxy: number): Rule[] {
  const match = `-d ${host} -p tcp --dport ${String(port)} -m owner ! --gid-owner ${String(OWN_ID)}`;
  const common = { family: familyOf(host), chain: 'OUTPUT' } as const;
  return [
    { ...common, table: 'nat', match, target: `REDIRECT --to-ports ${String(proxy)}` },
    { ...common, table: 'filter', match: `${match} --socket-exists`, target: 'REJECT --reject-with tcp-reset' },
  ];
}
