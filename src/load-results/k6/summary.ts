import type { Emit } from '../contract.ts';
import { distributionOf, isRecord, numberOf, readDocument, recordOf } from '../report.ts';
import { nameOf, subjectOf } from './labels.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * What k6 makes of a run at its end: `--summary-export` (numbers beside the name of a metric, and `true` behind a threshold that was
 * crossed), the data of `handleSummary` (numbers below `values`, `{ok: true}` behind a threshold that was kept), and the summary that
 * is called machine-readable (a list of metrics; no thresholds in it, so that only exit code 99 tells of a crossed one).
 */
export async function parseSummary(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const summary = new Summary(emit);
  const whole = await readDocument(text, {
    places: ['metrics.*', 'results.metrics.*', 'state.testRunDurationMs', 'metadata.k6_version', 'config.duration'],
    value: (path, value) => {
      const [first, second] = path;
      if (first === 'metrics') summary.metric(String(second), value);
      else if (first === 'results') summary.metric(undefined, value);
      else if (first === 'state') summary.lasted(numberOf(value));
      else if (first === 'config') summary.lasted(numberOf(value) === undefined ? undefined : Number(value) * 1_000);
      else if (typeof value === 'string') emit({ type: 'tool', version: value.slice(0, 40) });
    },
    emit,
  });
  if (whole) summary.end();
}

class Summary {
  readonly #emit: Emit;
  readonly #checks = { of: 0, failed: 0 };
  #requests: number | undefined;
  #rate: number | undefined;
  #failed: { of: number; failed: number } | undefined;
  #durationMs: number | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  lasted(ms: number | undefined): void {
    this.#durationMs ??= ms;
  }

  metric(key: string | undefined, value: unknown): void {
    const metric = recordOf(value);
    const name = key ?? (typeof metric['name'] === 'string' ? metric['name'] : undefined);
    if (name === undefined) return;
    const values = isRecord(metric['values']) ? metric['values'] : metric;
    const { base, label, other } = nameOf(name);
    this.#thresholds(name, metric['thresholds'], values);
    if (other) return;
    if (base === 'http_req_duration' && label?.startsWith('group:') !== true) this.#times(values, label);
    else if (base === 'grpc_req_duration' && label === undefined) this.#times(values, 'grpc');
    else if (base === 'iteration_duration' && label === undefined) this.#times(values, 'iterations');
    else if (base === 'group_duration' && label !== undefined) this.#times(values, label);
    else if (base === 'http_req_failed') this.#outcomes(values, label);
    else if (base === 'checks' && label === undefined) this.#checked(values);
    else if (label === undefined) this.#count(base, values);
  }

  #times(values: Values, label: string | undefined): void {
    const distribution = distributionOf(values, { part: partOf, mean: 'avg' });
    if (distribution && !isEmpty(values)) this.#emit({ type: 'reported', distribution, ...(label === undefined ? {} : { label }) });
  }

  #outcomes(values: Values, label: string | undefined): void {
    const counted = hitsOf(values);
    if (counted === undefined) return;
    const { hits: failed, of } = counted;
    if (label === undefined) this.#failed = { of, failed };
    else if (of > 0) this.#emit({ type: 'outcomes', of, failed, labels: [label], part: true });
  }

  #checked(values: Values): void {
    const counted = hitsOf(values);
    if (counted === undefined || counted.of === 0) return;
    this.#checks.of = counted.of;
    this.#checks.failed = counted.of - counted.hits;
    this.#emit({ type: 'outcomes', ...this.#checks, labels: ['checks'], part: true });
  }

  #count(name: string, values: Values): void {
    const count = numberOf(values['count']);
    if (count === undefined) return;
    if (name === 'http_reqs') {
      this.#requests = count;
      this.#rate = numberOf(values['rate']);
    }
    if (name === 'dropped_iterations') this.#emit({ type: 'dropped', count, what: 'iterations' });
  }

  #thresholds(name: string, thresholds: unknown, values: Values): void {
    for (const [text, said] of Object.entries(recordOf(thresholds))) {
      const kept = typeof said === 'boolean' ? !said : recordOf(said)['ok'];
      if (typeof kept !== 'boolean') {
        this.#emit({ type: 'gap', reason: 'malformed', message: `the threshold ${name}: ${text} has no outcome` });
        continue;
      }
      // k6 calls a threshold kept that nothing was held against.
      const outcome = kept ? (isEmpty(values) ? 'empty' : 'kept') : 'broken';
      this.#emit({ type: 'threshold', text: `${name}: ${text}`, outcome, of: subjectOf(name), ...measuredOf(text, values) });
    }
  }

  end(): void {
    if (this.#requests !== undefined && this.#requests > 0) {
      if (this.#failed?.of === this.#requests) this.#emit({ type: 'outcomes', ...this.#failed, labels: [] });
      else
        this.#emit({
          type: 'gap',
          reason: 'malformed',
          message: `http_req_failed does not tell of the ${this.#requests} requests of http_reqs`,
        });
    } else if (this.#checks.of > 0) this.#emit({ type: 'outcomes', ...this.#checks, labels: [] });
    const durationMs = this.#durationMs ?? (this.#rate && this.#requests ? (this.#requests / this.#rate) * 1_000 : undefined);
    if (durationMs !== undefined) this.#emit({ type: 'span', durationMs });
  }
}

/** `med`, `p(95)`, `p95`, `p99.9`. */
function partOf(name: string): number | undefined {
  if (name === 'med') return 0.5;
  const [, digits] = /^p\(?(\d+(?:\.\d+)?)\)?$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits) / 100;
}

/** How often a rate was so: in the first two forms `passes` counts what was true, which for `http_req_failed` is failing. */
function hitsOf(values: Values): { hits: number; of: number } | undefined {
  const [passes, fails, matches, total] = ['passes', 'fails', 'matches', 'total'].map((key) => numberOf(values[key]));
  if (passes !== undefined && fails !== undefined) return { hits: passes, of: passes + fails };
  return matches !== undefined && total !== undefined ? { hits: matches, of: total } : undefined;
}

/** No request takes no time: a distribution of zeros is what k6 writes where there was nothing. */
function isEmpty(values: Values): boolean {
  const rate = hitsOf(values);
  if (rate) return rate.of === 0;
  const count = numberOf(values['count']);
  if (count !== undefined) return count === 0 && numberOf(values['max']) === undefined;
  const max = numberOf(values['max']);
  return max === undefined ? numberOf(values['value']) === undefined && allZero(values) : max === 0 && allZero(values);
}

function allZero(values: Values): boolean {
  return Object.values(values).every((value) => typeof value !== 'number' || value === 0);
}

function measuredOf(text: string, values: Values): { measured?: string } {
  const rate = hitsOf(values);
  if (rate) return { measured: `${rate.hits} of ${rate.of}` };
  const [aggregation = ''] = /^\s*[a-z]+(?:\(\s*[\d.]+\s*\))?/.exec(text) ?? [];
  const part = partOf(aggregation.replaceAll(' ', ''));
  const found = Object.entries(values).find(([name]) => name === aggregation || (part !== undefined && partOf(name) === part))?.[1];
  const value = numberOf(found);
  return value === undefined ? {} : { measured: `${aggregation} ${Number(value.toPrecision(4))}` };
}
