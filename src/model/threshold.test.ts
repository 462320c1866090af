import fc from 'fast-check';
import { expect, it } from 'vitest';

import { parseThreshold, writtenLimit, writtenMetric, type Threshold } from './threshold.ts';

const written = fc.record({
  metric: fc.constantFrom('chat.latency', 'errors', 'service.api.memory', 'requests.rate'),
  tag: fc.option(fc.constantFrom('steady', 'peak', 'burst'), { nil: undefined }),
  aggregation: fc.oneof(
    fc.constantFrom('avg', 'med', 'min', 'max', 'rate', 'count'),
    fc.integer({ min: 0, max: 1_000 }).map((tenths) => `p(${tenths / 10})`),
  ),
  op: fc.constantFrom('<', '<=', '>', '>=', '=='),
  value: fc.constantFrom('100ms', '0.1%', '2GB', '20', '1h30m'),
  lasting: fc.option(fc.constantFrom('30s', '5m'), { nil: undefined }),
  abort: fc.boolean(),
  gap: fc.constantFrom('', ' ', '  '),
});

it('reads what the grammar allows, and keeps what it says', () => {
  fc.assert(
    fc.property(written, ({ metric, tag, aggregation, op, value, lasting, abort, gap }) => {
      const entry = tag === undefined ? metric : `${metric}{${gap}load:${gap}${tag}${gap}}`;
      const text = `${aggregation} ${op}${gap}${value}${lasting === undefined ? '' : ` for ${lasting}`}${abort ? ' abort' : ''}`;
      const read = parseThreshold(entry, text);
      if ('error' in read) throw new Error(read.error);
      expect(read).toMatchObject({ metric, abort, limit: { op } });
      expect([read.load, read.forMs]).toEqual([tag, lasting === undefined ? undefined : lasting === '30s' ? 30_000 : 300_000]);
      expect(read.aggregation).toEqual(
        aggregation.startsWith('p') ? { type: 'percentile', percentile: Number(aggregation.slice(2, -1)) } : { type: aggregation },
      );
      expect([writtenMetric(read), writtenLimit(read)]).toEqual([entry, text]);
    }),
  );
});

it('never throws, and says what to write', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (metric, text) => {
      const read = parseThreshold(metric, text);
      if ('error' in read) expect(read.error).toContain(': write ');
    }),
  );
});

it('takes a step as the metric of that step', () => {
  expect(parseThreshold('chat.latency{load:peak, step:2}', 'med < 20ms')).toMatchObject({ metric: 'chat.2.latency', load: 'peak' });
});

it.each([
  ['chat.latency{}', 'p(99) < 1s'],
  ['chat.latency{load:a,load:b}', 'p(99) < 1s'],
  ['chat.latency{step:0}', 'p(99) < 1s'],
  ['errors{step:1}', 'rate < 1%'],
  ['chat.latency{load:peak', 'p(99) < 1s'],
  ['chat.latency', 'p(100.5) < 1s'],
  ['chat.latency', 'p(99) 1s'],
  ['chat.latency', 'p99 < 1s'],
  ['chat.latency', 'p(99) < 1s for ever'],
])('refuses %s: %s', (metric, text) => {
  const read: Threshold | { error: string } = parseThreshold(metric, text);
  expect(read).toHaveProperty('error');
});
