import { z } from 'zod';

import type { FaultContext, HealContext } from '../contract.ts';
import type { Place } from './agent-spec.ts';
import { lifeOf } from './edge-fault.ts';
import { containerNow, listeningPorts } from './netns.ts';
import { sameProcess } from './process.ts';
import { ContainerLife } from './rules.ts';
import type { Target } from './target.ts';

/** Where one life of a service listens: a container, or a process of this machine. */
export const ServicePlace = z.discriminatedUnion('stack', [
  z.strictObject({ stack: z.literal('compose'), container: ContainerLife, port: z.number() }),
  z.strictObject({ stack: z.literal('process'), pid: z.number(), startedAt: z.string(), port: z.number() }),
]);
export type ServicePlace = z.output<typeof ServicePlace>;

/**
 * Where every life of a target listens: at the port that somebody names, else at the first that the manifest knows or a container
 * listens on. Lives that listen nowhere are left out.
 */
export function placesOf(target: Target, context: FaultContext, port?: number): readonly ServicePlace[] {
  if (target.stack === 'process') {
    const { pid, startedAt, service } = target;
    const own = port ?? context.manifest.services.find(({ name }) => name === service)?.ports[0]?.port;
    return own === undefined ? [] : [{ stack: 'process', pid, startedAt, port: own }];
  }
  return target.containers.flatMap((container): readonly ServicePlace[] => {
    const own = port ?? listeningPorts(context, container.pid)[0];
    return own === undefined ? [] : [{ stack: 'compose', container: lifeOf(container), port: own }];
  });
}

/** A place as seen from this machine now; `undefined` when it does not run any more. */
export async function addressOf(place: ServicePlace, context: HealContext): Promise<Place | undefined> {
  if (place.stack === 'process')
    return (await sameProcess(context, place)) === undefined ? undefined : { host: '127.0.0.1', port: place.port };
  const now = await containerNow(context, place.container.id);
  const host = Object.values(now?.NetworkSettings.Networks ?? {}).find(({ IPAddress }) => IPAddress !== '')?.IPAddress;
  return now?.State.Running !== true || host === undefined ? undefined : { host, port: place.port };
}

/** All of `placesOf` as seen from this machine now. */
export async function addressesOf(target: Target, context: FaultContext, port?: number): Promise<readonly Place[]> {
  const found = await Promise.all(placesOf(target, context, port).map((place) => addressOf(place, context)));
  return found.filter((one) => one !== undefined);
}
