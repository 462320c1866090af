import { z } from 'zod';

import { defineCheck, type CheckPlugin } from '../contract.ts';
import { Facts } from './judge.ts';

/** What is needed of the resolved compose model (https://docs.docker.com/reference/compose-file/services/#healthcheck). */
const ComposeModel = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      healthcheck: z.looseObject({ disable: z.boolean().optional(), test: z.union([z.string(), z.array(z.string())]).nullish() }).nullish(),
      depends_on: z.record(z.string(), z.looseObject({ condition: z.string().optional() })).nullish(),
      restart: z.string().nullish(),
    }),
  ),
});
type ComposeModel = z.output<typeof ComposeModel>;

/** CFG-11: every long-running service has a health check; a disabled one is none. */
const everyService = defineCheck<Facts>({
  code: 'CFG-11',
  summary: 'every long-running service of the stack has a health check',
  needs: 'static',
  facts: Facts,
  collect: async ({ model, manifest }) => {
    const resolved = await model();
    if (resolved === undefined) return { state: 'not-applicable', because: 'no compose file describes the stack' };
    const parsed = ComposeModel.safeParse(resolved);
    if (!parsed.success) return { state: 'gap', because: `the resolved compose model could not be read: ${z.prettifyError(parsed.error)}` };
    const images = new Map((manifest?.services ?? []).map(({ name, hasHealthcheck }) => [name, hasHealthcheck]));
    const oneShots = completedBefore(parsed.data);
    const services = Object.entries(parsed.data.services).map(([name, service]) => ({
      name,
      declared: declares(service.healthcheck),
      effective: images.get(name) ?? null,
      oneShot: oneShots.has(name),
    }));
    if (services.every(({ oneShot }) => oneShot)) return { state: 'not-applicable', because: 'no service of the stack is there to stay' };
    return { state: 'collected', facts: { services }, sources: [] };
  },
});

/** Whether something tells that a service works. */
export const healthcheck: readonly CheckPlugin[] = [everyService];

/** Services that others wait for to complete: they end, so nothing checks their health. */
function completedBefore({ services }: ComposeModel): Set<string> {
  const names = Object.values(services).flatMap(({ depends_on }) =>
    Object.entries(depends_on ?? {}).flatMap(([name, { condition }]) => (condition === 'service_completed_successfully' ? [name] : [])),
  );
  return new Set(names);
}

function declares(healthcheck: ComposeModel['services'][string]['healthcheck']): 'yes' | 'no' | 'disabled' {
  if (!healthcheck) return 'no';
  const test = healthcheck.test;
  const none = test === 'NONE' || (Array.isArray(test) && test[0] === 'NONE');
  if (healthcheck.disable === true || none) return 'disabled';
  return test === undefined || test === null ? 'no' : 'yes';
}
