import { z } from 'zod';

import type { PlannedWatch, WatchedAlerts, WatchedLogs } from '../model/watch.ts';
import { expected } from './explain.ts';
import { defined, duration, oneOrMore, text } from './fields.ts';

/** A watch as it was written; what a budget grants of its time is the plan's to say. */
export type WatchSettings = Omit<PlannedWatch, 'askedMs'>;

const DEFAULTS = { forMs: 300_000, everyMs: 5_000 } as const;
/** Always fires, by design, to show that alerts arrive: https://runbooks.prometheus-operator.dev/runbooks/general/watchdog/ */
const ALWAYS = ['Watchdog', 'InfoInhibitor'];

const address = z
  .string({ error: expected('the address of a server, such as https://prometheus.example.org') })
  .refine((written) => /^https?:$/.test(URL.canParse(written) ? new URL(written).protocol : ''), {
    error: expected('an address with http or https'),
  })
  .transform((written) => written.replace(/\/+$/, ''));
const headers = z.record(z.string().min(1), z.string({ error: expected('text') }), { error: expected('a map from headers to text') });

const logs = z.union(
  [
    z
      .strictObject({ file: text.describe('A log on this machine: what is added to it meanwhile is read.') })
      .transform(({ file }): WatchedLogs => ({ type: 'file', path: file })),
    z
      .strictObject({
        run: text.describe(
          'A line for the shell that prints the log since `$GAUNTLET_SINCE` (an ISO time), such as `kubectl logs deploy/api --since-time=$GAUNTLET_SINCE`.',
        ),
      })
      .transform(({ run }): WatchedLogs => ({ type: 'command', line: run })),
    z
      .strictObject({
        loki: address.describe('Address of a Loki.'),
        query: text.describe('The streams, such as \'{app="api"}\'.'),
        headers: headers.default({}).describe('Headers of the question, such as a token.'),
      })
      .transform(({ loki, ...rest }): WatchedLogs => ({ type: 'loki', url: loki, ...rest })),
  ],
  { error: expected('where the log is: {file: …}, {run: …} or {loki: …, query: …}') },
);

const more = {
  ignore: oneOrMore(text, 'the name of an alert, or a list of names').default([]).describe('Names of alerts that may fire.'),
  headers: headers.default({}).describe('Headers of the question, such as a token.'),
};
const alerts = z.union(
  [
    z
      .strictObject({
        alertmanager: address.describe('Address of an Alertmanager; what is silenced or inhibited there does not count.'),
        ...more,
      })
      .transform(({ alertmanager, ignore, ...rest }): WatchedAlerts => ({
        type: 'alertmanager',
        url: alertmanager,
        ignore: [...ALWAYS, ...ignore],
        ...rest,
      })),
    z
      .strictObject({ prometheus: address.describe('Address of a Prometheus.'), ...more })
      .transform(({ prometheus, ignore, ...rest }): WatchedAlerts => ({
        type: 'prometheus',
        url: prometheus,
        ignore: [...ALWAYS, ...ignore],
        ...rest,
      })),
  ],
  { error: expected('who knows the alerts: {alertmanager: …} or {prometheus: …}') },
);

/** `watch:` of a stage. */
export const watch = z
  .strictObject(
    {
      for: duration.optional().describe('How long to watch at least; 5m without it. The stage’s own work is watched to its end.'),
      every: duration.optional().describe('The time between two looks; 5s without it.'),
      logs: logs.optional().describe('Where the log of what was deployed can be read: no critical line may come.'),
      alerts: alerts.optional().describe('Who knows which alerts fire: none may.'),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? undefined : expected('a map, such as {for: 5m, alerts: {prometheus: https://…}}')(issue),
    },
  )
  .transform(
    ({ for: forMs, every: everyMs, ...rest }): WatchSettings =>
      defined({ forMs: forMs ?? DEFAULTS.forMs, everyMs: Math.max(everyMs ?? DEFAULTS.everyMs, 100), ...rest }) as WatchSettings,
  );
