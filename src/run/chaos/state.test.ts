import { expect, test } from 'vitest';

import { valueIn } from './state.ts';

const METRICS = `# TYPE breaker_state gauge
breaker_state{name="llm"} 2
breaker_state{name="redis"} 0
breaker_state_total 7
`;

test('a metric by its name and labels; several series are one state', () => {
  expect(valueIn(METRICS, { metric: 'breaker_state{name="llm"}' })).toBe('2');
  expect(valueIn(METRICS, { metric: 'breaker_state' })).toBe('{name="llm"} 2, {name="redis"} 0');
  expect(valueIn(METRICS, { metric: 'breaker_state{name="db"}' })).toBeUndefined();
  expect(valueIn('<html>not found</html>', { metric: 'breaker_state' })).toBeUndefined();
});

test('a field of a health answer, whatever its type', () => {
  const text = '{"status":"degraded","breakers":{"llm":"open","redis":{"open":false}}}';
  expect(valueIn(text, { field: 'breakers.llm' })).toBe('open');
  expect(valueIn(text, { field: 'breakers.redis' })).toBe('{"open":false}');
  expect(valueIn(text, { field: 'breakers.db' })).toBeUndefined();
  expect(valueIn('not found', { field: 'breakers.llm' })).toBeUndefined();
});
