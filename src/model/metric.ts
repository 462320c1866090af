import { formatLimit, type LimitUnit } from './limit.ts';
import type { Aggregation, Threshold } from './threshold.ts';

/**
 * What the samples of a metric are, and so how they are judged.
 * `times`: durations of single walks or steps. `amounts`: a number of single walks. `share`: how many of how many events.
 * `total`: one number over the whole. `gauge`: the value second by second, which is no sample of anything but all there was.
 */
export interface MetricType {
  readonly kind: 'times' | 'amounts' | 'share' | 'total' | 'gauge';
  readonly unit: LimitUnit;
}

const OF_ALL: Readonly<Record<string, MetricType>> = {
  latency: { kind: 'times', unit: 'milliseconds' },
  errors: { kind: 'share', unit: 'ratio' },
  success_rate: { kind: 'share', unit: 'ratio' },
  refused: { kind: 'share', unit: 'ratio' },
  requests: { kind: 'total', unit: 'count' },
  'requests.rate': { kind: 'gauge', unit: 'count' },
  tokens: { kind: 'amounts', unit: 'count' },
  lag: { kind: 'times', unit: 'milliseconds' },
  'messages.latency': { kind: 'times', unit: 'milliseconds' },
};

const OF_A_JOURNEY: Readonly<Record<string, MetricType>> = {
  latency: { kind: 'times', unit: 'milliseconds' },
  service: { kind: 'times', unit: 'milliseconds' },
  errors: { kind: 'share', unit: 'ratio' },
};

/** What is measured of every service of the stack: `service.<name>.<what>`. */
export const OF_A_SERVICE = {
  /**
   * CPU used, of what the busiest replica may use: of its own limit where it has one, of one core where it has none (then two busy
   * cores are 200 %). An average over replicas would hide the one that is saturated.
   */
  cpu: { kind: 'gauge', unit: 'ratio' },
  /** Cores used by all replicas. */
  cores: { kind: 'gauge', unit: 'count' },
  /** Memory of all replicas, without file cache. */
  memory: { kind: 'gauge', unit: 'bytes' },
  /** Anonymous memory of all replicas. */
  anon: { kind: 'gauge', unit: 'bytes' },
  /** Processes and threads of all replicas. */
  pids: { kind: 'gauge', unit: 'count' },
  /** Open file descriptors of all replicas. */
  fds: { kind: 'gauge', unit: 'count' },
  /** TCP sockets in use, of all replicas; a container's own resolver listens on one. */
  sockets: { kind: 'gauge', unit: 'count' },
  /** Bytes received and sent per second, of all replicas. */
  network: { kind: 'gauge', unit: 'bytes' },
  /** Share of the periods in which the replica that was held back most was held back by its CPU limit. */
  throttled: { kind: 'gauge', unit: 'ratio' },
  /** Restarts since the beginning. */
  restarts: { kind: 'gauge', unit: 'count' },
  /** Times that the kernel killed a process for want of memory, since the beginning. */
  oom_kills: { kind: 'gauge', unit: 'count' },
} as const satisfies Record<string, MetricType>;
export type ServiceResource = keyof typeof OF_A_SERVICE;

/** What a metric can be called: journeys with the number of their steps, and services as far as somebody knows them. */
export interface Measured {
  readonly journeys: ReadonlyMap<string, number>;
  readonly services?: readonly string[] | undefined;
  /** Another tool measures too, and calls its requests as it likes. */
  readonly labels?: boolean;
}

/** The type of a metric by its name; `undefined` where nothing is measured under it. */
export function metricType(name: string, { journeys, services, labels = false }: Measured): MetricType | undefined {
  if (name.startsWith('service.')) return serviceType(name.slice('service.'.length), services);
  if (Object.hasOwn(OF_ALL, name)) return OF_ALL[name];
  for (const [journey, steps] of journeys) {
    if (!name.startsWith(`${journey}.`)) continue;
    const what = name.slice(journey.length + 1);
    if (Object.hasOwn(OF_A_JOURNEY, what)) return OF_A_JOURNEY[what];
    const step = /^([1-9]\d*)\.latency$/.exec(what)?.[1];
    if (step !== undefined && Number(step) <= steps) return OF_A_JOURNEY['latency'];
  }
  return labels ? OF_A_JOURNEY[/^.+\.(latency|errors)$/.exec(name)?.[1] ?? ''] : undefined;
}

/** `api.cpu`, `api.metrics.node_heap_bytes`: the name of a service may hold dots itself. */
function serviceType(name: string, services: readonly string[] | undefined): MetricType | undefined {
  const own = /^(.+?)\.metrics\.(.+)$/.exec(name);
  const [, service, what = ''] = own ?? /^(.+)\.([a-z_]+)$/.exec(name) ?? [];
  if (service === undefined || (services !== undefined && !services.includes(service))) return undefined;
  if (!own) return Object.entries<MetricType>(OF_A_SERVICE).find(([known]) => known === what)?.[1];
  const unit = /_(bytes|seconds|ratio)(?:\{.*)?$/.exec(what)?.[1];
  return { kind: 'gauge', unit: unit === 'bytes' ? 'bytes' : unit === 'seconds' ? 'milliseconds' : unit === 'ratio' ? 'ratio' : 'count' };
}

/** Every name of a metric here, for whoever has mistaken one. */
export function metricNames({ journeys, services }: Measured): string[] {
  return [
    ...[...journeys].flatMap(([journey, steps]) => [
      ...Object.keys(OF_A_JOURNEY).map((what) => `${journey}.${what}`),
      ...Array.from({ length: steps }, (_, index) => `${journey}.${index + 1}.latency`),
    ]),
    ...Object.keys(OF_ALL),
    ...(services ?? []).flatMap((service) => Object.keys(OF_A_SERVICE).map((what) => `service.${service}.${what}`)),
  ];
}

const SPREAD: readonly Aggregation['type'][] = ['percentile', 'avg', 'med', 'min', 'max'];
const AGGREGATIONS: Record<MetricType['kind'], readonly Aggregation['type'][]> = {
  times: SPREAD,
  amounts: SPREAD,
  gauge: SPREAD,
  share: ['rate', 'count'],
  total: ['count'],
};
const NOUNS: Record<MetricType['kind'], string> = {
  times: 'a time',
  amounts: 'an amount',
  gauge: 'a value over time',
  share: 'a share',
  total: 'a count',
};
const VALUES: Record<LimitUnit, string> = {
  ratio: 'a percentage such as < 70%',
  milliseconds: 'a duration such as < 100ms',
  bytes: 'a size such as < 2GB',
  count: 'a number such as <= 20',
};

/** Why a threshold cannot be held against a metric of this type, and what fits; `undefined` when it can. */
export function misfit(type: MetricType, threshold: Threshold): { what: string; repair: string } | undefined {
  const { aggregation, limit, text } = threshold;
  const unit = aggregation.type === 'count' ? 'count' : type.unit;
  const allowed = AGGREGATIONS[type.kind];
  const fits = `${allowed.map((name) => (name === 'percentile' ? 'p(99)' : name)).join(', ')} with ${VALUES[type.unit]}`;
  const repair = type.kind === 'share' ? 'write rate with a percentage such as < 0.1%, or count with a number' : `write ${fits}`;
  if (!allowed.includes(aggregation.type))
    return { what: `\`${text}\` does not fit: ${NOUNS[type.kind]} has no ${aggregation.type}`, repair };
  if (limit.unit !== unit) return { what: `\`${text}\` does not fit: ${formatLimit(limit)} is not ${VALUES[unit]}`, repair };
  if (limit.op === '==' && aggregation.type !== 'count')
    return { what: `\`${text}\` does not fit: what is measured is never the same to the last digit`, repair: 'write <, <=, > or >=' };
  return neverKept(threshold);
}

/** A limit that no share can keep, or that none can break, holds nothing. */
function neverKept({ aggregation, limit: { op, value }, text }: Threshold): { what: string; repair: string } | undefined {
  if (aggregation.type !== 'rate') return undefined;
  const upper = op === '<' || op === '<=';
  const never = (op === '<' && value <= 0) || (op === '>' && value >= 1) || (op === '>=' && value > 1);
  const always = upper ? value > 1 || (op === '<=' && value === 1) : op === '>=' && value <= 0;
  if (!never && !always) return undefined;
  return { what: `\`${text}\` is ${never ? 'never kept' : 'never broken'}`, repair: 'write a share from 0% to 100% that can be both' };
}

/** Rows that the latency of a journey is about where the journey names one of them: an agent's, an analytics database's. */
export const OF_LATENCY = ['AGT-23', 'DB-18'] as const;
