import { ofKind, type SeriesEvidence } from '../model/evidence.ts';
import { OF_A_SERVICE } from '../model/metric.ts';
import type { Owed, PlannedStage } from '../model/plan.ts';
import type { Window } from '../model/stage.ts';
import { formatDuration, formatRatio, formatSize } from '../model/units.ts';
import type { Incident, Prints, Sampler } from '../stacks/contract.ts';
import { addGap, type Gap, type ResourcesSeen, type RunContext } from './context.ts';
import { canonical, MetricsEndpoints } from './metrics-endpoints.ts';
import { isResourceMetric, Recording } from './resource-metrics.ts';
import { ResourceRecorder } from './resource-recorder.ts';
import { samplesWithin, seriesOf, type Span } from './resource-series.ts';
import { printsOf, samplerOf, type RunningStack } from './stack.ts';
import { whyNotReady } from './stack-needs.ts';

/** Time between two looks; longer where a stage may run for hours, so that what is kept stays bounded. */
const LOOK_MS = 1_000;
const MOST_LOOKS = 7_200;
/** Services answer for their own metrics with their own CPU. */
const LOOKS_PER_ENDPOINT_LOOK = 2;
/** Services whose use is told while a load runs. */
const MOST_TOLD = 3;
/** Part of the looks that a span owes at which something was seen. Less says too little about the rest. */
const ENOUGH = 0.8;

export interface ResourceWatch extends ResourcesSeen {
  /** Ends the watch, and stores what was seen during each load, and a gap for what a threshold names and was not seen. */
  readonly store: () => Promise<void>;
}

interface Watching {
  readonly stack: RunningStack | undefined;
  /** What happened to the services by themselves so far. */
  readonly incidents: () => readonly Incident[];
}

/**
 * Watches what the stack's services use while a stage with loads, or with thresholds on them, runs. `undefined` for another stage,
 * and for one that will not run for want of its stack.
 */
export async function watchResources(
  context: RunContext,
  stage: PlannedStage,
  { stack, incidents }: Watching,
): Promise<ResourceWatch | undefined> {
  const owed = context.plan.owed.filter((piece) => piece.stage === stage.name && piece.kind === 'series' && isResourceMetric(piece.name));
  if (stage.loads.length === 0 && owed.length === 0) return undefined;
  if (whyNotReady(context, stage, stack) !== undefined) return undefined;
  const from = context.ports.clock.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const seen = await Seen.begin(context, { stage, owed, stack, signal });
  const over = seen.follow(signal);
  return {
    soFar: (metric, since) => seen.soFar(metric, { stage, window: { from: since, to: context.ports.clock.now() } }),
    line: () => seen.line(),
    printed: async (fromMs, toMs) => (await seen.prints?.between(fromMs, toMs)) ?? [],
    store: async () => {
      stop.abort();
      // A listing that hangs holds nobody up who wants to end.
      const done = new AbortController();
      await Promise.race([over, context.ports.clock.sleep(LOOK_MS, done.signal)]);
      done.abort();
      const whole = { from, to: context.ports.clock.now() };
      seen.addIncidents(incidents());
      await storeAll(context, stage, { seen, owed, spans: await spansOf(context, stage, whole) });
    },
  };
}

/** All that was seen while the stage ran. */
class Seen {
  readonly recorder = new ResourceRecorder();
  readonly periodMs: number;
  incidents: readonly Incident[] = [];
  readonly stack: RunningStack | undefined;
  readonly endpoints: MetricsEndpoints;
  readonly sampler: Sampler | undefined;
  readonly prints: Prints | undefined;
  readonly #clock: RunContext['ports']['clock'];

  static async begin(
    context: RunContext,
    { stage, owed, stack, signal }: { stage: PlannedStage; owed: readonly Owed[]; stack: RunningStack | undefined; signal: AbortSignal },
  ): Promise<Seen> {
    const paths = context.plan.targets.flatMap(({ name, metrics }) => (metrics === undefined ? [] : [[name, metrics] as const]));
    const endpoints = await MetricsEndpoints.find({
      ports: context.ports,
      targets: stack?.manifest.targets ?? [],
      paths: new Map(paths),
      asked: owed.map(({ name }) => name),
      signal,
    });
    const seen = new Seen(context, { stage, stack, endpoints });
    // The first look is what counters begin from.
    await seen.#look(0);
    return seen;
  }

  private constructor(
    context: RunContext,
    { stage, stack, endpoints }: { stage: PlannedStage; stack: RunningStack | undefined; endpoints: MetricsEndpoints },
  ) {
    this.periodMs = Math.max(LOOK_MS, stage.timeoutMs / MOST_LOOKS);
    this.#clock = context.ports.clock;
    this.stack = stack;
    this.endpoints = endpoints;
    this.sampler = stack && samplerOf(context, stack);
    this.prints = stack && printsOf(context, stack);
  }

  /** Looks again and again until the signal. Never rejects. */
  async follow(signal: AbortSignal): Promise<void> {
    const began = this.#clock.monotonicMs();
    for (let round = 1; ; round += 1) {
      const due = began + round * this.periodMs;
      await this.#clock.sleep(Math.max(0, due - this.#clock.monotonicMs()), signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#look(round);
      // A look that took long is not made up for.
      round = Math.max(round, Math.floor((this.#clock.monotonicMs() - began) / this.periodMs));
    }
  }

  addIncidents(incidents: readonly Incident[]): void {
    this.incidents = incidents;
  }

  /** How often something is owed in a span at least. */
  expected(metric: string, { window }: Span): number {
    const periodMs = this.periodMs * (this.endpoints.recordings.has(metric) ? LOOKS_PER_ENDPOINT_LOOK : 1);
    return Math.max(1, Math.floor((ENOUGH * (Date.parse(window.to) - Date.parse(window.from))) / periodMs) - 1);
  }

  /** Everything that can be told of a span. */
  recordingsIn(span: Span): Map<string, Recording> {
    return new Map([...this.recorder.recordings, ...this.endpoints.recordings, ...this.#happened(span)]);
  }

  soFar(metric: string, { stage, window }: { stage: PlannedStage; window: Window }): SeriesEvidence | undefined {
    const span = { load: undefined, window };
    const recording = this.recordingsIn(span).get(canonical(metric));
    const samples = recording === undefined ? [] : samplesWithin(recording, span);
    return recording === undefined || samples.length === 0
      ? undefined
      : seriesOf(metric, { stage: stage.name, span, unit: recording.unit, samples });
  }

  /** `api 34 % 120 MB, db 4 % 88 MB`: CPU and memory of those that use most. */
  line(): string {
    const last = (metric: string): number | undefined => this.recorder.recordings.get(metric)?.last;
    const used = (this.stack?.manifest.services ?? []).flatMap(({ name }) => {
      const [cpu, memory] = [last(`service.${name}.cpu`), last(`service.${name}.memory`)];
      return cpu === undefined || memory === undefined ? [] : [{ name, cpu, memory }];
    });
    const busiest = used.toSorted((one, other) => other.cpu - one.cpu).slice(0, MOST_TOLD);
    return busiest
      .map(({ name, cpu, memory }) => `${name} ${formatRatio(Math.round(cpu * 100) / 100)} ${formatSize(Math.round(memory / 1e6) * 1e6)}`)
      .join(', ');
  }

  async #look(round: number): Promise<void> {
    const own = this.sampler?.take();
    await this.prints?.mark();
    if (round % LOOKS_PER_ENDPOINT_LOOK === 0) await this.endpoints.take();
    if (own !== undefined) this.recorder.take(await own, Date.parse(this.#clock.now()));
  }

  /** Restarts and deaths for want of memory: one number for each span. Who cannot look at a stack has not seen that none happened. */
  #happened({ window }: Span): [string, Recording][] {
    if (this.sampler === undefined || this.stack === undefined) return [];
    const within = this.incidents.filter(({ at }) => at >= window.from && at <= window.to);
    const count = (service: string, what: Incident['what']): Recording => {
      const recording = new Recording('count');
      recording.add(Date.parse(window.to), within.filter((incident) => incident.service === service && incident.what === what).length);
      return recording;
    };
    return this.stack.manifest.services.flatMap(({ name }): [string, Recording][] => [
      [`service.${name}.restarts`, count(name, 'restarted')],
      [`service.${name}.oom_kills`, count(name, 'oom-killed')],
    ]);
  }
}

/** The time of each load that ran, by what it left; the whole stage where none is planned. */
async function spansOf(context: RunContext, stage: PlannedStage, whole: Window): Promise<Span[]> {
  if (stage.loads.length === 0) return [{ load: undefined, window: whole }];
  const series = ofKind(await context.directory.evidence(), 'series').filter((piece) => piece.stage === stage.name);
  return series.flatMap(({ load, metric, window, delivery }) => {
    if (load === undefined || load !== metric) return [];
    return [{ load, window, unproved: delivery?.proof.state === 'proved' ? undefined : (delivery?.proof.why ?? 'it left nothing') }];
  });
}

interface Storing {
  readonly seen: Seen;
  readonly owed: readonly Owed[];
  readonly spans: readonly Span[];
}

async function storeAll(context: RunContext, stage: PlannedStage, { seen, owed, spans }: Storing): Promise<void> {
  const told = new Map<string, number>();
  const written = new Map(owed.map(({ name }) => [canonical(name), name]));
  for (const span of spans) {
    for (const [seenAs, recording] of seen.recordingsIn(span)) {
      const metric = written.get(seenAs) ?? seenAs;
      const samples = samplesWithin(recording, span);
      const single = metric.endsWith('.restarts') || metric.endsWith('.oom_kills');
      if (samples.length < (single ? 1 : seen.expected(seenAs, span))) continue;
      told.set(metric, (told.get(metric) ?? 0) + 1);
      await context.directory.addEvidence(seriesOf(metric, { stage: stage.name, span, unit: recording.unit, samples }));
    }
  }
  for (const { id, name } of owed) {
    const missing = spans.length - (told.get(name) ?? 0);
    const unproved = spans.find((span) => span.unproved !== undefined);
    if (spans.length > 0 && missing === 0 && unproved === undefined) continue;
    const gap =
      spans.length === 0 ? noLoad(name) : unproved && missing === 0 ? proofless(name, unproved) : whyMissing(name, { seen, spans });
    await addGap(context, { stage: stage.name, name: `series-${name}`, owed: [id] }, gap);
  }
}

function noLoad(metric: string): Gap {
  return { reason: 'no-samples', message: `${metric}: no load ran during which it could be measured` };
}

function proofless(metric: string, { load = '', unproved = '' }: Span): Gap {
  return { reason: 'unproved', message: `${metric} was seen while the load ${load} ran, which proves nothing: ${unproved}` };
}

/** Why a metric that a threshold names was not seen, or not for long enough. */
function whyMissing(metric: string, { seen, spans }: Pick<Storing, 'seen' | 'spans'>): Gap {
  const own = seen.stack?.manifest.services.map(({ name }) => name) ?? [];
  const services = [...new Set([...own, ...seen.endpoints.services, ...seen.endpoints.broken.keys()])];
  const service = services.filter((name) => metric.startsWith(`service.${name}.`)).toSorted((a, b) => b.length - a.length)[0];
  if (service === undefined) {
    return seen.sampler === undefined
      ? unsupported(metric, seen)
      : {
          reason: 'matched-nothing',
          message: `${metric}: the stack has no such service`,
          fix: `name one of its services: ${services.join(', ')}`,
        };
  }
  const what = metric.slice(`service.${service}.`.length);
  if (what.startsWith('metrics.')) return whyNoEndpoint(metric, service, seen);
  if (!Object.hasOwn(OF_A_SERVICE, what))
    return { reason: 'matched-nothing', message: `${metric} is not measured`, fix: `name one of ${Object.keys(OF_A_SERVICE).join(', ')}` };
  if (seen.sampler === undefined) return unsupported(metric, seen);
  const why = seen.recorder.unseen.get(service);
  if (why !== undefined) return { reason: 'no-samples', message: `${metric} could not be read: ${why}` };
  const recording = seen.recorder.recordings.get(metric);
  if (recording === undefined) {
    return seen.recorder.recordings.has(`service.${service}.memory`)
      ? { reason: 'unsupported', message: `${metric} cannot be seen on this machine` }
      : { reason: 'no-samples', message: `${metric}: no container or process of ${service} ran` };
  }
  const short = spans.find((span) => samplesWithin(recording, span).length < seen.expected(metric, span));
  const lasted = short && Date.parse(short.window.to) - Date.parse(short.window.from);
  return {
    reason: 'no-samples',
    message: `${metric} was seen ${String(short ? samplesWithin(recording, short).length : 0)} times in ${formatDuration(lasted ?? 0)}${short?.load === undefined ? '' : ` of the load ${short.load}`}: too seldom to say something`,
  };
}

function whyNoEndpoint(metric: string, service: string, { endpoints }: Seen): Gap {
  const broken = endpoints.broken.get(service);
  if (broken !== undefined) return { reason: 'no-samples', message: `${metric}: ${broken}` };
  const prefix = `service.${service}.metrics.`;
  const known = [...endpoints.recordings.keys()].flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  return endpoints.services.includes(service)
    ? {
        reason: 'matched-nothing',
        message: `${metric}: no gauge is called so at the service's metrics, or it was seen too seldom`,
        ...(known.length === 0 ? {} : { fix: `name one of ${known.slice(0, 10).join(', ')}` }),
      }
    : {
        reason: 'matched-nothing',
        message: `${metric}: no target of ${service} answers with metrics`,
        fix: 'give a target of the service the path of its metrics: `metrics: /metrics`',
      };
}

function unsupported(metric: string, { stack }: Seen): Gap {
  return {
    reason: 'unsupported',
    message:
      stack === undefined
        ? `${metric}: there is no stack whose services could be looked at`
        : `${metric}: what the services of a stack of kind ${stack.manifest.kind} use cannot be seen from here`,
    fix: 'bring the service up with `compose` or `process`, or remove the threshold',
  };
}
