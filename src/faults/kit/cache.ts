import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { RedisSession } from '../../ports/datastores.ts';
import type { FaultContext, HealContext } from '../contract.ts';
import { inspectContainer } from './docker.ts';
import { addressOf, placesOf, ServicePlace } from './place.ts';
import { findTarget } from './target.ts';

const SESSION_MS = 5_000;

/** Where a cache is, and who is asked for its password: never the password itself. */
export const CacheDoor = z.strictObject({
  service: z.string(),
  place: ServicePlace,
  user: z.string().nullable(),
  passwordEnv: z.string().nullable(),
});
export type CacheDoor = z.output<typeof CacheDoor>;

interface CacheOptions {
  readonly service: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password_env?: string | undefined;
}

/** Every running copy of a cache. @throws GauntletError when there is none. */
export async function cachesOf(
  { service, port, user, password_env: env }: CacheOptions,
  context: FaultContext,
): Promise<readonly CacheDoor[]> {
  const target = await findTarget(service, context);
  const common = { service, user: user ?? null, passwordEnv: env ?? null };
  const places = placesOf(target, context, port);
  if (places.length === 0) throw new GauntletError(`nobody says where ${service} listens`, { kind: 'config', hint: 'write its `port`' });
  return places.map((place) => ({ ...common, place }));
}

/** A session; `undefined` when the cache is gone. @throws GauntletError when it is there and lets nobody in. */
export async function openCache(door: CacheDoor, context: HealContext): Promise<(RedisSession & AsyncDisposable) | undefined> {
  const address = await addressOf(door.place, context);
  if (address === undefined) return undefined;
  const password = await passwordOf(door, context);
  const login = password === undefined ? undefined : { user: door.user ?? 'default', password };
  const opened = await context.ports.datastores.redis({ ...address, timeoutMs: SESSION_MS, signal: context.signal }, login);
  if (opened.state === 'open') return opened.session;
  throw new GauntletError(`${door.service} does not let us in: ${opened.message}`, {
    kind: 'config',
    hint: 'say `user` and `password_env` of somebody who may rename keys',
  });
}

const Told = z.object({ Config: z.object({ Env: z.array(z.string()).nullish(), Cmd: z.array(z.string()).nullish() }) });

/** From the gate's own variable, or from what the container was started with. */
async function passwordOf({ place, passwordEnv }: CacheDoor, context: HealContext): Promise<string | undefined> {
  if (passwordEnv !== null) return context.ports.env[passwordEnv];
  if (place.stack === 'process') return undefined;
  const { Config } = Told.safeParse(await inspectContainer(context, place.container.id)).data ?? { Config: {} };
  const line = (Config.Cmd ?? []).join(' ');
  const flag = /--requirepass[ =]["']?([^\s"']+)/.exec(line)?.[1];
  const variable = (Config.Env ?? []).find((one) => /^(?:REDIS|VALKEY|KEYDB)_PASSWORD=./.test(one));
  return flag ?? variable?.slice(variable.indexOf('=') + 1);
}
