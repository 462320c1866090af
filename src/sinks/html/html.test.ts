import { expect, test } from 'vitest';

import type { Chart } from '../../model/report-charts.ts';
import { chartFigure } from './chart.ts';
import { anchorOf, section, table } from './markup.ts';

const CHART: Chart = {
  stage: 'performance',
  title: 'CPU of services',
  x: 'time',
  unit: 'ratio',
  lines: [
    {
      name: 'api</text><script>alert(1)</script>',
      points: [
        [0, 0.1],
        [30_000, 0.8],
      ],
    },
  ],
  bands: [{ kind: 'fault', label: '<b>redis is down', fromMs: 10_000, toMs: 20_000 }],
  limits: [
    { value: 0.7, text: 'service.api.cpu: max < 70%' },
    { value: 70, text: 'far above' },
  ],
};

test('a chart says in words and numbers what it shows, and no name can leave it', () => {
  const figure = chartFigure(CHART);
  expect(figure).toContain('aria-label="performance: CPU of services. api');
  expect(figure).toMatch(/<td>10 %<\/td><td>80 %<\/td><td>80 %<\/td><td>80 %<\/td>/);
  expect(figure).not.toMatch(/<script|<b>redis/);
  expect(figure).toContain('class="band fault"');
});

test('a limit that the lines come near is drawn, one far above is not', () => {
  const figure = chartFigure(CHART);
  expect(figure).toContain('service.api.cpu: max &lt; 70%');
  expect(figure).not.toContain('far above');
});

test('percentiles stand side by side, the tail as wide as the middle', () => {
  const points: [number, number][] = [
    [0, 1],
    [0.5, 2],
    [0.99, 3],
    [1, 9],
  ];
  const figure = chartFigure({ ...CHART, x: 'quantile', unit: 'milliseconds', bands: [], limits: [], lines: [{ name: 'peak', points }] });
  const places = [...figure.matchAll(/<text x="([\d.]+)" y="230"[^>]*>(\w+)</g)].map(([, x, text]) => [text, Number(x)] as const);
  expect(places.map(([text]) => text)).toEqual(['least', 'median', 'p99', 'most']);
  const gaps = places.slice(1).map(([, x], index) => Math.round(x - (places[index]?.[1] ?? 0)));
  expect(new Set(gaps).size).toBe(1);
});

test('marks are read as words, and places do not change with the numbers in their titles', () => {
  expect(table('stages', ['stage', 'result'], [['unit', '✗ 3 failed']])).toContain(
    '<span class="blocked" role="img" aria-label="failed">✗</span> 3 failed',
  );
  expect(anchorOf('Blocks (3)')).toBe('blocks');
  expect(anchorOf('Performance: 4 loads')).toBe('performance');
  expect(section('Flaky tests', '')).toBe('');
});
