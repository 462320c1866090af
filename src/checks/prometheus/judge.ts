import { z } from 'zod';

import { atMost, counted } from '../../lib/text.ts';
import { leftOpen, Unasked } from '../../model/live-look.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

const server = { service: z.string(), place: z.string() };

export const AlertmanagerFacts = z.object({
  unasked: z.array(Unasked),
  servers: z.array(
    z.object({
      ...server,
      alerting: z.number(),
      alertmanagers: z.array(z.string()),
      dropped: z.number(),
      /** Whether somebody answers there as an Alertmanager; null when nobody could ask. */ reached: z.boolean().nullable(),
    }),
  ),
});
export type AlertmanagerFacts = z.output<typeof AlertmanagerFacts>;

export const RuleFacts = z.object({
  unasked: z.array(Unasked),
  servers: z.array(
    z.object({
      ...server,
      rules: z.array(z.object({ name: z.string(), file: z.string(), health: z.string(), error: z.string() })),
      total: z.number(),
    }),
  ),
});
export type RuleFacts = z.output<typeof RuleFacts>;

export const MetricFacts = z.object({
  unasked: z.array(Unasked),
  servers: z.array(
    z.object({
      ...server,
      asked: z.number(),
      rules: z.number(),
      missing: z.array(z.object({ rule: z.string(), metric: z.string(), query: z.string() })),
    }),
  ),
});
export type MetricFacts = z.output<typeof MetricFacts>;

export const TargetFacts = z.object({
  unasked: z.array(Unasked),
  servers: z.array(
    z.object({
      ...server,
      up: z.number(),
      targets: z.array(z.object({ job: z.string(), url: z.string(), health: z.string(), error: z.string() })),
    }),
  ),
});
export type TargetFacts = z.output<typeof TargetFacts>;

const WIRED = 'at least one Alertmanager that Prometheus sends its alerts to';
const EVALUATED = 'every rule evaluated without an error';
const KNOWN = 'metrics of rules that exist';
const UP = 'every target up';

export const judges: readonly RowJudge[] = [
  defineJudge<AlertmanagerFacts>({
    code: 'OBS-01',
    rule: {
      title: 'alerts of Prometheus reach no Alertmanager',
      priority: 'P1',
      effort: '30 min–1 h',
      fix: 'Run an Alertmanager and name it in `prometheus.yml`: `alerting: {alertmanagers: [{static_configs: [{targets: ["alertmanager:9093"]}]}]}`.',
    },
    facts: AlertmanagerFacts,
    evaluate: ({ servers, unasked }) => [...servers.map(wired), ...leftOpen(unasked, WIRED)],
  }),
  defineJudge<RuleFacts>({
    code: 'OBS-03',
    rule: {
      title: 'a rule of Prometheus fails',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Repair the expression: the error is what Prometheus says of it. `promtool check rules` knows the syntax alone; a rule that matches too much fails when it is evaluated.',
    },
    facts: RuleFacts,
    evaluate: ({ servers, unasked }) => [...servers.flatMap(rules), ...leftOpen(unasked, EVALUATED)],
  }),
  defineJudge<MetricFacts>({
    code: 'OBS-04',
    rule: {
      title: 'an alert waits for a metric that does not exist',
      priority: 'P1',
      effort: '30 min–2 h',
      fix: 'Correct the name of the metric, scrape who exports it, or remove the rule: an alert over nothing never fires.',
    },
    facts: MetricFacts,
    evaluate: ({ servers, unasked }) => [...servers.flatMap(metrics), ...leftOpen(unasked, KNOWN)],
  }),
  defineJudge<TargetFacts>({
    code: 'OBS-15',
    rule: {
      title: 'a target of Prometheus is down',
      priority: 'P1',
      effort: '15–60 min',
      fix: 'Correct host, port and path of the target in `prometheus.yml`, or let the service export metrics there; what is not scraped alerts nobody.',
    },
    facts: TargetFacts,
    evaluate: ({ servers, unasked }) => [...servers.flatMap(targets), ...leftOpen(unasked, UP)],
  }),
];

function wired({ service, place, alerting, alertmanagers, dropped, reached }: AlertmanagerFacts['servers'][number]): RowResult {
  const measured = `${counted(alertmanagers.length, 'active Alertmanager')}${alertmanagers.length === 0 ? '' : ` (${atMost(alertmanagers, 3)})`}, ${dropped} dropped, ${counted(alerting, 'alerting rule')}`;
  const base = { subject: service, measured, expected: WIRED };
  if (alertmanagers.length === 0)
    return {
      ...base,
      result: { verdict: 'confirmed' },
      summary: `GET /api/v1/alertmanagers of ${place}: ${measured}. ${alerting === 0 ? 'Nobody would hear of anything' : 'Its alerts fire, and nobody hears of them'}.`,
    };
  if (reached === false)
    return {
      ...base,
      result: { verdict: 'confirmed' },
      summary: `${place} sends its alerts to ${atMost(alertmanagers, 3)}, and no Alertmanager of the stack answers.`,
    };
  return { ...base, result: { verdict: 'refuted' }, summary: `GET /api/v1/alertmanagers of ${place}: ${measured}.` };
}

function rules({ service, place, rules: all, total }: RuleFacts['servers'][number]): RowResult[] {
  const failing = all.filter(({ health }) => health === 'err');
  const waiting = all.filter(({ health }) => health !== 'err' && health !== 'ok');
  const measured = `${counted(total, 'rule')}, ${failing.length} failing`;
  if (failing.length > 0)
    return failing.map(({ name, file, error }) => ({
      subject: `${service}: ${name}`,
      result: { verdict: 'confirmed' },
      summary: `GET /api/v1/rules of ${place}: ${name} (${file}) fails whenever it is evaluated: ${error}.`,
      measured: error || 'health err',
      expected: EVALUATED,
    }));
  const because = `${counted(waiting.length, 'rule')} of ${place} had not been evaluated yet (${atMost(
    waiting.map(({ name }) => name),
    5,
  )})`;
  return [
    {
      subject: service,
      result: waiting.length > 0 ? { verdict: 'inconclusive', because } : { verdict: 'refuted' },
      summary: waiting.length > 0 ? `${because}.` : `GET /api/v1/rules of ${place}: ${measured}.`,
      measured,
      expected: EVALUATED,
    },
  ];
}

function metrics({ service, place, asked, rules: all, missing }: MetricFacts['servers'][number]): RowResult[] {
  const measured = `${counted(asked, 'metric')} of ${counted(all, 'rule')}, ${missing.length} without a series`;
  if (missing.length === 0)
    return [{ subject: service, result: { verdict: 'refuted' }, summary: `${place}: ${measured}.`, measured, expected: KNOWN }];
  return missing.map(({ rule, metric, query }) => ({
    subject: `${service}: ${rule}: ${metric}`,
    result: { verdict: 'confirmed' },
    summary: `${rule} asks for ${metric} (${query}), of which ${place} has no series and no target describes it.`,
    measured: `no series of ${metric}`,
    expected: KNOWN,
    // Counters of errors begin to exist with the first error: a stack of a minute has not had it.
    ...(/_(?:total|count|bucket|sum)$|error|fail/.test(metric)
      ? { priority: ['P3', 'lower:may-begin-with-its-first-event'] as const }
      : {}),
  }));
}

function targets({ service, place, targets: down, up }: TargetFacts['servers'][number]): RowResult[] {
  const off = down.filter(({ health }) => health === 'down');
  const measured = `${up} of ${up + down.length} targets up`;
  if (off.length > 0)
    return off.map(({ job, url, error }) => ({
      subject: `${service}: ${job}: ${url}`,
      result: { verdict: 'confirmed' },
      summary: `GET /api/v1/targets of ${place}: ${url} (job ${job}) is down: ${error}.`,
      measured: error || 'down',
      expected: UP,
    }));
  const because = `${place} had not scraped ${counted(down.length, 'target')} yet`;
  return [
    {
      subject: service,
      result: down.length > 0 ? { verdict: 'inconclusive', because } : { verdict: 'refuted' },
      summary: `${down.length > 0 ? because : `GET /api/v1/targets of ${place}: ${measured}`}.`,
      measured,
      expected: UP,
    },
  ];
}
