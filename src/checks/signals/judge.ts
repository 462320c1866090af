import { z } from 'zod';

import { counted } from '../../lib/text.ts';
import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';
import { formatDuration } from '../../model/units.ts';

export const DeliveryFacts = z.object({
  unasked: z.array(Unasked),
  servers: z.array(
    z.object({
      service: z.string(),
      place: z.string(),
      /** Where the receiver of the alert listened on this machine. */
      port: z.number(),
      labels: z.array(z.string()),
      withinMs: z.number(),
      arrivedMs: z.number().optional(),
      /** Of Alertmanager's configuration, as the notification names it. */
      receiver: z.string().optional(),
      /** Notifications of any receiver meanwhile, by its own metrics. */
      tried: z.number().optional(),
      failed: z.number().optional(),
      /** It was put into a group that was there before. */
      joined: z.boolean().optional(),
    }),
  ),
});
export type DeliveryFacts = z.output<typeof DeliveryFacts>;

export const SignalFacts = z.object({
  unasked: z.array(Unasked),
  asked: z.array(
    z.object({ service: z.string(), kind: z.enum(['metric', 'log line']), signal: z.string(), from: z.string(), there: z.boolean() }),
  ),
});
export type SignalFacts = z.output<typeof SignalFacts>;

export const judges: readonly RowJudge[] = [
  defineJudge<DeliveryFacts>({
    code: 'OBS-08',
    rule: {
      title: 'an alert that fires reaches no receiver',
      priority: 'P1',
      effort: '30 min–4 h',
      fix: 'Follow the alert: `amtool config routes test` shows its receiver; the log of Alertmanager and `alertmanager_notifications_failed_total` show why it did not get through; `group_wait` says how long the first notification waits.',
    },
    facts: DeliveryFacts,
    evaluate: ({ servers, unasked }) => [...servers.map(delivery), ...leftOpen(unasked, 'a notification that arrives')],
  }),
  defineJudge<SignalFacts>({
    code: 'OBS-21',
    rule: {
      title: 'a metric or log line that operations ask for is missing',
      priority: 'P3',
      effort: '30 min–4 h',
      fix: 'Export or log it, or take it out of `check_options`. A line that only traffic or a shutdown causes is looked for in a stage after them.',
    },
    facts: SignalFacts,
    evaluate: ({ asked, unasked }) => [
      ...asked.map(({ service, kind, signal, from, there }): RowResult => ({
        subject: `${service}: ${signal}`,
        measured: there ? `found in ${from}` : `not in ${from}`,
        expected: `the ${kind} ${signal}`,
        result: there ? { verdict: 'refuted' } : { verdict: 'confirmed' },
        summary: `The ${kind} ${signal} of ${service} is ${there ? '' : 'not '}in ${from}.`,
      })),
      ...leftOpen(unasked, 'signals that are asked for'),
    ],
  }),
];

function delivery({
  service,
  place,
  port,
  labels,
  withinMs,
  arrivedMs,
  receiver,
  tried,
  failed,
  joined,
}: DeliveryFacts['servers'][number]): RowResult {
  const expected = `it arrives within ${formatDuration(withinMs)}`;
  const posted = `An alert with ${labels.join(', ')} was posted to ${place}`;
  if (arrivedMs !== undefined)
    return {
      subject: service,
      measured: `arrived after ${formatDuration(arrivedMs)}`,
      expected,
      result: { verdict: 'refuted' },
      summary: `${posted}, and arrived through the receiver ${receiver ?? ''} after ${formatDuration(arrivedMs)}.`,
    };
  if (joined === true && failed === 0) {
    const because =
      'Alertmanager put it into a group that it has notified before, which waits for `group_interval`: give the alert `labels` of a group of its own';
    return {
      subject: service,
      measured: because,
      expected,
      result: { verdict: 'inconclusive', because },
      summary: `${posted}. ${because}.`,
    };
  }
  const why =
    tried === undefined || failed === undefined
      ? 'it does not tell what it tried'
      : tried === 0
        ? 'it tried no notification at all'
        : failed > 0
          ? `${failed} of its ${tried} notifications failed`
          : `its ${counted(tried, 'notification')} went elsewhere, or are still being tried`;
  return {
    subject: service,
    measured: `did not arrive within ${formatDuration(withinMs)}: ${why}`,
    expected,
    result: { verdict: 'confirmed' },
    summary: `${posted}. Nothing arrived at port ${port} of this machine within ${formatDuration(withinMs)}: ${why}.`,
  };
}
