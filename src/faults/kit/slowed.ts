import { z } from 'zod';

import type { Json } from '../../lib/json.ts';
import type { Capability, FaultContext, HealContext } from '../contract.ts';
import { Behaviour } from './agent-spec.ts';
import type { EdgeOptions } from './edge-fault.ts';
import type { Direction } from './fields.ts';
import { fingerprintOf } from './fingerprint.ts';
import { healProxied, injectProxied, prepareProxied, Proxied, proxiedCapability, proxiedFingerprint, SUBSTITUTE } from './proxied.ts';
import { installQueues, prepareShaped, queueCapability, removeQueues, Shaped } from './shape.ts';

/** An edge that is slower: by a queue of the kernel, or by a proxy where it has none. */
export const Slowed = z.discriminatedUnion('means', [
  z.strictObject({ means: z.literal('queue'), ...Shaped.shape }),
  z.strictObject({ means: z.literal('proxy'), proxied: Proxied, behaviour: Behaviour }),
]);
export type Slowed = z.output<typeof Slowed>;

export interface Slowing {
  readonly queue: string;
  readonly direction: Direction;
  readonly behaviour: Behaviour;
}

/** Never throws. */
export async function slowedCapability(options: EdgeOptions, { queue }: Slowing, context: FaultContext): Promise<Capability> {
  const proxied = await proxiedCapability(options, context);
  // Processes share the network of this machine, which has queues of its own.
  if (context.manifest.kind === 'process') return proxied;
  const queued = await queueCapability(context, queue);
  // What keeps the proxy away may be the edge itself: then no queue helps either.
  if (queued.state === 'able') return proxied.state === 'unsupported' && !/no TCP port/.test(proxied.why) ? proxied : queued;
  return proxied.state === 'able' ? { state: 'substitute', by: SUBSTITUTE } : proxied;
}

export async function prepareSlowed(options: EdgeOptions, slowing: Slowing, context: FaultContext): Promise<Slowed> {
  if (context.manifest.kind !== 'process' && (await queueCapability(context, slowing.queue)).state === 'able')
    return { means: 'queue', ...(await prepareShaped(options, slowing, context)) };
  return { means: 'proxy', proxied: await prepareProxied(options, context), behaviour: slowing.behaviour };
}

export async function injectSlowed(undo: Slowed, context: FaultContext): Promise<void> {
  await (undo.means === 'queue'
    ? installQueues(context, undo)
    : injectProxied(undo.proxied, { behaviour: undo.behaviour, untilMs: context.expiresAtMs }, context));
}

export async function healSlowed(undo: Slowed, context: HealContext): Promise<void> {
  await (undo.means === 'queue' ? removeQueues(context, undo) : healProxied(undo.proxied, context));
}

export async function slowedFingerprint(undo: Slowed, context: HealContext): Promise<Json> {
  if (undo.means === 'proxy') return proxiedFingerprint(undo.proxied, context);
  return fingerprintOf(undo.shapes, context);
}
