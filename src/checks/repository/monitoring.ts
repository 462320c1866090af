import { z } from 'zod';

import { isSamplePath } from '../../lib/secret-value.ts';
import type { CheckContext } from '../contract.ts';
import { filesWith, once, readTexts, type Bounds } from './files.ts';
import { parseYaml, type YamlDocument } from './yaml.ts';

const BOUNDS: Bounds = { bytes: 512_000, files: 500 };

/** One alert rule of Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
const Alert = z.looseObject({
  alert: z.string(),
  expr: z.coerce.string(),
  labels: z.record(z.string(), z.coerce.string()).nullish(),
  annotations: z.record(z.string(), z.coerce.string()).nullish(),
});
const Groups = z.looseObject({ groups: z.array(z.looseObject({ rules: z.array(z.looseObject({})).nullish() })) });
/** A PrometheusRule of the operator holds the same groups. */
const Custom = z.looseObject({ kind: z.literal('PrometheusRule'), spec: Groups });

export type Route = {
  receiver?: string | undefined;
  matchers: readonly string[];
  match: Readonly<Record<string, string>>;
  continues: boolean;
  routes: readonly Route[];
};
const RouteNode: z.ZodType<Route> = z
  .looseObject({
    receiver: z.string().optional(),
    matchers: z.array(z.string()).nullish(),
    match: z.record(z.string(), z.coerce.string()).nullish(),
    match_re: z.record(z.string(), z.coerce.string()).nullish(),
    continue: z.boolean().optional(),
    get routes() {
      return z.array(RouteNode).nullish();
    },
  })
  .transform(({ receiver, matchers, match, match_re, continue: continues, routes }) => ({
    receiver,
    matchers: [...(matchers ?? []), ...Object.entries(match_re ?? {}).map(([name, value]) => `${name}=~"${value}"`)],
    match: match ?? {},
    continues: continues ?? false,
    routes: routes ?? [],
  }));
/** https://prometheus.io/docs/alerting/latest/configuration/ */
const Alertmanager = z.looseObject({ route: RouteNode, receivers: z.array(z.looseObject({ name: z.string() })) });

export interface AlertRule {
  readonly path: string;
  readonly name: string;
  readonly expr: string;
  readonly severity: string | undefined;
  /** What its annotations name as the procedure. */
  readonly runbook: string | undefined;
}

export interface AlertmanagerFile {
  readonly path: string;
  readonly document: YamlDocument;
  readonly route: Route;
  readonly receivers: readonly { readonly name: string; readonly config: Readonly<Record<string, unknown>> }[];
}

export interface Monitoring {
  readonly rules: readonly AlertRule[];
  readonly alertmanagers: readonly AlertmanagerFile[];
  readonly unread: number;
}

/** Alert rules and configurations of Alertmanager among the tracked files; samples are none. */
export function monitoring(context: CheckContext): Promise<Monitoring> {
  return once(context, 'monitoring', async () => {
    const tracked = new Set((await context.tracked()).filter((path) => /\.(?:ya?ml|rules)$/i.test(path) && !isSamplePath(path)));
    if (tracked.size === 0) return { rules: [], alertmanagers: [], unread: 0 };
    const paths = (await filesWith(context, ['alert:', 'receivers:'])).filter((path) => tracked.has(path));
    const { files, unread } = await readTexts(context, paths, BOUNDS);
    const parsed = files.flatMap(({ path, text }) => parseYaml(path, text).documents.map((document) => ({ path, document })));
    return {
      rules: parsed.flatMap(({ path, document }) => rulesOf(path, document)),
      alertmanagers: parsed.flatMap(({ path, document }) => alertmanagerOf(path, document)),
      unread,
    };
  });
}

function rulesOf(path: string, { data }: YamlDocument): AlertRule[] {
  const custom = Custom.safeParse(data);
  const plain = Groups.safeParse(custom.success ? custom.data.spec : data);
  const rules = plain.success ? plain.data.groups.flatMap((group) => group.rules ?? []) : [];
  return rules.flatMap((rule) => {
    const alert = Alert.safeParse(rule);
    return alert.success
      ? [
          {
            path,
            name: alert.data.alert,
            expr: alert.data.expr,
            severity: alert.data.labels?.['severity'],
            runbook: alert.data.annotations?.['runbook_url'] ?? alert.data.annotations?.['runbook'],
          },
        ]
      : [];
  });
}

function alertmanagerOf(path: string, document: YamlDocument): AlertmanagerFile[] {
  const parsed = Alertmanager.safeParse(document.data);
  if (!parsed.success) return [];
  return [{ path, document, route: parsed.data.route, receivers: parsed.data.receivers.map(({ name, ...config }) => ({ name, config })) }];
}
