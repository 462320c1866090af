import { z } from 'zod';

import type { TriesFacts, Try } from '../../model/api-tries.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { httpTargets } from '../openapi/targets.ts';
import { tryOut } from '../openapi/tries.ts';

export const SEC07 = z.strictObject({
  keys: z
    .record(
      z.string(),
      z.strictObject({
        target: z.string().describe('Target at which the key is valid.'),
        get: z.string().startsWith('/').describe('A protected path there.'),
        headers: z.record(z.string(), z.string()).describe('The headers that hold the key.'),
      }),
    )
    .describe('Service → its key, and a protected path at which it is valid.'),
});

/** Every key at every service: at its own it must open, at all others it must not. */
export async function scopes(context: CheckContext): Promise<Collected<TriesFacts>> {
  const options = SEC07.safeParse(context.options?.['SEC-07']);
  const line =
    'which key is valid where is not said: `check_options: {SEC-07: {keys: {orders: {target: orders, get: /orders, headers: {x-api-key: …}}, …}}}`';
  if (!context.manifest || !options.success)
    return context.named && context.manifest ? { state: 'gap', because: line } : { state: 'not-applicable', because: line };
  const keys = Object.entries(options.data.keys);
  const targets = httpTargets(context);
  const tried: TriesFacts['tried'] = [];
  for (const [service, { target, get, headers }] of keys) {
    const place = targets.find(({ name }) => name === target);
    if (!place) return { state: 'gap', because: `no target that speaks HTTP has the name ${target}, which SEC-07 names for ${service}` };
    const request = { method: 'GET', url: `${place.origin}${place.path}${get}` };
    const { one: control } = await tryOut(context, `the key of ${service}`, { ...request, headers });
    const tries: Try[] = [];
    for (const [other, { headers: foreign }] of keys)
      if (other !== service) tries.push((await tryOut(context, `the key of ${other}`, { ...request, headers: foreign })).one);
    tried.push({ subject: service, control, tries });
  }
  return { state: 'collected', facts: { target: 'keys', where: 'check_options', tried, skipped: [] }, sources: [] };
}
