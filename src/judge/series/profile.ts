import { cut, grouped, oneLine, quoted } from '../../lib/text.ts';
import type { LoadMiss, Moment } from '../../model/load.ts';
import type { LimitUnit } from '../../model/limit.ts';
import { formatDuration } from '../../model/units.ts';
import { Distribution } from './distribution.ts';
import type { Series } from './outcome.ts';
import type { Measurement } from './performance.ts';
import { amount } from './words.ts';

const SLOWEST = 3;
const MOST_SERVICES = 4;
const MOST_GAUGES = 4;
const MOST_LINES = 12;
const LINE_CHARACTERS = 160;
/** Columns of a curve. */
const COLUMNS = 40;
const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** `visit: p(50) 12 ms, p(99) 2.4 s (n 500)`, the slowest first. */
export function slowestJourneys({ series }: Measurement): string[] {
  return slowest(series, ({ metric, journey }) => (journey !== undefined && metric === `${journey}.latency` ? journey : undefined));
}

/** `visit, step 2: p(50) 12 ms, p(99) 2.4 s (n 500)`, the slowest first. */
export function slowestSteps({ series }: Measurement): string[] {
  return slowest(series, ({ metric, journey }) => {
    const step = /\.(\d+)\.latency$/.exec(metric)?.[1];
    return step === undefined ? undefined : `${journey ?? ''}, step ${step}`;
  });
}

function slowest(series: readonly Series[], named: (piece: Series) => string | undefined): string[] {
  return series
    .flatMap((piece) => {
      const name = named(piece);
      return name === undefined || !piece.histogram ? [] : [{ name, found: new Distribution(piece.histogram) }];
    })
    .map(({ name, found }) => ({ name, count: found.count, p50: found.quantile(0.5), p99: found.quantile(0.99) }))
    .sort((one, other) => other.p99 - one.p99)
    .slice(0, SLOWEST)
    .map(
      ({ name, count, p50, p99 }) =>
        `${name}: p(50) ${amount(p50, 'milliseconds')}, p(99) ${amount(p99, 'milliseconds')} (n ${grouped(count)})`,
    );
}

/** What missed something first. */
export function firstMiss({ own }: Pick<Measurement, 'own'>): LoadMiss | undefined {
  return own?.delivery?.achieved.misses.toSorted((one, other) => one.firstAtMs - other.firstAtMs)[0];
}

/** ``3.2 s into the load: visit, `GET {{api}}/x`: status 500, 200 asked (12 times)``. */
export function missText({ firstAtMs, journey, step, what, measured, expected, times }: LoadMiss): string {
  return `${formatDuration(firstAtMs)} into the load: ${journey}, ${quoted(step)}: ${what} ${measured}, ${expected} asked (${grouped(times)} times)`;
}

/** The moment to look at: when a limit was at its worst, else when something first failed. */
export function momentOf({ own }: Pick<Measurement, 'own'>): Moment | undefined {
  const moments = own?.moments ?? [];
  return moments.find(({ what }) => what !== FIRST_FAILURE) ?? moments[0];
}

export const FIRST_FAILURE = 'the first failure';

interface Curve {
  readonly name: string;
  readonly unit: LimitUnit;
  readonly points: readonly (readonly [atMs: number, value: number])[];
  readonly there: number;
  readonly most: number;
}

/** What the services used at a moment of the load: the busiest first, then gauges of their own that stood out. */
export function curvesAt({ series }: Pick<Measurement, 'series'>, { fromMs, toMs }: Pick<Moment, 'fromMs' | 'toMs'>): Curve[] {
  const curves = series.flatMap(({ metric, unit, points = [] }) => {
    if (!metric.startsWith('service.') || points.length === 0) return [];
    const middle = (fromMs + toMs) / 2;
    const [, there] = points.reduce((so, point) => (Math.abs(point[0] - middle) < Math.abs(so[0] - middle) ? point : so));
    return [{ name: metric.slice('service.'.length), unit, points, there, most: Math.max(...points.map(([, value]) => value)) }];
  });
  const busiest = curves.filter(({ name }) => name.endsWith('.cpu')).sort((one, other) => other.there - one.there);
  const ofBusiest = busiest.slice(0, MOST_SERVICES).flatMap((cpu) => {
    const memory = curves.find(({ name }) => name === cpu.name.replace(/\.cpu$/, '.memory'));
    return memory === undefined ? [cpu] : [cpu, memory];
  });
  const gauges = curves.filter(({ name }) => /\.metrics\./.test(name)).sort((one, other) => standingOut(other) - standingOut(one));
  return [...ofBusiest, ...gauges.filter((curve) => standingOut(curve) > 1).slice(0, MOST_GAUGES)];
}

/** How many times its usual value a gauge had at the moment. */
function standingOut({ points, there }: Curve): number {
  const sorted = points.map(([, value]) => value).sort((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return median === 0 ? (there > 0 ? Number.MAX_VALUE : 0) : there / median;
}

/** `api.cpu 97 %, api.memory 210 MB`. */
export function resourcesText(curves: readonly Curve[]): string {
  return curves.map(({ name, unit, there }) => `${name.replace('.metrics.', ' ')} ${amount(there, unit)}`).join(', ');
}

/** Curves over the whole load, a mark below the moment, and what services printed then: as it is, to be shown as output. */
export function outputOf(curves: readonly Curve[], moments: readonly Moment[], atMs: number | undefined): string {
  const width = Math.max(0, ...curves.map(({ name }) => name.length));
  const drawn = curves.map(
    (curve) =>
      `${curve.name.padEnd(width)} ${drawnOf(curve)} ${amount(curve.there, curve.unit)} then, at most ${amount(curve.most, curve.unit)}`,
  );
  const [first] = curves;
  const end = first?.points.at(-1)?.[0] ?? 0;
  const columns = columnsOf(first?.points ?? []);
  const column = atMs === undefined || end === 0 ? 0 : Math.min(columns - 1, Math.floor((atMs / end) * columns));
  const mark = drawn.length === 0 || atMs === undefined ? [] : [`${' '.repeat(width + 1 + column)}^ ${formatDuration(atMs)}`];
  return [[...drawn, ...mark].join('\n'), ...moments.flatMap(printedText)].filter(Boolean).join('\n');
}

function drawnOf({ points, most }: Curve): string {
  const end = points.at(-1)?.[0] ?? 0;
  const columns = columnsOf(points);
  return Array.from({ length: columns }, (_, column) => {
    const part = points.filter(([at]) => Math.min(columns - 1, Math.floor((at / Math.max(1, end)) * columns)) === column);
    const value = Math.max(0, ...part.map(([, one]) => one));
    return part.length === 0 ? ' ' : (BARS[Math.min(BARS.length - 1, Math.floor((value / (most || 1)) * BARS.length))] ?? ' ');
  }).join('');
}

function columnsOf({ length }: Curve['points']): number {
  return Math.min(COLUMNS, length);
}

/** The first lines that services printed at a moment: `api │ pool exhausted`. */
export function firstLines({ printed }: Pick<Moment, 'printed'>, most: number): string[] {
  return printed.flatMap(({ service, lines }) => lines.map((text) => `${service} │ ${cut(oneLine(text), LINE_CHARACTERS)}`)).slice(0, most);
}

function printedText({ what, fromMs, printed }: Moment): string[] {
  const lines = printed.flatMap(({ service, lines: own, omitted }) => [
    ...own.slice(0, MOST_LINES).map((text) => `${service} │ ${cut(oneLine(text), LINE_CHARACTERS)}`),
    ...(own.length > MOST_LINES || omitted > 0 ? [`${service} │ … ${grouped(Math.max(0, own.length - MOST_LINES) + omitted)} more`] : []),
  ]);
  const title = `printed ${formatDuration(fromMs)} into the load (${what === FIRST_FAILURE ? what : `${what} at its worst`}):`;
  return lines.length === 0 ? [] : [title, ...lines];
}
