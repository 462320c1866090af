import { resolve } from 'node:path';
import { z } from 'zod';

import { defineCheck, type CheckContext, type CheckPlugin } from '../contract.ts';
import { resolvedStack, type ResolvedStack } from '../repository/compose.ts';
import { once } from '../repository/files.ts';
import { Facts } from './judge.ts';

/** What is needed beyond what every check reads of a service (https://docs.docker.com/reference/compose-file/services/#healthcheck). */
const Service = z.looseObject({
  healthcheck: z.looseObject({ disable: z.boolean().optional(), test: z.union([z.string(), z.array(z.string())]).nullish() }).nullish(),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string().optional() })).nullish(),
  build: z
    .looseObject({ context: z.string().optional(), dockerfile: z.string().optional(), dockerfile_inline: z.string().optional() })
    .nullish(),
});
type Service = z.output<typeof Service>;

/** CFG-11: every long-running service has a health check; a disabled one is none. */
const everyService = defineCheck<Facts>({
  code: 'CFG-11',
  summary: 'every long-running service of the stack has a health check',
  needs: 'static',
  facts: Facts,
  collect: async (context) => {
    const stack = await resolvedStack(context);
    if (stack === undefined) return { state: 'not-applicable', because: 'no compose file describes the stack' };
    if (typeof stack === 'string') return { state: 'gap', because: stack };
    const parsed = z.record(z.string(), Service).safeParse(Object.fromEntries(stack.services.map(({ name, service }) => [name, service])));
    if (!parsed.success) return { state: 'gap', because: `the resolved compose model could not be read: ${z.prettifyError(parsed.error)}` };
    const seen = new Map(
      (context.manifest?.services ?? []).flatMap((one) => (one.replicas.length > 0 ? [[one.name, one.hasHealthcheck]] : [])),
    );
    const oneShots = completedBefore(parsed.data);
    const services = await Promise.all(
      Object.entries(parsed.data).map(async ([name, service]) => ({
        name,
        declared: declares(service.healthcheck),
        effective: seen.get(name) ?? (await builtIn(context, service)),
        oneShot: oneShots.has(name),
        ...placed(stack, name),
      })),
    );
    if (services.every(({ oneShot }) => oneShot)) return { state: 'not-applicable', because: 'no service of the stack is there to stay' };
    return { state: 'collected', facts: { services }, sources: [] };
  },
});

/** Whether something tells that a service works. */
export const healthcheck: readonly CheckPlugin[] = [everyService];

function placed(stack: ResolvedStack, name: string): Pick<Facts['services'][number], 'place'> {
  const place = stack.place(name);
  return place ? { place } : {};
}

/** Services that others wait for to complete: they end, so nothing checks their health. */
function completedBefore(services: Readonly<Record<string, Service>>): Set<string> {
  const names = Object.values(services).flatMap(({ depends_on }) =>
    Object.entries(depends_on ?? {}).flatMap(([name, { condition }]) => (condition === 'service_completed_successfully' ? [name] : [])),
  );
  return new Set(names);
}

function declares(healthcheck: Service['healthcheck']): 'yes' | 'no' | 'disabled' {
  if (!healthcheck) return 'no';
  const test = healthcheck.test;
  const none = test === 'NONE' || (Array.isArray(test) && test[0] === 'NONE');
  if (healthcheck.disable === true || none) return 'disabled';
  return test === undefined || test === null ? 'no' : 'yes';
}

/** What the Dockerfile of a service says, where it is built here; `null` where only its image could tell. */
async function builtIn(context: CheckContext, { build, healthcheck }: Service): Promise<boolean | null> {
  if (declares(healthcheck) !== 'no' || !build) return null;
  const { context: folder = '.', dockerfile = 'Dockerfile', dockerfile_inline: inline } = build;
  const path = resolve(context.root, folder, dockerfile);
  const text = inline ?? (await once(context, `dockerfile:${path}`, () => context.ports.files.readText(path).catch(() => undefined)));
  return text === undefined ? null : /^\s*HEALTHCHECK\s+(?!NONE\b)/im.test(text);
}
