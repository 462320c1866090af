import { z } from 'zod';

import type { Unasked } from '../../model/live-look.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { askApi } from '../live/api.ts';
import { KINDS } from '../live/kinds.ts';
import { liveServices, type LiveService } from '../live/services.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';
import { repositoryOf } from '../repository/images.ts';
import { DatasourceFacts, SeenFacts } from './judge.ts';

/** Collectors send in batches: what is not there at once is waited for. */
const WAIT = { times: 8, pauseMs: 1_500 } as const;
/** Labels under which collectors keep the name of a service: Loki itself, Promtail, the Docker driver, Alloy. */
const LABELS = ['service_name', 'compose_service', 'service', 'container_name', 'container', 'job', 'app'];

const Services = z.strictObject({
  services: z
    .array(z.string())
    .optional()
    .describe('Services that must be seen. Without it: those of the stack that are not there for data or monitoring.'),
});
const Values = z.looseObject({ data: z.array(z.string()).nullish() });
/** https://grafana.com/docs/grafana/latest/developers/http_api/data_source/ */
const Sources = z.array(z.looseObject({ uid: z.string(), name: z.string(), type: z.string() }));
const Health = z.looseObject({ status: z.string().optional(), message: z.string().optional() });

/** What gathers logs and traces: has it something of every service? */
export const telemetry: readonly CheckPlugin[] = [
  seen('OBS-17', 'Jaeger has traces of every service of the stack', { kind: 'jaeger', names: traced, expectAll: false }),
  seen('OBS-18', 'Loki has logs of every service of the stack', { kind: 'loki', names: logged, expectAll: true }),
  defineCheck<DatasourceFacts>({
    code: 'OBS-16',
    summary: 'data sources of Grafana answer',
    needs: 'live',
    facts: DatasourceFacts,
    collect: datasources,
  }),
];

interface Seeing {
  readonly kind: 'jaeger' | 'loki';
  readonly names: (context: CheckContext, store: Store) => Promise<readonly string[] | string>;
  /** Whether every service owes something unasked: all print, but only some are traced. */
  readonly expectAll: boolean;
}

function seen(code: string, summary: string, seeing: Seeing): CheckPlugin {
  return {
    ...defineCheck<SeenFacts>({ code, summary, needs: 'live', facts: SeenFacts, collect: (context) => look(context, code, seeing) }),
    options: Services,
  };
}

async function look(context: CheckContext, code: string, { kind, names, expectAll }: Seeing): Promise<Collected<SeenFacts>> {
  const found = await storesOf(context, kind);
  if (!isStores(found)) return found;
  const told = Services.parse(context.options?.[code] ?? {}).services;
  if (told === undefined && !expectAll)
    return { state: 'not-applicable', because: `which services are traced is not said: \`check_options: {${code}: {services: [api]}}\`` };
  const wanted = told ?? ((await liveServices(context)) ?? []).filter(isOwn).map(({ name }) => name);
  if (wanted.length === 0) return { state: 'not-applicable', because: 'the stack has no service of its own' };
  const unasked: Unasked[] = [...found.unasked];
  const stores: SeenFacts['stores'] = [];
  for (const store of found.stores) {
    let answer: readonly string[] | string = [];
    for (let round = 0; round < WAIT.times; round += 1) {
      answer = await names(context, store);
      if (typeof answer === 'string' || wanted.every((name) => isSeen(name, answer as readonly string[]))) break;
      await context.ports.clock.sleep(WAIT.pauseMs, context.signal).catch(() => undefined);
    }
    if (typeof answer === 'string') unasked.push({ service: store.service.name, because: answer });
    else {
      const known = answer;
      stores.push({
        service: store.service.name,
        place: store.place.shown,
        names: known.length,
        missing: wanted.filter((name) => !isSeen(name, known)),
        wanted: wanted.length,
      });
    }
  }
  return { state: 'collected', facts: { unasked, stores }, sources: [] };
}

function isSeen(name: string, names: readonly string[]): boolean {
  // `shop-api-1` is a container of `api`.
  const whole = new RegExp(`(?:^|[-_/.])${name.replaceAll(/[^\w-]/g, String.raw`\$&`)}(?:$|[-_/.])`);
  return names.some((one) => whole.test(one));
}

/** Neither a datastore nor what watches the others. */
function isOwn({ image, name }: LiveService): boolean {
  const last = repositoryOf(image).split('/').at(-1) ?? '';
  const kinds = Object.values(KINDS).some((kind) => kind.image.test(last));
  return !kinds && !/promtail|alloy|fluent|vector|otel|collector|exporter|cadvisor|tempo|zipkin/.test(`${last} ${name}`);
}

async function traced(context: CheckContext, store: Store): Promise<readonly string[] | string> {
  const told = await askApi(context, store, { path: '/api/services', shape: Values });
  return told.state === 'told' ? (told.answer.data ?? []) : told.because;
}

async function logged(context: CheckContext, store: Store): Promise<readonly string[] | string> {
  const labels = await askApi(context, store, { path: '/loki/api/v1/labels', shape: Values });
  if (labels.state === 'silent') return labels.because;
  const known = LABELS.filter((label) => labels.answer.data?.includes(label));
  const values = await Promise.all(
    known.map((label) => askApi(context, store, { path: `/loki/api/v1/label/${label}/values`, shape: Values })),
  );
  return values.flatMap((one) => (one.state === 'told' ? (one.answer.data ?? []) : []));
}

async function datasources(context: CheckContext): Promise<Collected<DatasourceFacts>> {
  const found = await storesOf(context, 'grafana');
  if (!isStores(found)) return found;
  const unasked: Unasked[] = [...found.unasked];
  const sources: DatasourceFacts['sources'] = [];
  for (const store of found.stores) {
    const { GF_SECURITY_ADMIN_USER: user = 'admin', GF_SECURITY_ADMIN_PASSWORD: password = 'admin' } = store.service.env;
    const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
    const service = store.service.name;
    const list = await askApi(context, store, { path: '/api/datasources', headers, shape: Sources });
    if (list.state === 'silent') {
      unasked.push({ service, because: list.because });
      continue;
    }
    if (list.answer.length === 0)
      sources.push({ service, place: store.place.shown, name: 'none', type: '', ok: false, said: 'it has no data source' });
    for (const { uid, name, type } of list.answer.slice(0, 30)) {
      const path = `/api/datasources/uid/${encodeURIComponent(uid)}/health`;
      const health = await askApi(context, store, { path, headers, shape: Health });
      // Some types have no health check of their own: 404 says nothing about them.
      if (health.state === 'silent' && health.status === 404)
        unasked.push({ service: `${service}: ${name}`, because: `data sources of the type ${type} have no health check` });
      else if (health.state === 'silent')
        sources.push({ service, place: store.place.shown, name, type, ok: false, said: health.because.slice(0, 200) });
      else
        sources.push({
          service,
          place: store.place.shown,
          name,
          type,
          ok: health.answer.status?.toUpperCase() === 'OK',
          said: health.answer.message ?? '',
        });
    }
  }
  return { state: 'collected', facts: { unasked, sources }, sources: [] };
}
