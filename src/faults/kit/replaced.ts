import { z } from 'zod';

import type { Json } from '../../lib/json.ts';
import { GauntletError } from '../../model/errors.ts';

/** The part of `docker compose config --format json` that says where files of a service come from. */
const Granted = z
  .array(z.union([z.string().transform((source) => ({ source })), z.object({ source: z.string(), target: z.string().optional() })]))
  .default([]);
const Model = z.object({
  services: z.record(
    z.string(),
    z.object({ volumes: z.array(z.object({ target: z.string() })).default([]), secrets: Granted, configs: Granted }),
  ),
});

/**
 * An override by which one file of a service is another one: where a secret or configuration of Compose is that file, its source;
 * otherwise a mount over it. @throws GauntletError when the service has nothing mounted there.
 */
export function replaced(model: unknown, service: string, { path, by }: { readonly path: string; readonly by: string }): Json {
  const parsed = Model.safeParse(model);
  const own = parsed.data?.services[service];
  if (own === undefined)
    throw new GauntletError(`Compose does not know ${service}`, { kind: 'config', hint: 'name a service of the compose files' });
  const secret = own.secrets.find((one) => targetOf(one, '/run/secrets') === path);
  if (secret !== undefined) return { secrets: { [secret.source]: { file: by } } };
  const config = own.configs.find((one) => targetOf(one, '') === path);
  if (config !== undefined) return { configs: { [config.source]: { file: by } } };
  if (!own.volumes.some(({ target }) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`)))
    throw new GauntletError(`${service} has nothing mounted at ${path}`, {
      kind: 'config',
      hint: 'name a file that is mounted, as it is called inside of the container',
    });
  return { services: { [service]: { volumes: [{ type: 'bind', source: by, target: path, read_only: true }] } } };
}

function targetOf({ source, target }: { source: string; target?: string | undefined }, folder: string): string {
  if (target?.startsWith('/') === true) return target;
  return `${folder}/${target ?? source}`;
}
