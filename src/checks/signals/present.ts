import { readExposition } from '../../lib/prometheus-text.ts';
import { containsPattern } from '../../lib/test-pattern.ts';
import type { Unasked } from '../../model/live-look.ts';
import type { CheckContext, Collected } from '../contract.ts';
import { docker } from '../live/containers.ts';
import { liveServices, placeOf, type LiveService } from '../live/services.ts';
import type { SignalFacts } from './judge.ts';

const ANSWER_MS = 4_000;
const LOG_MS = 10_000;
const BODY_BYTES = 4_000_000;
const PORTS = 4;

interface Asked {
  readonly metrics: Readonly<Record<string, readonly string[]>>;
  readonly logs: Readonly<Record<string, readonly string[]>>;
}

/** Metrics and log lines that the configuration asks of services, held against what they export and print. */
export async function signalsOf(context: CheckContext, { metrics, logs }: Asked): Promise<Collected<SignalFacts>> {
  const wanted = [
    ...Object.entries(metrics).map(([service, names]) => ({ kind: 'metric' as const, service, names })),
    ...Object.entries(logs).map(([service, names]) => ({ kind: 'log line' as const, service, names })),
  ];
  if (wanted.length === 0) {
    const because = 'nobody says which are asked for: `check_options: {OBS-21: {metrics: {api: [limiter_clients]}}}`';
    return { state: context.named === true ? 'gap' : 'not-applicable', because };
  }
  const services = await liveServices(context);
  if (!services) return { state: 'gap', because: 'the stack is not up, so nothing could be asked' };
  const unasked: Unasked[] = [];
  const asked: SignalFacts['asked'] = [];
  for (const { kind, service: name, names } of wanted) {
    const service = services.find((one) => one.name === name);
    if (!service) {
      unasked.push({ service: name, because: `the stack has no long-running service ${name}` });
      continue;
    }
    const read = kind === 'metric' ? await exported(context, service) : await printed(context, service);
    if (typeof read === 'string') unasked.push({ service: name, because: read });
    else asked.push(...names.map((signal) => ({ service: name, kind, signal, from: read.from, there: read.has(signal) })));
  }
  return { state: 'collected', facts: { unasked, asked }, sources: [] };
}

interface Read {
  readonly from: string;
  readonly has: (signal: string) => boolean;
}

/** What a service exports in the text format of Prometheus, on whichever of its ports. */
async function exported(context: CheckContext, service: LiveService): Promise<Read | string> {
  const { ports, signal, manifest } = context;
  const targets = (manifest?.targets ?? []).flatMap((target) =>
    (target.service ?? target.name) === service.name ? [target.url.replace(/^ws/, 'http')] : [],
  );
  const places = await Promise.all(service.ports.slice(0, PORTS).map((port) => placeOf(context, service, port)));
  const bases = [...targets, ...places.flatMap((place) => (place ? [`http://${place.host}:${place.port}`] : []))];
  const told: string[] = [];
  const names = new Set<string>();
  let from = '';
  for (const url of new Set(bases.flatMap((base) => (URL.canParse('/metrics', base) ? [new URL('/metrics', base).href] : [])))) {
    const answer = await ports.http.request({
      method: 'GET',
      url,
      anyCertificate: true,
      timeoutMs: ANSWER_MS,
      maxBytes: BODY_BYTES,
      signal,
    });
    if (answer.state === 'failed' || answer.status !== 200) {
      told.push(`GET /metrics ${answer.state === 'failed' ? `failed: ${answer.message}` : `answered ${answer.status}`}`);
      continue;
    }
    const exposition = readExposition(Buffer.from(answer.body).toString('utf8'));
    if (!exposition) continue;
    from ||= `${service.name}:${new URL(url).port}/metrics`;
    // A metric that has only its type yet is there: nothing has happened that it counts.
    for (const name of exposition.types.keys()) names.add(name);
    for (const { name } of exposition.samples) names.add(name);
  }
  if (from === '') return `${service.name} exports no metrics at /metrics${told.length === 0 ? '' : ` (${told.slice(0, 3).join('; ')})`}`;
  return { from, has: (name) => names.has(name) || ['_total', '_sum', '_count', '_bucket'].some((end) => names.has(`${name}${end}`)) };
}

/** What the containers of a service have printed. */
async function printed(context: CheckContext, service: LiveService): Promise<Read | string> {
  if (service.containers.length === 0) return `the log of ${service.name} can be read only where it runs in a container`;
  const lines: string[] = [];
  for (const { id } of service.containers) {
    const read = await docker(context, ['logs', '--tail', '20000', id], LOG_MS);
    if (!read.ok) return `the log of ${service.name} could not be read: ${read.error.slice(0, 200)}`;
    lines.push(...read.text.split('\n'), ...read.errors.split('\n'));
  }
  return { from: `the log of ${service.name}`, has: (pattern) => lines.some((line) => containsPattern(pattern, line)) };
}
