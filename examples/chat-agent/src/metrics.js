// @ts-check

/** @typedef {Record<string, string | number>} Labels */

/** @param {Labels} labels */
function format(labels) {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(String(value))}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

/** @param {string} value */
function escape(value) {
  return value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
}

class Counter {
  /** @type {Map<string, number>} */
  #values = new Map();

  /** @param {Labels} [labels] @param {number} [by] */
  add(labels = {}, by = 1) {
    const key = format(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  /** @param {string} name */
  lines(name) {
    return [...this.#values].map(([labels, value]) => `${name}${labels} ${value}`);
  }
}

class Gauge {
  /** @param {() => Array<[Labels, number]>} read */
  constructor(read) {
    this.read = read;
  }

  /** @param {string} name */
  lines(name) {
    return this.read().map(([labels, value]) => `${name}${format(labels)} ${value}`);
  }
}

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

class Histogram {
  /** @type {Map<string, {labels: Labels, counts: number[], sum: number, count: number}>} */
  #series = new Map();

  /** @param {Labels} labels @param {number} value */
  observe(labels, value) {
    const key = format(labels);
    const series = this.#series.get(key) ?? { labels, counts: BOUNDS.map(() => 0), sum: 0, count: 0 };
    BOUNDS.forEach((bound, index) => {
      if (value <= bound) series.counts[index] = (series.counts[index] ?? 0) + 1;
    });
    series.sum += value;
    series.count += 1;
    this.#series.set(key, series);
  }

  /** @param {string} name */
  lines(name) {
    return [...this.#series.values()].flatMap(({ labels, counts, sum, count }) => [
      ...BOUNDS.map((le, index) => `${name}_bucket${format({ ...labels, le })} ${counts[index]}`),
      `${name}_bucket${format({ ...labels, le: '+Inf' })} ${count}`,
      `${name}_sum${format(labels)} ${sum}`,
      `${name}_count${format(labels)} ${count}`,
    ]);
  }
}

export class Metrics {
  /** @type {Array<{name: string, type: string, help: string, metric: {lines(name: string): string[]}}>} */
  #all = [];

  /** @param {string} name @param {string} help */
  counter(name, help) {
    return this.#register(name, 'counter', help, new Counter());
  }

  /** @param {string} name @param {string} help */
  histogram(name, help) {
    return this.#register(name, 'histogram', help, new Histogram());
  }

  /** @param {string} name @param {string} help @param {() => Array<[Labels, number]>} read */
  gauge(name, help, read) {
    return this.#register(name, 'gauge', help, new Gauge(read));
  }

  render() {
    const blocks = this.#all.map(({ name, type, help, metric }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...metric.lines(name)].join('\n'));
    return `${blocks.join('\n')}\n`;
  }

  /**
   * @template {{lines(name: string): string[]}} M
   * @param {string} name @param {string} type @param {string} help @param {M} metric
   */
  #register(name, type, help, metric) {
    this.#all.push({ name, type, help, metric });
    return metric;
  }
}
