import { z } from 'zod';

import { counted, sentenceList } from '../../lib/text.ts';
import { defineJudge, type RowJudge, type RowResult } from '../../model/row-judge.ts';

/** Something that a service in production has to be warned of. */
export const AlertClass = z.enum(['down', 'errors', 'latency', 'disk']);
export type AlertClass = z.output<typeof AlertClass>;

export const ClassFacts = z.object({
  rules: z.number(),
  files: z.array(z.string()),
  /** Each class with the first rule that warns of it. */
  covered: z.array(z.object({ class: AlertClass, rule: z.string(), path: z.string() })),
});
export type ClassFacts = z.output<typeof ClassFacts>;

export const ReceiverFacts = z.object({
  receivers: z.array(
    z.object({
      path: z.string(),
      line: z.number(),
      name: z.string(),
      integrations: z.number(),
      placeholder: z.boolean(),
      used: z.boolean(),
    }),
  ),
});
export type ReceiverFacts = z.output<typeof ReceiverFacts>;

export const RoutingFacts = z.object({
  routes: z.array(
    z.object({ path: z.string(), line: z.number(), severity: z.string(), receivers: z.array(z.string()), reaches: z.boolean() }),
  ),
});
export type RoutingFacts = z.output<typeof RoutingFacts>;

const WARNS: Readonly<Record<AlertClass, string>> = {
  down: 'a service that is down',
  errors: 'a high error rate',
  latency: 'high latency',
  disk: 'a full disk',
};

export const judges: readonly RowJudge[] = [
  defineJudge<ClassFacts>({
    code: 'OBS-02',
    rule: {
      title: 'no alert rule warns of what takes services down most',
      priority: 'P2',
      effort: '1–4 h',
      fix: 'Add a rule for each class that is missing: `up == 0`, the share of 5xx answers, a quantile of the duration, the free share of the file system; each with `for` and a severity.',
    },
    facts: ClassFacts,
    evaluate: classes,
  }),
  defineJudge<ReceiverFacts>({
    code: 'OBS-06',
    rule: {
      title: 'an alert receiver tells nobody',
      priority: 'P1',
      effort: '15–60 min',
      fix: 'Give the receiver a working integration (pager, chat, mail) with its address from a secret file, and send one test alert through it.',
    },
    facts: ReceiverFacts,
    evaluate: ({ receivers }) => receivers.map(receiver),
  }),
  defineJudge<RoutingFacts>({
    code: 'OBS-07',
    rule: {
      title: 'critical alerts reach nobody',
      priority: 'P1',
      effort: '15–60 min',
      fix: 'Route `severity="critical"` to a receiver that wakes somebody; `amtool config routes test severity=critical` shows where it goes.',
    },
    facts: RoutingFacts,
    evaluate: ({ routes }) => routes.map(routing),
  }),
];

function classes({ rules, files, covered }: ClassFacts): RowResult[] {
  const missing = AlertClass.options.filter((name) => !covered.some((one) => one.class === name));
  const looked = `${counted(rules, 'alert rule')} in ${counted(files.length, 'file')}`;
  return [
    {
      subject: 'alert rules',
      result: missing.length === 0 ? { verdict: 'refuted' } : { verdict: 'confirmed' },
      summary:
        missing.length === 0
          ? `${looked} cover what is asked.`
          : `${looked}: none warns of ${sentenceList(missing.map((name) => WARNS[name]))}.`,
      measured: `${looked}; missing: ${missing.join(', ') || 'nothing'}`,
      expected: `rules for ${AlertClass.options.join(', ')}`,
      locations: files.slice(0, 5).map((path) => ({ path })),
    },
  ];
}

function receiver({ path, line, name, integrations, placeholder, used }: ReceiverFacts['receivers'][number]): RowResult {
  const deaf = used && (integrations === 0 || placeholder);
  const why = integrations === 0 ? 'has no integration' : 'sends to a placeholder';
  return {
    subject: `${path}: ${name}`,
    result: deaf ? { verdict: 'confirmed' } : { verdict: 'refuted' },
    summary: deaf
      ? `The receiver ${name} (${path}:${line}) ${why}, and alerts are routed to it: nobody hears of them.`
      : `${name} has ${counted(integrations, 'integration')}.`,
    measured: deaf ? why : counted(integrations, 'integration'),
    expected: 'at least one integration with a real address',
    locations: [{ path, line }],
  };
}

function routing({ path, line, severity, receivers, reaches }: RoutingFacts['routes'][number]): RowResult {
  const to = receivers.join(', ') || '(nobody)';
  return {
    subject: `${path}: severity=${severity}`,
    result: reaches ? { verdict: 'refuted' } : { verdict: 'confirmed' },
    summary: `An alert with severity=${severity} goes to ${to}${reaches ? '' : `, which tells nobody (${path}:${line})`}.`,
    measured: to,
    expected: 'a receiver with an integration',
    locations: [{ path, line }],
  };
}
