import type { Histogram } from '../model/load.ts';
import type { SeriesEvidence } from '../model/evidence.ts';

/** Is it measured on the stack's services, and not by a load? */
export function isResourceMetric(metric: string): boolean {
  return metric.startsWith('service.');
}

/** A value at a moment (milliseconds since 1970). */
export type Sample = readonly [atMs: number, value: number];

/** What was seen of one metric while a stage ran: numbers alone, since an hour of ten services has a million of them. */
export class Recording {
  readonly unit: SeriesEvidence['unit'];
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  constructor(unit: SeriesEvidence['unit']) {
    this.unit = unit;
  }

  add(atMs: number, value: number): void {
    this.#times.push(atMs);
    this.#values.push(value);
  }

  get last(): number | undefined {
    return this.#values.at(-1);
  }

  /** The samples from one moment to another, both included. */
  within(fromMs: number, toMs: number): Sample[] {
    return this.#times.flatMap((atMs, index): Sample[] => (atMs >= fromMs && atMs <= toMs ? [[atMs, this.#values[index] ?? 0]] : []));
  }
}

/** How a unit's numbers are counted: whole ones of something small enough. */
export function countingOf(unit: SeriesEvidence['unit'], samples: readonly Sample[]): { unit: Histogram['unit']; factor: number } {
  switch (unit) {
    case 'milliseconds':
      return { unit: 'microseconds', factor: 1_000 };
    case 'bytes':
      return { unit: 'bytes', factor: 1 };
    case 'ratio':
      return { unit: 'millionths', factor: 1e6 };
    case 'count':
      return samples.every(([, value]) => Number.isInteger(value)) ? { unit: 'count', factor: 1 } : { unit: 'millionths', factor: 1e6 };
  }
}
