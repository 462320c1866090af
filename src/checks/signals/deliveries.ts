import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import { errorMessage } from '../../model/errors.ts';
import type { Unasked } from '../../model/live-look.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { askApi } from '../live/api.ts';
import { isStores, storesOf, type Store } from '../live/stores.ts';
import type { DeliveryFacts } from './judge.ts';

const POLL_MS = 100;
const NAME = 'GauntletSynthetic';

/** Of what a webhook gets: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const Notification = z.object({
  receiver: z.string().default(''),
  status: z.string(),
  alerts: z.array(z.object({ labels: z.record(z.string(), z.string()) })),
});

interface Settings {
  readonly listen: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly within_seconds: number;
}

/** Posts an alert of our own to every Alertmanager, and waits for it at a receiver of our own. */
export async function deliveries(context: CheckContext, settings: Settings | undefined): Promise<Collected<DeliveryFacts>> {
  const found = await storesOf(context, 'alertmanager');
  if (!isStores(found)) return found;
  if (settings === undefined) {
    const because = 'no receiver is named that an alert may be sent to: `check_options: {OBS-08: {listen: 9095}}`';
    return { state: context.named === true ? 'gap' : 'not-applicable', because };
  }
  const unasked: Unasked[] = [...found.unasked];
  const servers: DeliveryFacts['servers'] = [];
  const heard = new Map<string, Heard>();
  const onRequest = ({ body }: { readonly body: string }): void => hear(context, heard, body);
  try {
    await using inbox = await context.ports.inbox.open(settings.listen, onRequest);
    for (const store of found.stores) {
      const one = await deliver(context, store, { settings, heard, port: inbox.port });
      if ('because' in one) unasked.push(one);
      else servers.push(one);
    }
  } catch (error) {
    return { state: 'gap', because: `nobody could listen on port ${settings.listen} of this machine: ${errorMessage(error)}` };
  }
  return { state: 'collected', facts: { unasked, servers }, sources: [] };
}

interface Heard {
  readonly atMs: number;
  readonly receiver: string;
}

function hear({ ports }: CheckContext, heard: Map<string, Heard>, body: string): void {
  const parsed = Notification.safeParse(jsonOf(body));
  if (!parsed.success || parsed.data.status !== 'firing') return;
  for (const { labels } of parsed.data.alerts) {
    const nonce = labels['gauntlet'];
    if (nonce !== undefined && !heard.has(nonce)) heard.set(nonce, { atMs: ports.clock.monotonicMs(), receiver: parsed.data.receiver });
  }
}

async function deliver(
  context: CheckContext,
  store: Store,
  { settings, heard, port }: { readonly settings: Settings; readonly heard: ReadonlyMap<string, Heard>; readonly port: number },
): Promise<DeliveryFacts['servers'][number] | Unasked> {
  const { clock } = context.ports;
  const nonce = randomUUID();
  const labels = { ...settings.labels, alertname: NAME, gauntlet: nonce };
  const withinMs = settings.within_seconds * 1_000;
  const post = (endsInMs: number) =>
    askApi(context, store, {
      method: 'POST',
      path: '/api/v2/alerts',
      // An alert of an API ends by itself: whatever becomes of this run, it does not stay.
      body: [
        {
          labels,
          annotations: { summary: 'A synthetic alert of a test: nothing is wrong.' },
          startsAt: clock.now(),
          endsAt: new Date(Date.parse(clock.now()) + endsInMs).toISOString(),
        },
      ],
      shape: z.unknown(),
    });
  const before = await sentOf(context, store);
  const from = clock.monotonicMs();
  const posted = await post(withinMs + 5_000);
  if (posted.state === 'silent') return { service: store.service.name, because: posted.because };
  while (!heard.has(nonce) && clock.monotonicMs() - from < withinMs && !context.signal.aborted)
    await clock.sleep(POLL_MS, context.signal).catch(() => undefined);
  const arrived = heard.get(nonce);
  const after = await sentOf(context, store);
  await post(0);
  return {
    service: store.service.name,
    place: store.place.shown,
    port,
    labels: Object.entries(labels).flatMap(([name, value]) => (name === 'gauntlet' ? [] : [`${name}=${value}`])),
    withinMs,
    ...(arrived ? { arrivedMs: Math.round(arrived.atMs - from), receiver: arrived.receiver } : {}),
    ...(before && after ? { tried: after.tried - before.tried, failed: after.failed - before.failed } : {}),
    // It made no group of its own for it: what joins a group that was notified before waits for `group_interval`.
    ...(before && after ? { joined: before.groups > 0 && after.groups <= before.groups } : {}),
  };
}

interface Sent {
  readonly tried: number;
  readonly failed: number;
  readonly groups: number;
}

/** Notifications that it tried, and that failed, and its groups of alerts, by its own metrics. */
async function sentOf({ ports, signal }: CheckContext, { place, tls }: Store): Promise<Sent | undefined> {
  const url = `${tls ? 'https' : 'http'}://${place.host}:${place.port}/metrics`;
  const answer = await ports.http.request({ method: 'GET', url, anyCertificate: true, timeoutMs: 4_000, maxBytes: 4_000_000, signal });
  if (answer.state === 'failed' || answer.status !== 200) return undefined;
  const text = Buffer.from(answer.body).toString('utf8');
  const sum = (metric: string): number =>
    [...text.matchAll(new RegExp(`^${metric}(?:\\{[^}]{0,400}\\})? ([\\d.e+]+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return {
    tried: sum('alertmanager_notifications_total'),
    failed: sum('alertmanager_notifications_failed_total'),
    groups: sum('alertmanager_dispatcher_aggregation_groups'),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
