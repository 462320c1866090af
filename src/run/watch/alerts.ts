import { z } from 'zod';

import { parseJson } from '../../lib/json.ts';
import { oneLine } from '../../lib/text.ts';
import type { WatchEvidence } from '../../model/evidence.ts';
import type { FiringAlert, WatchedAlerts } from '../../model/watch.ts';
import type { RunContext } from '../context.ts';

const ANSWER_MS = 10_000;
const SHOWN = 50;
const LABELS = 12;
/** Failures in a row after which nobody knows what fired meanwhile. */
const LOST = 3;

/** https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
const OfAlertmanager = z.array(z.looseObject({ labels: z.record(z.string(), z.string()), startsAt: z.string().optional() }));
/** https://prometheus.io/docs/prometheus/latest/querying/api/#alerts */
const OfPrometheus = z.looseObject({
  status: z.literal('success'),
  data: z.looseObject({
    alerts: z.array(z.looseObject({ labels: z.record(z.string(), z.string()), state: z.string(), activeAt: z.string().optional() })),
  }),
});

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly since?: string | undefined;
}

/** Which alerts fire, look by look. */
export class AlertWatch {
  readonly #context: RunContext;
  readonly #asked: WatchedAlerts;
  readonly #firing = new Map<string, FiringAlert>();
  readonly #ignored = new Set<string>();
  #looks = 0;
  #lost: string | undefined;
  #row = 0;

  constructor(context: RunContext, asked: WatchedAlerts) {
    this.#context = context;
    this.#asked = asked;
  }

  async look(): Promise<void> {
    const told = await ask(this.#context, this.#asked);
    if (typeof told === 'string') {
      this.#row += 1;
      if (this.#row >= LOST || this.#looks === 0) this.#lost = told;
      return;
    }
    this.#row = 0;
    // Who answers the first time only later was not there to be asked before, and is now.
    if (this.#looks === 0) this.#lost = undefined;
    this.#looks += 1;
    for (const alert of told) this.#see(alert);
  }

  finish(): NonNullable<WatchEvidence['alerts']> {
    const source = `${this.#asked.type === 'prometheus' ? 'Prometheus' : 'Alertmanager'} at ${new URL(this.#asked.url).host}`;
    const because = this.#lost ?? (this.#row > 0 ? 'it did not answer when it was asked last' : undefined);
    if (this.#looks === 0 || (because !== undefined && this.#firing.size === 0))
      return { state: 'unread', source, because: this.#context.redact(because ?? 'it was never asked') };
    return { state: 'read', source, looks: this.#looks, ignored: [...this.#ignored], firing: [...this.#firing.values()].slice(0, SHOWN) };
  }

  #see({ labels, since }: Alert): void {
    const name = labels['alertname'] ?? '(no name)';
    if (this.#asked.ignore.includes(name) || /^(?:none|info(?:rmational)?)$/i.test(labels['severity'] ?? '')) {
      this.#ignored.add(name);
      return;
    }
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#firing.get(key);
    if (known !== undefined) known.looks += 1;
    else if (this.#firing.size < SHOWN) {
      const { redact } = this.#context;
      const kept = Object.entries(labels).slice(0, LABELS);
      const severity = labels['severity'];
      this.#firing.set(key, {
        name: redact(oneLine(name)).slice(0, 100),
        ...(severity === undefined ? {} : { severity }),
        ...(since === undefined ? {} : { since }),
        looks: 1,
        labels: Object.fromEntries(kept.map(([label, value]) => [label, redact(oneLine(value)).slice(0, 100)])),
      });
    }
  }
}

async function ask({ ports, signal }: RunContext, { type, url, headers }: WatchedAlerts): Promise<readonly Alert[] | string> {
  const path = type === 'prometheus' ? '/api/v1/alerts' : '/api/v2/alerts?active=true&silenced=false&inhibited=false';
  const answer = await ports.http.request({
    method: 'GET',
    url: `${url}${path}`,
    headers,
    timeoutMs: ANSWER_MS,
    maxBytes: 8_000_000,
    signal,
  });
  if (answer.state === 'failed') return answer.message;
  const text = Buffer.from(answer.body).toString('utf8');
  const refused = `it answered ${String(answer.status)} ${oneLine(text).slice(0, 120)}`;
  if (answer.status !== 200) return refused;
  if (type === 'alertmanager')
    return OfAlertmanager.safeParse(parseJson(text)).data?.map(({ labels, startsAt }) => ({ labels, since: startsAt })) ?? refused;
  const told = OfPrometheus.safeParse(parseJson(text)).data;
  return (
    told?.data.alerts.filter(({ state }) => state === 'firing').map(({ labels, activeAt }) => ({ labels, since: activeAt })) ?? refused
  );
}
