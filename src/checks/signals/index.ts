import { z } from 'zod';

import type { CheckPlugin } from '../contract.ts';
import { defineCheck } from '../contract.ts';
import { deliveries } from './deliveries.ts';
import { DeliveryFacts, SignalFacts } from './judge.ts';
import { signalsOf } from './present.ts';

const Delivery = z.strictObject({
  listen: z
    .int()
    .min(1)
    .max(65_535)
    .describe(
      'Port on this machine at which Gauntlet listens. A receiver of the Alertmanager of the stack must send there: `webhook_configs: [{url: "http://host.docker.internal:9095/"}]`, with `extra_hosts: ["host.docker.internal:host-gateway"]` on the service.',
    ),
  labels: z.record(z.string(), z.string()).default({ severity: 'critical' }).describe('Labels of the alert that is posted.'),
  within_seconds: z.int().min(1).max(600).default(60).describe('Time in which it must arrive; more than `group_wait` of its route.'),
});

const Asked = z.strictObject({
  metrics: z
    .record(z.string(), z.array(z.string()).min(1))
    .default({})
    .describe('Metrics that each service must export: `{api: [limiter_clients, shutdown_duration_seconds]}`.'),
  logs: z
    .record(z.string(), z.array(z.string()).min(1))
    .default({})
    .describe('Texts that the log of each service must hold, `*` for anything: `{api: ["connection opened*", "connection closed*"]}`.'),
});

/** Signals that somebody counts on: they arrive, and they are there. */
export const signals: readonly CheckPlugin[] = [
  {
    ...defineCheck<DeliveryFacts>({
      code: 'OBS-08',
      summary: 'an alert that is posted to Alertmanager arrives at a receiver',
      needs: 'live',
      facts: DeliveryFacts,
      collect: (context) => deliveries(context, Delivery.safeParse(context.options?.['OBS-08']).data),
    }),
    options: Delivery,
  },
  {
    ...defineCheck<SignalFacts>({
      code: 'OBS-21',
      summary: 'metrics and log lines that operations ask for are there',
      needs: 'live',
      facts: SignalFacts,
      collect: (context) => signalsOf(context, Asked.parse(context.options?.['OBS-21'] ?? {})),
    }),
    options: Asked,
  },
];
