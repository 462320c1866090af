import { code, folded, prose, table } from '../../lib/markdown.ts';
import { counted, cut, grouped } from '../../lib/text.ts';
import type { Estimate, LoadReport } from '../../model/report-performance.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { latencyChart } from './latency-chart.ts';

const MARKS: Record<LoadReport['thresholds'][number]['outcome'], string> = { kept: '✓', broken: '✗', open: '?' };

export const LOAD_HEAD = ['load', 'asked', 'achieved', 'n', 'p50', 'p95', 'p99', 'errors'] as const;
export const THRESHOLD_HEAD = ['', 'threshold', 'load', 'measured'] as const;

/** What was asked, what came of it, and the latencies with their 95 % intervals; where nothing counts, why. */
export function loadCells({ load, stage, leg, asked, achieved, latency, errors, doubt, ...more }: LoadReport): string[] {
  const name = `${load ?? stage}${more.tool ? ` (${more.tool.name})` : ''}${leg === undefined ? '' : ` (leg ${leg})`}`;
  if (doubt !== undefined) return [name, askedCell(asked), `nothing that counts: ${doubt}`, '', '', '', '', ''];
  return [
    name,
    askedCell(asked),
    achieved
      ? `${perSecond(achieved.perSecond)}, ${grouped(achieved.failed)} failed${kneeText(more.knee)}${whoseText(more)}`
      : 'nothing measured',
    latency ? grouped(latency.samples) : '0',
    ...[latency?.p50, latency?.p95, latency?.p99].map((value) => (value ? estimate(value) : latency ? 'not reported' : 'nothing measured')),
    errors ? `${grouped(errors.hits)} of ${grouped(errors.of)} (${share(errors.low)} to ${share(errors.high)})` : 'nothing measured',
  ];
}

/** What must be known of a tool's times before they are compared with anybody else's. */
export function toolNotes(loads: readonly LoadReport[]): string[] {
  const notes = loads.flatMap(({ tool }) =>
    tool ? [`Measured by ${tool.name}${tool.version ? ` ${tool.version}` : ''}, ${tool.times}${WAITING[tool.model]}.`] : [],
  );
  return [...new Set(notes)];
}

const WAITING: Record<NonNullable<LoadReport['tool']>['model'], string> = {
  open: '',
  closed: ': who waits for an answer asks nothing meanwhile, so the times leave out what would have waited',
  unknown:
    ': unless its requests came at a set rate, who waits for an answer asks nothing meanwhile, and the times leave out what would have waited',
};

/** Every threshold under every load, those that are not kept first. */
export function thresholdCells(loads: readonly LoadReport[]): string[][] {
  const order = ['broken', 'open', 'kept'];
  return loads
    .flatMap(({ load, stage, leg, thresholds }) =>
      thresholds.map((threshold) => ({ ...threshold, under: `${load ?? stage}${leg === undefined ? '' : ` (leg ${leg})`}` })),
    )
    .sort((one, other) => order.indexOf(one.outcome) - order.indexOf(other.outcome))
    .map(({ outcome, text, under, measured, because }) => [
      MARKS[outcome],
      text,
      under,
      because === undefined ? measured : `${measured}: ${because}`,
    ]);
}

/** `2 loads, 1 of 3 thresholds broken, 1 open`. */
export function performanceTally(loads: readonly LoadReport[]): string {
  const all = loads.flatMap(({ thresholds }) => thresholds);
  const [broken, open] = (['broken', 'open'] as const).map((state) => all.filter(({ outcome }) => outcome === state).length);
  const bad = [broken ? `${broken} broken` : '', open ? `${open} open` : ''].filter(Boolean).join(', ');
  const loaded = loads.filter(({ load }) => load !== undefined).length;
  return `${counted(loaded, 'load')}, ${counted(all.length, 'threshold')}${all.length === 0 ? '' : `: ${bad || 'all kept'}`}`;
}

export function performanceFold(report: ReportV1, most: number): string {
  const { performance } = report;
  if (!performance || performance.length === 0) return '';
  const rows = performance.filter(({ load }) => load !== undefined).map((load) => loadCells(load).map((cell) => prose(cut(cell, 160))));
  const limits = thresholdCells(performance);
  const shown = limits
    .slice(0, most)
    .map(([mark = '', text = '', under = '', measured = '']) => [
      mark,
      code(cut(text, 120)),
      prose(cut(under, 60)),
      prose(cut(measured, 200)),
    ]);
  const more = limits.length > shown.length ? `${grouped(limits.length - shown.length)} more in the full report.` : '';
  const parts = [
    rows.length > 0 ? table([...LOAD_HEAD], rows) : '',
    shown.length > 0 ? table([...THRESHOLD_HEAD], shown) : '',
    ...toolNotes(performance).map(prose),
    latencyChart(report),
    more,
  ];
  return folded(`Performance (${performanceTally(performance)})`, parts.filter(Boolean).join('\n\n'));
}

function askedCell(asked: LoadReport['asked']): string {
  return asked ? `${counted(asked.users, 'user')}, ${perSecond(asked.perSecond)}` : '';
}

function kneeText(knee: LoadReport['knee']): string {
  return knee ? `; bears ${knee.full ? '' : 'at least '}${perSecond(knee.perSecond)} (${counted(knee.users, 'user')})` : '';
}

function whoseText({ messages, agents }: Pick<LoadReport, 'messages' | 'agents'>): string {
  const elsewhere = messages && messages.foreign > 0 ? `, ${grouped(messages.foreign)} at others` : '';
  const sent = messages ? `; ${grouped(messages.answered)} of ${counted(messages.sent, 'message')} answered${elsewhere}` : '';
  return `${sent}${agents ? `; ${grouped(agents.complete)} of ${counted(agents.users, 'agent')} complete, ${grouped(agents.atOnce)} at once` : ''}`;
}

function perSecond(rate: number): string {
  return `${digits(rate)}/s`;
}

/** `84 ms (71 to 96)`. */
function estimate({ value, low, high }: Estimate): string {
  return `${digits(value)} ms (${low === undefined ? 'at most ' : high === undefined ? 'at least ' : ''}${[low, high]
    .flatMap((side) => (side === undefined ? [] : [digits(side)]))
    .join(' to ')})`.replace(/ \((?:at most )\)$/, '');
}

function share(ratio: number): string {
  return `${digits(ratio * 100)} %`;
}

function digits(value: number): string {
  return value >= 1_000 ? grouped(Math.round(value)) : String(Number(value.toPrecision(3)));
}
