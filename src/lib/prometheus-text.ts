/** One sample of a metric. `labels` as they are written, sorted by name: `state="used"`. */
export interface PrometheusSample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** What an endpoint exposes. */
export interface Exposition {
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly PrometheusSample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*,?/;
/** Samples that are read of one answer; later ones are not. */
const MOST_SAMPLES = 20_000;

/**
 * Reads the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/) and of OpenMetrics. `undefined`
 * for a text that is none: one line that is neither comment nor sample is enough, since pages of errors have words as well.
 */
export function readExposition(text: string): Exposition | undefined {
  const types = new Map<string, string>();
  const samples: PrometheusSample[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    if (line.startsWith('#')) {
      const [, name, type] = /^#\s+TYPE\s+(\S+)\s+(\w+)/.exec(line) ?? [];
      if (name !== undefined && type !== undefined) types.set(name, type);
      continue;
    }
    const sample = readSample(line);
    if (sample === undefined) return undefined;
    samples.push(sample);
    if (samples.length === MOST_SAMPLES) break;
  }
  return samples.length === 0 ? undefined : { types, samples };
}

function readSample(line: string): PrometheusSample | undefined {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return undefined;
  let rest = line.slice(name.length);
  const labels: string[] = [];
  if (rest.trimStart().startsWith('{')) {
    rest = rest.slice(rest.indexOf('{') + 1);
    for (let label = LABEL.exec(rest); label; label = LABEL.exec(rest)) {
      labels.push(`${label[1] ?? ''}="${label[2] ?? ''}"`);
      rest = rest.slice(label[0].length);
    }
    if (!rest.trimStart().startsWith('}')) return undefined;
    rest = rest.slice(rest.indexOf('}') + 1);
  }
  // A time stamp or an exemplar may follow.
  const [, number = ''] = /^\s+([^\s#]+)/.exec(rest) ?? (labels.length > 0 ? /^\s*([^\s#]+)/.exec(rest) : null) ?? [];
  const value = numberOf(number);
  return value === undefined ? undefined : { name, labels: labels.toSorted().join(','), value };
}

function numberOf(text: string): number | undefined {
  switch (text) {
    case 'NaN':
      return Number.NaN;
    case '+Inf':
      return Number.POSITIVE_INFINITY;
    case '-Inf':
      return Number.NEGATIVE_INFINITY;
    default:
      return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
  }
}
