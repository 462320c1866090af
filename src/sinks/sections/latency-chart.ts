import { fenced, mermaidLabel } from '../../lib/markdown.ts';
import { cut } from '../../lib/text.ts';
import type { Chart } from '../../model/report-charts.ts';
import type { ReportV1 } from '../../model/report-v1.ts';

/** So many values fit a phone: of each part the highest. */
const MOST = 24;
/** Mermaid draws what it is given; a name is a name, not a program. */
const NAME = 40;

/**
 * The 95th percentile over time of the load with the highest one, as Mermaid draws it (https://mermaid.js.org/syntax/xyChart.html);
 * nothing when less than four moments were measured.
 */
export function latencyChart({ charts = [] }: ReportV1): string {
  const tails = charts
    .filter(({ x, unit, title }) => x === 'time' && unit === 'milliseconds' && title.startsWith('latency'))
    .flatMap(({ lines }) => lines.filter(({ name, points }) => name.endsWith('p95') && points.length >= 4));
  const slowest = tails.toSorted((a, b) => highest(b) - highest(a))[0];
  if (!slowest) return '';
  const shown = thinned(slowest.points);
  const [first = 0, last = 0] = [shown[0]?.[0], shown.at(-1)?.[0]];
  const lines = [
    'xychart-beta',
    `  title "${mermaidLabel(cut(slowest.name, NAME)).replaceAll('"', "'")}, ms"`,
    `  x-axis "seconds" ${Math.round(first / 1_000)} --> ${Math.max(Math.round(last / 1_000), Math.round(first / 1_000) + 1)}`,
    `  y-axis "ms" 0 --> ${Math.max(1, Math.ceil(highest(slowest)))}`,
    `  line [${shown.map(([, value]) => Number(value.toPrecision(3))).join(', ')}]`,
  ];
  return fenced(lines.join('\n'), 'mermaid');
}

function highest({ points }: Chart['lines'][number]): number {
  return Math.max(...points.map(([, value]) => value));
}

function thinned(points: Chart['lines'][number]['points']): Chart['lines'][number]['points'] {
  const each = Math.ceil(points.length / MOST);
  return Array.from({ length: Math.ceil(points.length / each) }, (_, part) =>
    points.slice(part * each, (part + 1) * each).reduce((most, point) => (point[1] > most[1] ? point : most)),
  );
}
