import { parseJson } from '../../lib/json.ts';
import type { Emit } from '../contract.ts';
import { isRecord, readLines, recordOf } from '../report.ts';
import { groupLabel, labelsOf } from './labels.ts';

/** The metrics that are read: most lines are of others, and are not parsed. */
const READ = /"metric":"(http_req_duration|http_req_failed|grpc_req_duration|checks|group_duration|iteration_duration|dropped_iterations)"/;

/** Every sample of a run (`k6 run --out json=…`), one line each. */
export async function parsePoints(text: AsyncIterable<string>, emit: Emit): Promise<void> {
  const points = new Points(emit);
  await readLines(text, emit, (line) => points.read(line));
  points.end();
}

class Points {
  readonly #emit: Emit;
  readonly #checks = { of: 0, failed: 0 };
  #requests = 0;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  read(line: string): string | undefined {
    const [, metric] = READ.exec(line) ?? [];
    if (metric === undefined) return line.startsWith('{') && line.endsWith('}') ? undefined : 'is no line of k6';
    const entry = parseJson(line);
    if (!isRecord(entry)) return 'is no JSON';
    if (entry['type'] !== 'Point') return undefined;
    const data = recordOf(entry['data']);
    const value = data['value'];
    if (typeof value !== 'number') return 'has no value';
    this.#point(metric, { value, tags: recordOf(data['tags']), atMs: Date.parse(String(data['time'])) });
    return undefined;
  }

  #point(metric: string, { value, tags, atMs }: Point): void {
    switch (metric) {
      case 'http_req_duration':
        // A request that never came to be sent has a duration of nothing, which is no time that anybody waited.
        if (value === 0) return;
        return this.#emit({ type: 'time', ms: value, labels: labelsOf(tags).filter((label) => !label.startsWith('group:')) });
      case 'grpc_req_duration':
        return this.#emit({ type: 'time', ms: value, labels: ['grpc'], part: true });
      case 'http_req_failed':
        this.#requests += 1;
        return this.#emit({ type: 'outcomes', of: 1, failed: value === 0 ? 0 : 1, labels: labelsOf(tags), atMs });
      case 'checks':
        this.#checks.of += 1;
        this.#checks.failed += value === 0 ? 1 : 0;
        return this.#emit({ type: 'outcomes', of: 1, failed: value === 0 ? 1 : 0, labels: checkLabels(tags), part: true });
      case 'group_duration':
        return this.#emit({
          type: 'time',
          ms: value,
          labels: typeof tags['group'] === 'string' ? groupLabel(tags['group']) : [],
          part: true,
        });
      case 'iteration_duration':
        return this.#emit({ type: 'time', ms: value, labels: ['iterations'], part: true });
      case 'dropped_iterations':
        return this.#emit({ type: 'dropped', count: value, what: 'iterations' });
    }
  }

  /** Where nothing is asked over HTTP, checks are what tells whether it worked. */
  end(): void {
    if (this.#requests === 0 && this.#checks.of > 0) this.#emit({ type: 'outcomes', ...this.#checks, labels: [] });
  }
}

interface Point {
  readonly value: number;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

function checkLabels({ check }: Readonly<Record<string, unknown>>): string[] {
  return ['checks', ...(typeof check === 'string' ? [`check:${check}`] : [])];
}
