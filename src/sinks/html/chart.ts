import { scaleLinear } from 'd3-scale';
import { line as lineOf } from 'd3-shape';

import { html as escaped } from '../../lib/markdown.ts';
import { grouped } from '../../lib/text.ts';
import type { Chart, ChartUnit } from '../../model/report-charts.ts';
import { formatDuration, formatRatio, formatSize } from '../../model/units.ts';
import { folded, table } from './markup.ts';

const SIZE = { width: 720, height: 240, left: 64, right: 12, top: 18, bottom: 28 };
const RIGHT = SIZE.width - SIZE.right;
const BOTTOM = SIZE.height - SIZE.bottom;
const DASHES = ['', '6 3', '2 3', '8 3 2 3'];
const COLOURS = 6;

/** One chart as SVG in its figure: drawn here, so that the page needs no script; its numbers stand below for who cannot see it. */
export function chartFigure(chart: Chart): string {
  const caption = `${chart.stage}: ${chart.title}`;
  const lines = chart.lines.map((line, index) => ({
    ...line,
    style: `class="line c${index % COLOURS}" stroke-dasharray="${DASHES[Math.floor(index / COLOURS) % DASHES.length] ?? ''}"`,
  }));
  const legend = lines.map(
    ({ name, style }) =>
      `<li><svg viewBox="0 0 24 8" width="24" height="8" aria-hidden="true"><path ${style} d="M0 4H24"/></svg> ${escaped(name)}</li>`,
  );
  return `<figure><figcaption>${escaped(caption)}</figcaption>
${drawing(chart, caption, lines)}
<ul class="legend">${legend.join('')}</ul>
${folded(
  'Numbers',
  table(
    caption,
    ['line', 'lowest', 'middle', 'highest', 'last'],
    chart.lines.map((line) => summaryOf(line, chart.unit)),
  ),
)}
</figure>`;
}

function drawing(chart: Chart, caption: string, lines: readonly (Chart['lines'][number] & { readonly style: string })[]): string {
  const x = xAxis(chart);
  const highest = Math.max(...chart.lines.flatMap(({ points }) => points.map(([, value]) => value)));
  // A limit far above all lines would press them to the floor: it is then said, not drawn.
  const limits = chart.limits.filter(({ value }) => value <= highest * 3);
  const y = scaleLinear([0, Math.max(highest, ...limits.map(({ value }) => value)) || 1], [BOTTOM, SIZE.top]).nice(5);
  const path = lineOf<readonly [number, number]>(
    ([at]) => x.place(at),
    ([, value]) => y(value),
  ).digits(1);
  const parts = [
    ...y.ticks(5).map((value) => rule(y(value), format(value, chart.unit))),
    ...x.ticks.map(({ at, text }) => `<text x="${at.toFixed(1)}" y="${BOTTOM + 18}" text-anchor="middle">${escaped(text)}</text>`),
    ...chart.bands.map((band) => bandOf(band, x.place)),
    ...limits.map(
      ({ value, text }) =>
        `<g class="limit"><path d="M${SIZE.left} ${y(value).toFixed(1)}H${RIGHT}"/><text x="${RIGHT}" y="${(y(value) - 4).toFixed(1)}" text-anchor="end">${escaped(text)}</text></g>`,
    ),
    ...lines.map(({ points, style }) => `<path ${style} d="${path(points) ?? ''}"/>`),
  ];
  return `<svg class="chart" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${escaped(described(chart, caption))}">
${parts.join('\n')}
</svg>`;
}

interface XAxis {
  readonly place: (value: number) => number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** Time is linear; quantiles stand side by side at the same distance, or the tail would be one pixel wide. */
function xAxis(chart: Chart): XAxis {
  const values = [...new Set(chart.lines.flatMap(({ points }) => points.map(([value]) => value)))].sort((a, b) => a - b);
  if (chart.x === 'quantile') {
    const scale = scaleLinear([0, Math.max(1, values.length - 1)], [SIZE.left, RIGHT - 16]);
    const place = (value: number): number => scale(values.indexOf(value));
    return { place, ticks: values.map((value) => ({ at: place(value), text: quantileName(value) })) };
  }
  const last = Math.max(values.at(-1) ?? 1, ...chart.bands.map(({ toMs }) => toMs));
  const scale = scaleLinear([0, last], [SIZE.left, RIGHT]);
  // Whole seconds or minutes: a tick at 0:07.5 helps nobody.
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200].find((seconds) => last / 1_000 / seconds <= 9) ?? 14_400;
  const count = Math.floor(last / 1_000 / step) + 1;
  return {
    place: scale,
    ticks: Array.from({ length: count }, (_, index) => ({
      at: scale(index * step * 1_000),
      text: index === 0 ? '0' : formatDuration(index * step * 1_000),
    })),
  };
}

function quantileName(value: number): string {
  return value === 0 ? 'least' : value === 1 ? 'most' : value === 0.5 ? 'median' : `p${Number((value * 100).toFixed(2))}`;
}

function rule(y: number, text: string): string {
  return `<g class="rule"><path d="M${SIZE.left} ${y.toFixed(1)}H${RIGHT}"/><text x="${SIZE.left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${escaped(text)}</text></g>`;
}

function bandOf({ fromMs, toMs, label, kind }: Chart['bands'][number], place: XAxis['place']): string {
  const [from, to] = [place(Math.max(0, fromMs)), place(toMs)];
  return `<g class="band ${kind}"><rect x="${from.toFixed(1)}" y="${SIZE.top}" width="${Math.max(1, to - from).toFixed(1)}" height="${BOTTOM - SIZE.top}"/><text x="${(from + 3).toFixed(1)}" y="${SIZE.top - 5}">${escaped(label)}</text></g>`;
}

function described({ lines, unit }: Chart, caption: string): string {
  const said = lines.map(({ name, points }) => `${name} up to ${format(Math.max(...points.map(([, value]) => value)), unit)}`);
  return `${caption}. ${said.join('; ')}.`;
}

function summaryOf({ name, points }: Chart['lines'][number], unit: ChartUnit): string[] {
  const values = points.map(([, value]) => value).sort((a, b) => a - b);
  const shown = [values[0], values[Math.floor(values.length / 2)], values.at(-1), points.at(-1)?.[1]];
  return [name, ...shown.map((value) => (value === undefined ? '' : format(value, unit)))];
}

function format(value: number, unit: ChartUnit): string {
  switch (unit) {
    case 'milliseconds':
      return value > 0 && value < 10 ? `${Number(value.toFixed(2))} ms` : formatDuration(value);
    case 'bytes':
      return formatSize(value);
    case 'ratio':
      return formatRatio(value);
    case 'count':
      return grouped(Number(value.toFixed(1)));
    case 'per second':
      return `${grouped(Number(value.toFixed(1)))}/s`;
  }
}
