import { html as escaped, htmlProse } from '../../lib/markdown.ts';
import { capital, counted, grouped } from '../../lib/text.ts';
import type { LineRange } from '../../model/coverage.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { clockFace, formatDuration, formatRatio } from '../../model/units.ts';
import { defineSink } from '../contract.ts';
import { claimProof, claimTally, claimWord } from '../sections/claims.ts';
import { degradationHead, degradationRows } from '../sections/degradation.ts';
import { LOAD_HEAD, loadCells, performanceTally, THRESHOLD_HEAD, thresholdCells, toolNotes } from '../sections/performance.ts';
import { chartFigure } from './chart.ts';
import { findingsHtml } from './findings.ts';
import { anchorOf, folded, list, section, table } from './markup.ts';
import { STYLE } from './style.ts';
import { timelineFigure } from './timeline.ts';

/** One page without scripts or anything to load. */
export const html = defineSink({
  name: 'html',
  file: 'report.html',
  summary: 'the whole report as one HTML page',
  render: page,
});

const MARKS = { pass: '✓', blocked: '✗', unknown: '?' } as const;
const CELLS = { pass: '✓', fail: '✗', untested: '', not_applicable: 'n/a' } as const;

function page(report: ReportV1): string {
  const { verdict } = report.verdict;
  const sections = sectionsOf(report).filter(([, body]) => body !== '');
  const places = sections.map(([title]) => `<li><a href="#${anchorOf(title)}">${escaped(title)}</a></li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Gauntlet: ${verdict}</title><style>${STYLE}</style></head>
<body>
<a class="skip" href="#blocks">To what blocks</a>
<header>
<h1 class="${verdict}">Gauntlet: ${verdict}</h1>
<p class="equation">${htmlProse(`${capital(report.equation)}.`)}</p>
${report.baseline.state === 'none' ? `<p>No baseline: ${escaped(report.baseline.because)}. What is new here is not known.</p>` : ''}
${stageStrip(report)}
</header>
<nav aria-label="Parts of this report"><ul>${places.join('')}</ul></nav>
<main>
${sections.map(([title, body]) => section(title, body)).join('\n')}
</main>
<footer><small>${escaped(runLine(report))}</small></footer>
</body></html>
`;
}

function sectionsOf(report: ReportV1): (readonly [title: string, body: string])[] {
  const stopping = report.findings.filter(({ disposition }) => disposition === 'blocking');
  const others = report.findings.filter(({ disposition }) => disposition !== 'blocking');
  return [
    [`Blocks (${stopping.length})`, findingsHtml(report, stopping, { caption: 'what blocks' })],
    ['Stages', `${stageTable(report)}\n${timelineFigure(report)}`],
    [`Does not block (${others.length})`, findingsHtml(report, others, { caption: 'what does not block' })],
    [`Missing tests (${report.missingTests?.total ?? 0})`, missingList(report)],
    ['Tests against the base branch', againstList(report)],
    ...performance(report),
    ['Experiments', `${degradationTable(report)}${chartsOf(report, 'chaos')}`],
    ...claims(report),
    ['Component × stage', matrixTable(report)],
    [`Coverage (${counted(report.coverage?.total ?? 0, 'file')})`, coverageTable(report)],
    [
      'Slowest tests',
      table(
        'slowest tests',
        ['test', 'stage', 'time'],
        (report.slowest ?? []).map(({ test, stage, durationMs }) => [test, stage, formatDuration(durationMs)]),
      ),
    ],
    [
      'Flaky tests',
      table(
        'flaky tests',
        ['test', 'stage', 'attempts'],
        report.flaky.map(({ stage, test, attempts }) => [test, stage, attempts.join(' → ')]),
      ),
    ],
    ['Stack', stackTable(report)],
    ['Not looked at', list(report.notLooked.map(({ code, what, because }) => `${code} ${what}: ${because}`))],
  ];
}

/** All stages in one glance. */
function stageStrip({ stages }: ReportV1): string {
  const boxes = stages.map(
    ({ name, outcome }) =>
      `<li class="${outcome}"><span aria-hidden="true">${MARKS[outcome]}</span> ${escaped(name)}<span class="aside">: ${outcome}</span></li>`,
  );
  return boxes.length === 0 ? '' : `<ul class="strip">${boxes.join('')}</ul>`;
}

function stageTable({ stages }: ReportV1): string {
  const asked = stages.some(({ run }) => run?.askedMs !== undefined);
  return table(
    'stages',
    ['stage', 'result', 'time', ...(asked ? ['asked'] : [])],
    stages.map(({ name, outcome, headline, run }) => [
      name,
      `${MARKS[outcome]} ${headline}`,
      run ? clockFace(run.durationMs) : '',
      ...(asked ? [run?.askedMs === undefined ? '' : formatDuration(run.askedMs)] : []),
    ]),
  );
}

function missingList({ missingTests }: ReportV1): string {
  return list(
    (missingTests?.list ?? []).map(
      ({ what, why, where, stage }) => `${what} (${stage}): ${why}; write it in ${/\s/.test(where) ? where : `\`${where}\``}`,
    ),
  );
}

function againstList({ against }: ReportV1): string {
  return list([
    ...(against?.notCompared ?? []).map(({ stage, because }) => `${stage} was not compared: ${because}`),
    ...(against?.tests ?? []).map(
      ({ stage, change, test, detail }) => `${change} in ${stage}: \`${test}\`${detail === undefined ? '' : ` ${detail}`}`,
    ),
  ]);
}

function claims({ claims }: ReportV1): [string, string][] {
  if (claims === undefined) return [];
  const rows = claims.claims.map((claim) => [claim.id, claim.title, claimWord(claim), claim.priority, claimProof(claim)]);
  const stated = claims.stated.map(({ text, says, computed, holds }) => [text, says, computed, holds ? 'holds' : 'differs']);
  const body = `${table('claims', ['claim', 'title', 'verdict', 'priority', 'shown by'], rows)}\n${table('numbers that are stated', ['stated', 'says', 'counted', 'so'], stated)}`;
  return [[`Claims: ${claimTally(claims)}`, body]];
}

function degradationTable({ degradation }: ReportV1): string {
  if (degradation === undefined) return '';
  return `${table('journeys without a dependency', degradationHead(degradation), degradationRows(degradation))}\n`;
}

function chartsOf({ charts = [] }: ReportV1, stage: 'chaos' | 'other'): string {
  return charts
    .filter((chart) => (chart.stage === 'chaos') === (stage === 'chaos'))
    .map(chartFigure)
    .join('\n');
}

function performance(report: ReportV1): [string, string][] {
  const loads = report.performance ?? [];
  const charts = chartsOf(report, 'other');
  if (loads.length === 0 && charts === '') return [];
  const rows = loads.filter(({ load }) => load !== undefined).map(loadCells);
  const limits = thresholdCells(loads).map(([mark = '', text = '', ...rest]) => [`${mark} ${text}`, ...rest]);
  const body = [
    table('loads', LOAD_HEAD, rows),
    table('thresholds', THRESHOLD_HEAD.slice(1), limits),
    ...toolNotes(loads).map((note) => `<p>${escaped(note)}</p>`),
    charts,
  ];
  return [[`Performance: ${performanceTally(loads)}`, body.filter(Boolean).join('\n')]];
}

function matrixTable({ matrix }: ReportV1): string {
  return table(
    'component by stage',
    ['component', ...matrix.stages],
    matrix.components.map((component, index) => [component, ...(matrix.cells[index] ?? []).map((cell) => CELLS[cell])]),
  );
}

function coverageTable({ coverage }: ReportV1): string {
  if (coverage === undefined) return '';
  const changes = coverage.list.some(({ changed }) => changed !== undefined);
  const rows = coverage.list.map(({ stage, path, lines, uncovered, more, changed }) => [
    path,
    stage,
    lines.total === 0 ? 'no lines' : `${formatRatio(lines.covered / lines.total)} of ${grouped(lines.total)}`,
    ...(changes
      ? [
          changed === undefined
            ? ''
            : `${changed.lines.covered} of ${changed.lines.total}${changed.uncovered.length === 0 ? '' : `, not ${ranges(changed.uncovered)}`}`,
        ]
      : []),
    `${ranges(uncovered)}${more > 0 ? ` and ${more} more` : ''}`,
  ]);
  const left = coverage.total - coverage.list.length;
  const shown = table('coverage by file', ['file', 'stage', 'lines', ...(changes ? ['of the change'] : []), 'not run'], rows);
  return folded(
    'By file, changed lines that no test ran first',
    `${shown}${left > 0 ? `<p>${counted(left, 'file')} with fewer such lines are not listed.</p>` : ''}`,
  );
}

function ranges(lines: readonly LineRange[]): string {
  return lines.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}

function stackTable({ stack }: ReportV1): string {
  return table(
    'stack',
    ['service', 'kind', 'state', 'health', 'restarts', 'healthy after'],
    stack.map(({ service, kind, state, health, restarts, phases }) => [
      service,
      kind,
      state,
      health,
      String(restarts),
      phases.healthyMs === undefined ? '' : formatDuration(phases.healthyMs),
    ]),
  );
}

function runLine({ run }: ReportV1): string {
  return `run ${run.id}, commit ${run.git.head ?? 'unknown'}, budget ${run.budget}, seed ${run.seed}, gauntlet ${run.tool.version}`;
}
