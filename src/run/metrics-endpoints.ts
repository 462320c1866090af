import { readExposition, type Exposition, type PrometheusSample } from '../lib/prometheus-text.ts';
import type { SeriesEvidence } from '../model/evidence.ts';
import type { ResolvedTarget } from '../model/manifest.ts';
import type { Ports } from '../ports/index.ts';
import { Recording } from './resource-metrics.ts';

/** What the services tell of themselves in the text format of Prometheus. */
interface Endpoint {
  readonly service: string;
  readonly url: string;
}

const DEFAULT_PATH = '/metrics';
const ANSWER_MS = 1_000;
const MOST_BYTES = 4_000_000;
/** Curves of one service that nobody asked for. */
const MOST_UNASKED = 40;
/** What helps to understand a load: runtimes, pools and queues. */
const TELLING = /goroutines|thread|heap|event_?loop|pool|connections|open_fds|resident_memory|in_?flight|queue|sessions/;
/** Names of counters and of parts of histograms, where no type is told. */
const NO_GAUGE = /_(?:total|bucket|sum|count|created|info)$/;

export interface EndpointOptions {
  readonly ports: Pick<Ports, 'http' | 'clock'>;
  readonly targets: readonly ResolvedTarget[];
  /** Paths that the configuration names, by target. */
  readonly paths: ReadonlyMap<string, string>;
  /** Metrics that thresholds name. */
  readonly asked: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Reads the gauges of the targets' `/metrics`. Counters are left out: their height says how long a service has run, and no limit on it
 * means anything. A gauge with labels is kept as the sum over them, and by itself where a threshold names it.
 */
export class MetricsEndpoints {
  readonly recordings = new Map<string, Recording>();
  /** Targets whose path was configured and which do not answer in the format, with what they did. */
  readonly broken = new Map<string, string>();
  readonly #options: EndpointOptions;
  readonly #asked: ReadonlySet<string>;
  #endpoints: readonly Endpoint[] = [];

  private constructor(options: EndpointOptions) {
    this.#options = options;
    this.#asked = new Set(options.asked.map(canonical));
  }

  /** Looks once which targets have such an endpoint. */
  static async find(options: EndpointOptions): Promise<MetricsEndpoints> {
    const found = new MetricsEndpoints(options);
    const candidates = options.targets.flatMap(({ name, service = name, url }) => {
      const base = URL.parse(url.replace(/^ws/, 'http'));
      if (base === null || !/^https?:$/.test(base.protocol)) return [];
      return [{ name, service, url: new URL(options.paths.get(name) ?? DEFAULT_PATH, base).href }];
    });
    const unique = candidates.filter(({ url }, index) => candidates.findIndex((other) => other.url === url) === index);
    const answers = await Promise.all(unique.map(async (candidate) => ({ candidate, answer: await found.#read(candidate.url) })));
    for (const { candidate, answer } of answers)
      if (typeof answer === 'string' && options.paths.has(candidate.name)) found.broken.set(candidate.service, answer);
    found.#endpoints = answers.flatMap(({ candidate, answer }) => (typeof answer === 'string' ? [] : [candidate]));
    return found;
  }

  /** The services that have one. */
  get services(): readonly string[] {
    return this.#endpoints.map(({ service }) => service);
  }

  /** Reads all of them once. Never rejects. */
  async take(): Promise<void> {
    await Promise.all(
      this.#endpoints.map(async ({ service, url }) => {
        const answer = await this.#read(url);
        if (typeof answer !== 'string') this.#record(service, answer);
      }),
    );
  }

  async #read(url: string): Promise<Exposition | string> {
    const { ports, signal } = this.#options;
    const answer = await ports.http.request({ method: 'GET', url, timeoutMs: ANSWER_MS, maxBytes: MOST_BYTES, signal });
    if (answer.state === 'failed') return `GET ${url} failed: ${answer.message}`;
    if (answer.status !== 200) return `GET ${url} answered ${String(answer.status)}`;
    if (answer.totalBytes > answer.body.length) return `GET ${url} answered with more than ${String(MOST_BYTES)} bytes`;
    return readExposition(Buffer.from(answer.body).toString('utf8')) ?? `GET ${url} did not answer in the text format of Prometheus`;
  }

  #record(service: string, { types, samples }: Exposition): void {
    const atMs = Date.parse(this.#options.ports.clock.now());
    const prefix = `service.${service}.metrics.`;
    let unasked = [...this.recordings.keys()].filter((metric) => metric.startsWith(prefix) && !this.#asked.has(metric)).length;
    const gauges = samples.filter((sample) => isGauge(sample, types) && Number.isFinite(sample.value));
    for (const [name, group] of Map.groupBy(gauges, (sample) => sample.name)) {
      const metric = `${prefix}${name}`;
      const named = this.#asked.has(metric);
      if (named || this.recordings.has(metric) || (TELLING.test(name) && unasked < MOST_UNASKED)) {
        if (!named && !this.recordings.has(metric)) unasked += 1;
        this.#add(metric, { name, atMs, value: group.reduce((sum, { value }) => sum + value, 0) });
      }
      for (const { labels, value } of group) {
        const labelled = `${metric}{${labels}}`;
        if (labels !== '' && this.#asked.has(labelled)) this.#add(labelled, { name, atMs, value });
      }
    }
  }

  #add(metric: string, { name, atMs, value }: { name: string; atMs: number; value: number }): void {
    const recording = this.recordings.get(metric) ?? new Recording(unitOf(name));
    this.recordings.set(metric, recording);
    recording.add(atMs, recording.unit === 'milliseconds' ? value * 1_000 : value);
  }
}

/** A metric with its labels in the order of their names, as recordings are called. */
export function canonical(metric: string): string {
  const [, prefix, written] = /^(service\..+?\.metrics\.)(.+\{.*\})$/.exec(metric) ?? [];
  const sample = written === undefined ? undefined : readExposition(`${written} 0`)?.samples[0];
  return sample === undefined || prefix === undefined ? metric : `${prefix}${sample.name}{${sample.labels}}`;
}

function isGauge({ name }: PrometheusSample, types: ReadonlyMap<string, string>): boolean {
  const type = types.get(name);
  if (type === undefined) return !NO_GAUGE.test(name);
  return type === 'gauge' || type === 'untyped' || type === 'unknown';
}

/** By the convention of names: https://prometheus.io/docs/practices/naming/#base-units */
function unitOf(name: string): SeriesEvidence['unit'] {
  if (name.endsWith('_bytes')) return 'bytes';
  if (name.endsWith('_seconds')) return 'milliseconds';
  return name.endsWith('_ratio') ? 'ratio' : 'count';
}
