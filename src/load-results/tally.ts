import { DistributionCounts } from '../lib/histogram.ts';
import type { LoadTool, Reported, ToolThreshold } from '../model/load-results.ts';
import type { LoadResultEvent } from './contract.ts';

/** Labels that are kept: a tool that names every request after its own URL has as many as requests. */
const LABELS = 500;
/** Characters of a label. */
const NAME = 200;
/** Seconds of a load that are told apart: a day and a bit. */
const SECONDS = 100_000;
const THRESHOLDS = 500;
const NOTES = 20;
const MICROSECONDS = 1_000;

/** One metric of a load: its times, and how its requests ended. */
export interface Measure {
  readonly times: DistributionCounts;
  of: number;
  failed: number;
  reported: Omit<Reported, 'tool'> | undefined;
}

/** Everything that one file tells of its load. Bounded, whatever the file holds. */
export class FileTally {
  readonly whole = newMeasure();
  readonly labels = new Map<string, Measure>();
  readonly seconds = new Map<number, number>();
  readonly thresholds: ToolThreshold[] = [];
  readonly notes: string[] = [];
  readonly dropped = new Map<string, number>();
  tool: Partial<Pick<LoadTool, 'version' | 'model' | 'times'>> = {};
  durationMs: number | undefined;
  fromMs: number | undefined;
  companion: string | undefined;
  /** Labels beyond the bound. */
  unkept = 0;
  /** Requests whose second is not told, because the file gives none or there are too many. */
  untimed = 0;
  /** A number that cannot be one. */
  absurd: string | undefined;
  readonly #wanted: ReadonlySet<string>;

  /** `wanted`: labels that are kept however many there are. */
  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  /** Whether it holds samples, not just what somebody made of them. */
  get sampled(): boolean {
    return this.whole.times.count > 0 || [...this.labels.values()].some(({ times }) => times.count > 0);
  }

  take(event: Exclude<LoadResultEvent, { type: 'gap' }>): void {
    switch (event.type) {
      case 'tool': {
        const { type: _, ...told } = event;
        this.tool = { ...this.tool, ...told };
        return;
      }
      case 'time':
        return this.#time(event);
      case 'outcomes':
        return this.#outcomes(event);
      case 'reported':
        return this.#reported(event);
      case 'span':
        this.durationMs = event.durationMs;
        this.fromMs = event.fromMs ?? this.fromMs;
        return;
      case 'dropped':
        if (event.count > 0) this.dropped.set(event.what, (this.dropped.get(event.what) ?? 0) + event.count);
        return;
      case 'threshold': {
        const { type: _, ...threshold } = event;
        if (this.thresholds.length < THRESHOLDS) this.thresholds.push(threshold);
        else this.absurd ??= `more than ${THRESHOLDS} thresholds`;
        return;
      }
      case 'companion':
        this.companion = event.what;
        return;
      case 'note':
        if (this.notes.length < NOTES) this.notes.push(event.message);
        return;
    }
  }

  #time({ ms, times = 1, labels, part = false }: Extract<LoadResultEvent, { type: 'time' }>): void {
    if (!isTime(ms) || !isCount(times)) return this.#odd(`a duration of ${ms} ms`);
    if (!part) this.whole.times.record(ms * MICROSECONDS, times);
    for (const label of labels) this.#label(label)?.times.record(ms * MICROSECONDS, times);
  }

  #outcomes({ of, failed, labels, part = false, atMs }: Extract<LoadResultEvent, { type: 'outcomes' }>): void {
    if (!isCount(of) || !isCount(failed) || failed > of) return this.#odd(`${failed} failed of ${of}`);
    if (!part) {
      add(this.whole, { of, failed });
      this.#second(atMs, of);
    }
    for (const label of labels) {
      const measure = this.#label(label);
      if (measure) add(measure, { of, failed });
    }
  }

  #reported({ label, distribution }: Extract<LoadResultEvent, { type: 'reported' }>): void {
    const values = [...distribution.quantiles.flat(), distribution.mean ?? 0, distribution.min ?? 0, distribution.max ?? 0];
    const odd = values.find((value) => !isTime(value));
    if (odd !== undefined) return this.#odd(`a duration of ${odd} ms`);
    const measure = label === undefined ? this.whole : this.#label(label);
    if (!measure) return;
    if (measure.reported) return this.#odd(`two distributions of ${label ?? 'all requests'}`);
    measure.reported = { ...distribution, quantiles: distribution.quantiles.toSorted(([one], [other]) => one - other) };
  }

  #second(atMs: number | undefined, requests: number): void {
    if (atMs === undefined || !Number.isFinite(atMs)) {
      this.untimed += requests;
      return;
    }
    const second = Math.floor(atMs / 1_000);
    const known = this.seconds.get(second);
    if (known === undefined && this.seconds.size >= SECONDS) this.untimed += requests;
    else this.seconds.set(second, (known ?? 0) + requests);
  }

  #label(name: string): Measure | undefined {
    const label = name.slice(0, NAME);
    const known = this.labels.get(label);
    if (known) return known;
    if (label === '') return undefined;
    if (this.labels.size >= LABELS && !this.#wanted.has(label)) {
      this.unkept += 1;
      return undefined;
    }
    const measure = newMeasure();
    this.labels.set(label, measure);
    return measure;
  }

  #odd(what: string): void {
    this.absurd ??= what;
  }
}

function newMeasure(): Measure {
  return { times: new DistributionCounts(), of: 0, failed: 0, reported: undefined };
}

function add(measure: Measure, { of, failed }: { of: number; failed: number }): void {
  measure.of += of;
  measure.failed += failed;
}

/** Numbers from files may be anything. A year is longer than any request. */
function isTime(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0 && ms < 366 * 86_400_000;
}

function isCount(count: number): boolean {
  return Number.isFinite(count) && count >= 0 && count < 1e15;
}

/** What several files of one command tell together: samples and counts add up; percentiles do not, so one file's are taken or none. */
export function merged(measures: readonly Measure[]): Measure {
  const all = newMeasure();
  for (const { times, of, failed } of measures) {
    if (times.count > 0) all.times.merge(times.store());
    add(all, { of, failed });
  }
  if (measures.length === 1) all.reported = measures[0]?.reported;
  return all;
}
