import { expect, test } from 'vitest';

import { readExposition } from './prometheus-text.ts';

test('metrics with types, labels, time stamps and numbers of every form', () => {
  const read = readExposition(`# HELP go_goroutines Number of goroutines.
# TYPE go_goroutines gauge
go_goroutines 12
# TYPE pool gauge
pool{state="used", db="a\\"b,c}"} 3 1700000000000
pool{state="idle",db="x",} 1.5e+01
nothing NaN
most +Inf
# EOF
`);
  expect(read?.types.get('pool')).toBe('gauge');
  expect(read?.samples).toEqual([
    { name: 'go_goroutines', labels: '', value: 12 },
    { name: 'pool', labels: 'db="a\\"b,c}",state="used"', value: 3 },
    { name: 'pool', labels: 'db="x",state="idle"', value: 15 },
    { name: 'nothing', labels: '', value: Number.NaN },
    { name: 'most', labels: '', value: Number.POSITIVE_INFINITY },
  ]);
});

test.each([
  '<html><body>not found</body></html>',
  '{"goroutines": 12}',
  'up',
  'goroutines twelve',
  'a{b="1} 3',
  '',
  '# only words\n',
  'ok 1 more words\n<p>',
])('no metrics: %j', (text) => {
  expect(readExposition(text)).toBeUndefined();
});
