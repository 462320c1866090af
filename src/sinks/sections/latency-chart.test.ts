import { expect, test } from 'vitest';

import type { Chart } from '../../model/report-charts.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { latencyChart } from './latency-chart.ts';

function drawn(...lines: readonly { readonly name: string; readonly values: readonly number[] }[]): string {
  const chart: Chart = {
    stage: 'performance',
    title: 'latency from the scheduled time',
    x: 'time',
    unit: 'milliseconds',
    lines: lines.map(({ name, values }) => ({ name, points: values.map((value, index): [number, number] => [index * 1_000, value]) })),
    bands: [],
    limits: [],
  };
  return latencyChart({ charts: [chart] } as unknown as ReportV1);
}

test('the tail of the slowest load, by time', () => {
  expect(
    drawn(
      { name: 'steady p95', values: [1, 2, 3, 4] },
      { name: 'peak p95', values: [10, 20, 250.4, 30] },
      { name: 'peak p99', values: [900, 900, 900, 900] },
    ),
  ).toBe(
    '```mermaid\nxychart-beta\n  title "peak p95, ms"\n  x-axis "seconds" 0 --> 3\n  y-axis "ms" 0 --> 251\n  line [10, 20, 250, 30]\n```',
  );
});

test('a peak is not thinned away, and few moments are no chart', () => {
  const values = Array.from({ length: 600 }, (_, index) => (index === 301 ? 77 : 1));
  expect(drawn({ name: 'peak p95', values })).toMatch(/line \[(?:1, )+77(?:, 1)+\]/);
  expect(drawn({ name: 'peak p95', values: [1, 2, 3] })).toBe('');
});

test('a name is no program', () => {
  expect(drawn({ name: 'a" --> 9\n%%{init}%%\nline [1] p95', values: [1, 2, 3, 4] }).split('\n')).toHaveLength(7);
});
