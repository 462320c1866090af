import { z } from 'zod';

import type { Unasked } from '../../model/live-look.ts';
import { defineCheck, type CheckContext, type CheckPlugin } from '../contract.ts';
import { askApi, type Told } from '../live/api.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';
import { once } from '../repository/files.ts';
import { AlertmanagerFacts, MetricFacts, RuleFacts, TargetFacts } from './judge.ts';
import { metricNames } from '../../lib/metric-names.ts';

/** The parts of https://prometheus.io/docs/prometheus/latest/querying/api/ that are read. */
const Rules = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        file: z.string().default(''),
        rules: z.array(
          z.object({
            type: z.string(),
            name: z.string(),
            query: z.string().default(''),
            health: z.string().default('unknown'),
            lastError: z.string().default(''),
          }),
        ),
      }),
    ),
  }),
});
const Targets = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({
        labels: z.record(z.string(), z.string()).default({}),
        scrapeUrl: z.string(),
        health: z.string(),
        lastError: z.string().default(''),
      }),
    ),
  }),
});
const Alertmanagers = z.object({
  data: z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })), droppedAlertmanagers: z.array(z.unknown()).nullish() }),
});
const Series = z.object({ status: z.literal('success'), data: z.array(z.unknown()) });
const Metadata = z.object({ status: z.literal('success'), data: z.record(z.string(), z.unknown()) });

/** What has not been scraped or evaluated yet is looked at again, this often. */
const TRIES = 8;
const AGAIN_MS = 700;
const METRICS = 100;
const SHOWN = 100;

/** A running Prometheus, asked what it does rather than what its files say. */
export const prometheus: readonly CheckPlugin[] = [
  row('OBS-01', { summary: 'alerts of Prometheus reach an Alertmanager', facts: AlertmanagerFacts, ask: alertmanagers }),
  row('OBS-03', { summary: 'rules of Prometheus are evaluated without errors', facts: RuleFacts, ask: rules }),
  row('OBS-04', { summary: 'metrics that alert rules ask for exist', facts: MetricFacts, ask: metrics }),
  row('OBS-15', { summary: 'targets of Prometheus are up', facts: TargetFacts, ask: targets }),
];

interface Row<One> {
  readonly summary: string;
  readonly facts: z.ZodType<{ unasked: Unasked[]; servers: One[] }>;
  /** The facts of one server; `none` when it has nothing of the kind; a reason when it did not tell. */
  readonly ask: (
    context: CheckContext,
    store: Store,
  ) => Promise<{ readonly one: One } | { readonly none: string } | { readonly because: string }>;
}

function row<One>(code: string, { summary, facts, ask }: Row<One>): CheckPlugin {
  return defineCheck({
    code,
    summary,
    needs: 'live',
    facts,
    collect: async (context) => {
      const found = await storesOf(context, 'prometheus');
      if (!isStores(found)) return found;
      const answers = await Promise.all(found.stores.map(async (store) => ({ store, said: await ask(context, store) })));
      const servers = answers.flatMap(({ said }) => ('one' in said ? [said.one] : []));
      const unasked = answers.flatMap(({ store, said }) =>
        'because' in said ? [{ service: store.service.name, because: said.because }] : [],
      );
      const none = answers.flatMap(({ said }) => ('none' in said ? [said.none] : []));
      if (servers.length + unasked.length + found.unasked.length === 0) return { state: 'not-applicable', because: none.join('; ') };
      return { state: 'collected', facts: { servers, unasked: [...found.unasked, ...unasked] }, sources: [] };
    },
  });
}

const about = ({ service, place }: Store): { service: string; place: string } => ({ service: service.name, place: place.shown });

function rulesOf(context: CheckContext, store: Store): Promise<Told<z.output<typeof Rules>>> {
  return once(context, `rules ${store.service.name}`, () =>
    again(context, {
      ask: () => askApi(context, store, { path: '/api/v1/rules', shape: Rules }),
      settled: ({ data }) => data.groups.every((group) => group.rules.every(({ health }) => health !== 'unknown')),
    }),
  );
}

async function alertmanagers(context: CheckContext, store: Store): ReturnType<Row<AlertmanagerFacts['servers'][number]>['ask']> {
  const told = await askApi(context, store, { path: '/api/v1/alertmanagers', shape: Alertmanagers });
  const known = await rulesOf(context, store);
  if (told.state === 'silent') return told;
  if (known.state === 'silent') return known;
  const { activeAlertmanagers, droppedAlertmanagers } = told.answer.data;
  const peers = await storesOf(context, 'alertmanager');
  const urls = activeAlertmanagers.map(({ url }) => url);
  const named = isStores(peers)
    ? [...peers.stores.map(({ service }) => service.names), ...peers.unasked.map(({ service }) => [service])]
    : [];
  const ours = named.some((names) => urls.some((url) => names.includes(hostOf(url))));
  const answering = isStores(peers) && peers.stores.some(({ service }) => urls.some((url) => service.names.includes(hostOf(url))));
  return {
    one: {
      ...about(store),
      alerting: known.answer.data.groups.flatMap((group) => group.rules).filter(({ type }) => type === 'alerting').length,
      alertmanagers: urls.slice(0, 10),
      dropped: droppedAlertmanagers?.length ?? 0,
      reached: ours ? answering : null,
    },
  };
}

async function rules(context: CheckContext, store: Store): ReturnType<Row<RuleFacts['servers'][number]>['ask']> {
  const told = await rulesOf(context, store);
  if (told.state === 'silent') return told;
  const all = told.answer.data.groups.flatMap(({ file, rules: those }) =>
    those.map(({ name, health, lastError }) => ({ name, file: file.split('/').at(-1) ?? '', health, error: lastError.slice(0, 300) })),
  );
  if (all.length === 0) return { none: `${store.place.shown} has no rules` };
  return { one: { ...about(store), total: all.length, rules: all.filter(({ health }) => health !== 'ok').slice(0, SHOWN) } };
}

async function metrics(context: CheckContext, store: Store): ReturnType<Row<MetricFacts['servers'][number]>['ask']> {
  const told = await rulesOf(context, store);
  if (told.state === 'silent') return told;
  const all = told.answer.data.groups.flatMap((group) => group.rules);
  const alerting = all.filter(({ type }) => type === 'alerting');
  if (alerting.length === 0) return { none: `${store.place.shown} has no alerting rules` };
  // What has not been scraped once says nothing yet.
  const scraped = await targetsOf(context, store);
  if (scraped.state === 'silent') return scraped;
  if (!scraped.answer.data.activeTargets.some(({ health }) => health === 'up'))
    return { because: `no target of ${store.place.shown} is up, so which metrics exist is not known` };
  const recorded = new Set(all.filter(({ type }) => type === 'recording').map(({ name }) => name));
  const uses = alerting.flatMap(({ name, query }) =>
    metricNames(query).map((metric) => ({ rule: name, metric, query: query.slice(0, 200) })),
  );
  const names = [...new Set(uses.map(({ metric }) => metric))].filter((metric) => !recorded.has(metric)).slice(0, METRICS);
  const gone = new Set<string>();
  for (const metric of names) {
    const exists = await seriesOf(context, store, metric);
    if (typeof exists === 'string') return { because: exists };
    if (!exists) gone.add(metric);
  }
  return {
    one: {
      ...about(store),
      rules: alerting.length,
      asked: names.length,
      missing: uses.filter(({ metric }) => gone.has(metric)).slice(0, SHOWN),
    },
  };
}

/** Does a metric have a series, or does a target at least describe it? */
async function seriesOf(context: CheckContext, store: Store, metric: string): Promise<boolean | string> {
  const query = encodeURIComponent(metric);
  const series = await askApi(context, store, { path: `/api/v1/series?match[]=${query}&limit=1`, shape: Series });
  if (series.state === 'silent') return series.because;
  if (series.answer.data.length > 0) return true;
  const metadata = await askApi(context, store, {
    path: `/api/v1/metadata?metric=${query.replace(/_(?:bucket|count|sum)$/, '')}`,
    shape: Metadata,
  });
  return metadata.state === 'told' && Object.keys(metadata.answer.data).length > 0;
}

function targetsOf(context: CheckContext, store: Store): Promise<Told<z.output<typeof Targets>>> {
  return once(context, `targets ${store.service.name}`, () =>
    again(context, {
      ask: () => askApi(context, store, { path: '/api/v1/targets?state=active', shape: Targets }),
      settled: ({ data }) => data.activeTargets.every(({ health }) => health !== 'unknown'),
    }),
  );
}

async function targets(context: CheckContext, store: Store): ReturnType<Row<TargetFacts['servers'][number]>['ask']> {
  const told = await targetsOf(context, store);
  if (told.state === 'silent') return told;
  const { activeTargets } = told.answer.data;
  if (activeTargets.length === 0) return { none: `${store.place.shown} scrapes nothing` };
  const down = activeTargets.filter(({ health }) => health !== 'up');
  return {
    one: {
      ...about(store),
      up: activeTargets.length - down.length,
      targets: down.slice(0, SHOWN).map(({ labels, scrapeUrl, health, lastError }) => ({
        job: labels['job'] ?? '',
        url: scrapeUrl,
        health,
        error: lastError.slice(0, 300),
      })),
    },
  };
}

async function again<Answer>(
  { ports, signal }: CheckContext,
  { ask, settled }: { readonly ask: () => Promise<Told<Answer>>; readonly settled: (answer: Answer) => boolean },
): Promise<Told<Answer>> {
  let told = await ask();
  for (let tries = 1; tries < TRIES && told.state === 'told' && !settled(told.answer) && !signal.aborted; tries += 1) {
    await ports.clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    told = await ask();
  }
  return told;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
