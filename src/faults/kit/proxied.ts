import { z } from 'zod';

import type { Json } from '../../lib/json.ts';
import type { Capability, FaultContext, HealContext, Stands } from '../contract.ts';
import { agentState } from './agent.ts';
import type { Order } from './agent-spec.ts';
import type { EdgeOptions } from './edge-fault.ts';
import { fingerprintOf } from './fingerprint.ts';
import { attemptsOf, giveOrder, liftOrder } from './orders.ts';
import { healRedirected, prepareRedirected, Redirected, redirectedCapability, standRedirected, whyNotRedirected } from './redirected.ts';
import { healRouted, prepareRouted, Routed, routedCapability, routedFingerprint, standRouted, whyNotRouted } from './routed.ts';

/** Proxies between two services, and how who asks is led to them. */
export const Proxied = z.discriminatedUnion('by', [Redirected, Routed]);
export type Proxied = z.output<typeof Proxied>;

/** How a report names the substitute. */
export const SUBSTITUTE =
  'a proxy inside the network of the service that asks (TCP only; connections that stand are reset once, so that they pass it too)';

/** @throws GauntletError when there is nothing to stand between. */
export async function prepareProxied(options: EdgeOptions, context: FaultContext): Promise<Proxied> {
  return context.manifest.kind === 'process' ? prepareRouted(options, context) : prepareRedirected(options, context);
}

/** Whether a proxy can stand on this edge. Never throws. */
export async function proxiedCapability(options: EdgeOptions, context: FaultContext): Promise<Capability> {
  return context.manifest.kind === 'process' ? routedCapability(options, context) : redirectedCapability(options, context);
}

/** Everything passes, and is written down. */
export async function standProxied(undo: Proxied, context: FaultContext): Promise<void> {
  await (undo.by === 'route' ? standRouted(undo, context) : standRedirected(undo, context));
}

/** Stands, and harms until `order` is over. */
export async function injectProxied(undo: Proxied, order: Order, context: FaultContext): Promise<void> {
  await standProxied(undo, context);
  for (const spec of undo.agents) await giveOrder(context, spec, order);
}

/** Everything passes again, and is still written down. */
export async function liftProxied(undo: Proxied, context: HealContext): Promise<void> {
  for (const spec of undo.agents) await liftOrder(context, spec);
}

export async function healProxied(undo: Proxied, context: HealContext): Promise<void> {
  await liftProxied(undo, context);
  await (undo.by === 'route' ? healRouted(undo, context) : healRedirected(undo, context));
}

export async function proxiedFingerprint(undo: Proxied, context: HealContext): Promise<Json> {
  if (undo.by === 'route') return routedFingerprint(undo, context);
  return fingerprintOf(undo.holders, context);
}

/** How a fault that is a proxy stands in its place before it harms, and after. */
export function standsProxied<Options, Undo>(part: (undo: Undo) => Proxied): Stands<Options, Undo> {
  return {
    stand: (_, undo, context) => standProxied(part(undo), context),
    lift: (undo, context) => liftProxied(part(undo), context),
    attempts: (undo, context) => attemptsOf(context, part(undo).agents),
  };
}

/** What the proxies counted so far; `why` when something of the way to them is not there. */
export async function passedProxied(
  undo: Proxied,
  context: FaultContext,
): Promise<
  { readonly why: string } | { readonly why: undefined; readonly connections: number; readonly refused: number; readonly pieces: number }
> {
  const why = await (undo.by === 'route' ? whyNotRouted(undo, context) : whyNotRedirected(undo, context));
  if (why !== undefined) return { why };
  const states = await Promise.all(undo.agents.map((spec) => agentState(context, spec)));
  if (states.some((state) => state?.phase !== 'working')) return { why: 'a proxy is not (any more) there' };
  const sum = (count: (state: NonNullable<(typeof states)[number]>) => number): number =>
    states.reduce((total, state) => total + (state === undefined ? 0 : count(state)), 0);
  return {
    why: undefined,
    connections: sum(({ connections }) => connections),
    refused: sum(({ refused }) => refused),
    pieces: sum(({ pieces }) => pieces),
  };
}
