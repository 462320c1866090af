import { scaleLinear } from 'd3-scale';

import { html as escaped } from '../../lib/markdown.ts';
import { cut, oneLine } from '../../lib/text.ts';
import type { ReportV1, TimelineBar } from '../../model/report-v1.ts';
import { clockFace, formatDuration } from '../../model/units.ts';

const WIDTH = 720;
const LEFT = 96;
const ROW = 18;
const MOST_ROWS = 60;
const CLASSES = { ok: 'good', bad: 'bad', unknown: 'maybe' } as const;

/** The run on one axis: a row for each bar, gathered by lane. */
export function timelineFigure({ timeline }: ReportV1): string {
  if (timeline.length === 0) return '';
  const lanes = [...Map.groupBy(timeline, ({ lane }) => lane)];
  const rows = lanes.flatMap(([lane, bars]) => bars.map((bar, index) => ({ bar, lane: index === 0 ? lane : '' }))).slice(0, MOST_ROWS);
  const last = Math.max(1_000, ...timeline.map(({ toMs }) => toMs));
  const x = scaleLinear([0, last], [LEFT, WIDTH - 8]);
  const height = rows.length * ROW + 24;
  const ticks = x
    .ticks(6)
    .map(
      (ms) =>
        `<g class="rule"><path d="M${x(ms).toFixed(1)} 0V${height - 20}"/><text x="${x(ms).toFixed(1)}" y="${height - 6}" text-anchor="middle">${clockFace(ms)}</text></g>`,
    );
  const drawn = rows.map(({ bar, lane }, row) => barOf(bar, { lane, row, x }));
  const left = timeline.length - rows.length;
  return `<figure><svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="timeline of the run, ${formatDuration(last)}: the same as the tables say">
${[...ticks, ...drawn].join('\n')}
</svg>${left > 0 ? `<figcaption>${left} more are not drawn</figcaption>` : ''}</figure>`;
}

function barOf(bar: TimelineBar, { lane, row, x }: { lane: string; row: number; x: (ms: number) => number }): string {
  const [from, to] = [x(bar.fromMs), x(bar.toMs)];
  const y = row * ROW;
  const label = oneLine(bar.label);
  // The label stands where there is room: behind the bar, before it, or on it.
  const place =
    to < WIDTH * 0.66
      ? `x="${(to + 4).toFixed(1)}"`
      : from > WIDTH * 0.4
        ? `x="${(from - 4).toFixed(1)}" text-anchor="end"`
        : `x="${(from + 4).toFixed(1)}" class="on"`;
  const text = label === lane ? '' : `<text ${place} y="${y + 13}">${escaped(cut(label, 40))}</text>`;
  return `<g class="bar ${CLASSES[bar.state]}"><title>${escaped(`${label}: ${formatDuration(bar.toMs - bar.fromMs)}`)}</title>${lane === '' ? '' : `<text x="${LEFT - 6}" y="${y + 13}" text-anchor="end" class="lane">${escaped(cut(lane, 14))}</text>`}<rect x="${from.toFixed(1)}" y="${y + 3}" width="${Math.max(1.5, to - from).toFixed(1)}" height="${ROW - 6}" rx="2"/>${text}</g>`;
}
