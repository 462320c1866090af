import { GauntletError } from '../../model/errors.ts';
import type { Capability, FaultContext } from '../contract.ts';
import { capabilityBy } from './capability.ts';
import { assertOwnNetworks, containersOf } from './netns.ts';
import { lifeOf } from './edge-fault.ts';
import { rulesCapability, type Rule, type Ruled } from './rules.ts';

/** The same rules in the network of every container of a service. @throws GauntletError when there is none. */
export async function prepareOwn(service: string, rules: readonly Rule[], context: FaultContext): Promise<Ruled> {
  const containers = await containersOf(service, context);
  await assertOwnNetworks(context, containers);
  return {
    tag: context.id,
    expiresAtMs: context.expiresAtMs,
    holders: containers.map((container) => ({ container: lifeOf(container), rules: [...rules] })),
  };
}

/** Whether such rules can be made on this machine. Never throws. */
export async function ownCapability(service: string, rules: readonly Rule[], context: FaultContext): Promise<Capability> {
  return capabilityBy(async () => {
    await prepareOwn(service, rules, context);
    return await rulesCapability(context, rules);
  });
}

/** The first container of an undo. @throws GauntletError never in practice: an undo holds one or more. */
export function firstOf({ holders }: Ruled): Ruled['holders'][number]['container'] {
  const [first] = holders;
  if (first === undefined) throw new GauntletError('an undo without containers', { kind: 'internal', hint: 'report this defect' });
  return first.container;
}
