import { z } from 'zod';

import { GauntletError } from '../../model/errors.ts';
import type { RedisSession } from '../../ports/datastores.ts';
import type { FaultContext, HealContext } from '../contract.ts';
import { inspectContainer } from './docker.ts';
import { lifeOf } from './edge-fault.ts';
import { containerNow, listeningPorts } from './netns.ts';
import { sameProcess } from './process.ts';
import { ContainerLife } from './rules.ts';
import { findTarget } from './target.ts';

const SESSION_MS = 5_000;

/** Where a cache is, and who is asked for its password: never the password itself. */
export const CacheDoor = z.strictObject({
  service: z.string(),
  place: z.discriminatedUnion('stack', [
    z.strictObject({ stack: z.literal('compose'), container: ContainerLife, port: z.number() }),
    z.strictObject({ stack: z.literal('process'), pid: z.number(), startedAt: z.string(), port: z.number() }),
  ]),
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
  if (target.stack === 'process') {
    const own = port ?? context.manifest.services.find(({ name }) => name === service)?.ports[0]?.port;
    if (own === undefined) throw silent(service);
    return [{ ...common, place: { stack: 'process', pid: target.pid, startedAt: target.startedAt, port: own } }];
  }
  return target.containers.map((container) => {
    const own = port ?? listeningPorts(context, container.pid)[0];
    if (own === undefined) throw silent(service);
    return { ...common, place: { stack: 'compose', container: lifeOf(container), port: own } };
  });
}

/** A session; `undefined` when the cache is gone. @throws GauntletError when it is there and lets nobody in. */
export async function openCache(door: CacheDoor, context: HealContext): Promise<(RedisSession & AsyncDisposable) | undefined> {
  const host = await hostOf(door, context);
  if (host === undefined) return undefined;
  const password = await passwordOf(door, context);
  const login = password === undefined ? undefined : { user: door.user ?? 'default', password };
  const opened = await context.ports.datastores.redis(
    { host, port: door.place.port, timeoutMs: SESSION_MS, signal: context.signal },
    login,
  );
  if (opened.state === 'open') return opened.session;
  throw new GauntletError(`${door.service} does not let us in: ${opened.message}`, {
    kind: 'config',
    hint: 'say `user` and `password_env` of somebody who may rename keys',
  });
}

async function hostOf({ place }: CacheDoor, context: HealContext): Promise<string | undefined> {
  if (place.stack === 'process') return (await sameProcess(context, place)) === undefined ? undefined : '127.0.0.1';
  const now = await containerNow(context, place.container.id);
  const host = Object.values(now?.NetworkSettings.Networks ?? {}).find(({ IPAddress }) => IPAddress !== '')?.IPAddress;
  return now?.State.Running === true ? host : undefined;
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

function silent(service: string): GauntletError {
  return new GauntletError(`nobody says where ${service} listens`, { kind: 'config', hint: 'write its `port`' });
}
