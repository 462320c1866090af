import { expect, it } from 'vitest';

import type { Chart } from '../../../src/model/report-charts.ts';
import type { ReportV1 } from '../../../src/model/report-v1.ts';
import { html } from '../../../src/sinks/html/index.ts';
import { hugeReport } from '../../support/reports.ts';
import { ask, describeWithBrowser } from './support.ts';

const PHONE = 390;
const DESK = 1_200;

const chart: Chart = {
  stage: 'performance',
  title: 'latency from the scheduled time',
  x: 'time',
  unit: 'milliseconds',
  lines: ['steady p50', 'steady p95', 'peak p50', 'peak p95'].map((name, line) => ({
    name,
    points: Array.from({ length: 60 }, (_, index): [number, number] => [index * 1_000, line * 10 + (index % 7)]),
  })),
  bands: [{ kind: 'load', label: 'peak', fromMs: 10_000, toMs: 40_000 }],
  limits: [{ value: 30, text: 'chat.latency: p(95) < 30ms' }],
};

/** Everything that the page can show, much of it written by somebody who wants out. */
const full: ReportV1 = {
  ...hugeReport(40),
  charts: [chart, { ...chart, stage: 'chaos', bands: [{ kind: 'fault', label: '</text><script>x</script>', fromMs: 5_000, toMs: 9_000 }] }],
  coverage: {
    total: 900,
    list: Array.from({ length: 40 }, (_, index) => ({
      stage: 'unit',
      path: `src/${'deep/'.repeat(index % 9)}file-${index}.ts`,
      lines: { covered: 3, total: 9 },
      uncovered: [[4, 9]],
      more: 0,
    })),
  },
  slowest: [{ stage: 'unit', test: `suite › ${'a'.repeat(200)}`, durationMs: 4_000 }],
};

describeWithBrowser('the page in a real browser', () => {
  it('fits a phone: nothing but tables and output scrolls sideways', async () => {
    const page = html.render(full);
    expect(await ask(page, { width: PHONE, expression: 'page.documentElement.scrollWidth' })).toBeLessThanOrEqual(PHONE);
    expect(await ask(page, { width: DESK, expression: 'page.documentElement.scrollWidth' })).toBeLessThanOrEqual(DESK);
  });

  it('holds what hostile names write as text alone', async () => {
    const expression = `({
      foreign: page.querySelectorAll('script, img, iframe, object, embed, form, [onerror], [onload]').length,
      links: [...page.querySelectorAll('a')].filter((a) => !a.getAttribute('href').startsWith('#')).length,
      broken: [...page.querySelectorAll('a')].filter((a) => !page.getElementById(a.getAttribute('href').slice(1))).length,
    })`;
    expect(await ask(html.render(full), { width: DESK, expression })).toEqual({ foreign: 0, links: 0, broken: 0 });
  });

  it('can be read aloud: one title, headings in order, pictures with words, tables with headers', async () => {
    const expression = `({
      titles: page.querySelectorAll('h1').length,
      silent: page.querySelectorAll('svg[role=img]:not([aria-label])').length,
      charts: page.querySelectorAll('figure svg.chart').length,
      tables: [...page.querySelectorAll('table')].filter((table) => !table.caption || table.querySelectorAll('th[scope]').length === 0).length,
      language: page.documentElement.lang,
    })`;
    const answer = await ask(html.render(full), { width: DESK, expression });
    expect(answer).toEqual({ titles: 1, silent: 0, charts: 3, tables: 0, language: 'en' });
  });

  it('opens with two thousand findings, in less than five megabytes', async () => {
    const page = html.render(hugeReport(2_000));
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
    const expression = `page.querySelectorAll('.finding').length + page.querySelectorAll('#blocks tbody tr').length`;
    expect(await ask(page, { width: DESK, expression })).toBe(2_000);
  });
});
