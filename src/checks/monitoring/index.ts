import { classifySecret } from '../../lib/secret-value.ts';
import { counted } from '../../lib/text.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import {
  monitoring as monitoringOf,
  type AlertmanagerFile,
  type AlertRule,
  type Monitoring,
  type Route,
} from '../repository/monitoring.ts';
import { ClassFacts, ReceiverFacts, RoutingFacts, type AlertClass } from './judge.ts';
import { receiversFor } from './routing.ts';

/** What a rule is about, by its name and its expression. */
const CLASSES: Readonly<Record<AlertClass, RegExp>> = {
  down: /\bup(?:\{[^}]{0,300}\})?\s*(?:==\s*0|<\s*1|!=\s*1)|absent\(|probe_success|Down\b|Unreachable|NotReady|CrashLoop|InstanceDown|kube_pod_status_ready|replicas_(?:unavailable|available)/i,
  errors: /5\.\.|5xx|\berrors?\b|_errors?_|errors?_total|failures?_total|error_?rate|ErrorRate|HighErrors|ErrorBudget|burn_?rate/i,
  latency: /histogram_quantile|latency|duration|response_?time|Slow/i,
  disk: /node_filesystem|disk|volume_stats|storage|filesystem/i,
};

/** OBS-02: where there are alert rules, they cover what takes services down most. */
const alertClasses = defineCheck<ClassFacts>({
  code: 'OBS-02',
  summary: 'alert rules cover services that are down, errors, latency and disks',
  needs: 'static',
  facts: ClassFacts,
  collect: (context) =>
    over(context, ({ rules }) => {
      if (rules.length === 0) return { state: 'not-applicable', because: 'no tracked file holds an alert rule of Prometheus' };
      const files = [...new Set(rules.map(({ path }) => path))].slice(0, 20);
      const covered = (Object.keys(CLASSES) as AlertClass[]).flatMap((name) => coveredBy(name, rules));
      return { state: 'collected', facts: { rules: rules.length, files, covered }, sources: files.slice(0, 10).map((file) => ({ file })) };
    }),
});

/** OBS-06: receivers that alerts are routed to tell somebody. */
const channels = defineCheck<ReceiverFacts>({
  code: 'OBS-06',
  summary: 'every receiver of Alertmanager that alerts are routed to has a real integration',
  needs: 'static',
  facts: ReceiverFacts,
  collect: (context) =>
    overAlertmanagers(context, (files) => ({
      receivers: files.flatMap(({ path, document, route, receivers }) => {
        const used = namesIn(route);
        // What is dropped on purpose is called so: https://prometheus.io/docs/alerting/latest/configuration/#receiver
        const silent = (name: string): boolean => /^(?:null|blackhole|void|devnull|drop|none|silent|deadman\w*|watchdog)$/i.test(name);
        return receivers.map(({ name, config }, index) => ({
          path,
          line: document.line(['receivers', index, 'name']),
          name,
          integrations: integrations(config),
          placeholder: hasPlaceholder(config),
          used: used.has(name) && !silent(name),
        }));
      }),
    })),
});

/** OBS-07: an alert that is critical reaches a receiver that tells somebody. */
const criticalRoute = defineCheck<RoutingFacts>({
  code: 'OBS-07',
  summary: 'critical alerts are routed to a receiver of Alertmanager that tells somebody',
  needs: 'static',
  facts: RoutingFacts,
  collect: (context) =>
    overAlertmanagers(context, (files, { rules }) => ({
      routes: files.map(({ path, document, route, receivers }) => {
        const severity =
          rules.map((rule) => rule.severity).find((label) => label !== undefined && /^(?:critical|page|p1|sev1)$/i.test(label)) ??
          'critical';
        const names = receiversFor(route, { severity });
        const heard = (name: string): boolean => receivers.some((one) => one.name === name && integrations(one.config) > 0);
        return { path, line: document.line(['route']), severity, receivers: names, reaches: names.some(heard) };
      }),
    })),
});

/** Whether somebody would be told. */
export const monitoring: readonly CheckPlugin[] = [alertClasses, channels, criticalRoute];

async function over<Facts>(context: CheckContext, collect: (found: Monitoring) => Collected<Facts>): Promise<Collected<Facts>> {
  const found = await monitoringOf(context);
  if (found.unread > 0)
    return {
      state: 'gap',
      because: `${counted(found.unread, 'file')} with alerts could not be read: larger than 512 kB, gone, or too many`,
    };
  return collect(found);
}

function overAlertmanagers<Facts>(
  context: CheckContext,
  facts: (files: readonly AlertmanagerFile[], found: Monitoring) => Facts,
): Promise<Collected<Facts>> {
  return over(context, (found) => {
    const files = found.alertmanagers.slice(0, 20);
    if (files.length === 0) return { state: 'not-applicable', because: 'no tracked file configures Alertmanager' };
    return { state: 'collected', facts: facts(files, found), sources: files.slice(0, 10).map(({ path }) => ({ file: path })) };
  });
}

function coveredBy(name: AlertClass, rules: readonly AlertRule[]): ClassFacts['covered'] {
  const rule = rules.find(({ name: alert, expr }) => CLASSES[name].test(`${alert}\n${expr.slice(0, 4_000)}`));
  return rule ? [{ class: name, rule: rule.name, path: rule.path }] : [];
}

function integrations(config: Readonly<Record<string, unknown>>): number {
  return Object.entries(config).reduce(
    (sum, [key, value]) => sum + (key.endsWith('_configs') && Array.isArray(value) ? value.length : 0),
    0,
  );
}

/** Addresses alone: texts of messages say what they like. */
function hasPlaceholder(config: Readonly<Record<string, unknown>>): boolean {
  const all = Object.values(config).flatMap((value): unknown[] => (Array.isArray(value) ? value : []));
  const addresses = all.flatMap((one) =>
    Object.entries((one ?? {}) as Record<string, unknown>).flatMap(([key, value]) =>
      /^(?:api_url|url|webhook_url|service_key|routing_key|api_key|bot_token)$/.test(key) && typeof value === 'string' ? [value] : [],
    ),
  );
  return (
    addresses.length > 0 &&
    addresses.every(
      (value) =>
        classifySecret(value) === 'placeholder' ||
        /hooks\.slack\.com\/services\/(?:YOUR|XXX|xxx|T0{6,}|\.\.\.)|YOUR[-_/]|CHANGE[-_]?ME/.test(value),
    )
  );
}

function namesIn({ receiver, routes }: Route): Set<string> {
  return new Set([...(receiver === undefined ? [] : [receiver]), ...routes.flatMap((child) => [...namesIn(child)])]);
}
