import { html as escaped, htmlProse } from '../../lib/markdown.ts';
import { capital, visible } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { clockFace, formatDuration } from '../../model/units.ts';
import { defineSink } from '../contract.ts';
import { claimProof, claimTally, claimWord } from '../sections/claims.ts';
import { reproLine, where } from '../sections/findings.ts';
import { LOAD_HEAD, loadCells, performanceTally, THRESHOLD_HEAD, thresholdCells } from '../sections/performance.ts';
import { STYLE } from './style.ts';

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
  const stopping = report.findings.filter(({ disposition }) => disposition === 'blocking');
  const others = report.findings.filter(({ disposition }) => disposition !== 'blocking');
  const told = (findings: readonly Finding[]) => findings.map((finding) => findingHtml(report, finding)).join('\n');
  const body = [
    `<h1 class="${verdict}">Gauntlet: ${verdict}</h1>`,
    `<p>${htmlProse(`${capital(report.equation)}.`)}</p>`,
    report.baseline.state === 'none' ? `<p>No baseline: ${escaped(report.baseline.because)}. What is new here is not known.</p>` : '',
    section(`Blocks (${stopping.length})`, told(stopping)),
    section('Stages', stageTable(report)),
    section(`Does not block (${others.length})`, told(others)),
    section(`Missing tests (${report.missingTests?.total ?? 0})`, missingList(report)),
    section('Tests against the base branch', againstList(report)),
    performanceSection(report),
    claimsSection(report),
    section('Component × stage', matrixTable(report)),
    section('Stack', stackTable(report)),
    section('Not looked at', list(report.notLooked.map(({ code, what, because }) => `${code} ${what}: ${because}`))),
    section('Flaky', list(report.flaky.map(({ stage, test, attempts }) => `${stage}: ${test} (${attempts.join(' → ')})`))),
    `<p><small>${escaped(`run ${report.run.id}, commit ${report.run.git.head ?? 'unknown'}, budget ${report.run.budget}, seed ${report.run.seed}, gauntlet ${report.run.tool.version}`)}</small></p>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Gauntlet: ${verdict}</title><style>${STYLE}</style></head>
<body>
${body.filter(Boolean).join('\n')}
</body></html>
`;
}

function findingHtml(report: ReportV1, finding: Finding): string {
  const { disposition, novelty, effort } = finding;
  const because = 'because' in finding.result ? `<p><b>Not known, because:</b> ${htmlProse(finding.result.because)}</p>` : '';
  const about = [
    disposition === 'blocking' ? '' : disposition,
    novelty === 'unknown' ? '' : novelty,
    finding.stage,
    where(finding),
    ...(finding.owners ?? []),
  ]
    .filter(Boolean)
    .join(' · ');
  const [said = '', ...rest] = finding.summary.split('\n\n');
  const output = rest.join('\n\n').trim();
  return `<details class="${disposition}"${disposition === 'blocking' ? ' open' : ''}><summary><b>${finding.priority} ${finding.code}</b> ${htmlProse(finding.title)}<br><small>${escaped(about)}</small></summary>
<p>${said.split('\n').map(htmlProse).join('<br>')}</p>${output === '' ? '' : `\n<pre>${block(output)}</pre>`}${because}
<p><b>Measured:</b> ${htmlProse(finding.measured)}. <b>Allowed:</b> ${htmlProse(finding.expected)}.</p>
${list(finding.evidence.map(({ id, shows }) => `${id}: ${shows}`))}
<p><b>Fix</b> (${escaped(effort.range)}): ${htmlProse(finding.fix)}</p>
<p><b>Here:</b> <code>${escaped(reproLine(report, finding))}</code></p>${finding.waiver === undefined ? '' : `<p>Waived by ${escaped(finding.waiver)}</p>`}
</details>`;
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

function stageTable({ stages }: ReportV1): string {
  return table(
    ['stage', 'result', 'time', 'asked'],
    stages.map(({ name, outcome, headline, run }) => [
      name,
      `${MARKS[outcome]} ${headline}`,
      run ? clockFace(run.durationMs) : '',
      run?.askedMs === undefined ? '' : formatDuration(run.askedMs),
    ]),
  );
}

function claimsSection({ claims }: ReportV1): string {
  if (claims === undefined) return '';
  const rows = claims.claims.map((claim) => [claim.id, claim.title, claimWord(claim), claim.priority, claimProof(claim)]);
  const stated = claims.stated.map(({ text, says, computed, holds }) => [text, says, computed, holds ? 'holds' : 'differs']);
  return section(
    `Claims: ${escaped(claimTally(claims))}`,
    `${table(['claim', '', 'verdict', 'priority', 'shown by'], rows)}\n${table(['stated', 'says', 'counted', ''], stated)}`,
  );
}

function performanceSection({ performance }: ReportV1): string {
  if (!performance || performance.length === 0) return '';
  const loads = performance.filter(({ load }) => load !== undefined).map(loadCells);
  const limits = thresholdCells(performance);
  return section(`Performance: ${escaped(performanceTally(performance))}`, `${table(LOAD_HEAD, loads)}\n${table(THRESHOLD_HEAD, limits)}`);
}

function matrixTable({ matrix }: ReportV1): string {
  return table(
    ['component', ...matrix.stages],
    matrix.components.map((component, index) => [component, ...(matrix.cells[index] ?? []).map((cell) => CELLS[cell])]),
  );
}

function stackTable({ stack }: ReportV1): string {
  return table(
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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const cells = (tag: string, values: readonly string[]) =>
    `<tr>${values.map((value) => `<${tag}>${escaped(value)}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('\n')}</table></div>`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `<h2>${title}</h2>\n${body}`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${htmlProse(item)}</li>`).join('')}</ul>`;
}

/** Text with its line breaks and its indentation. */
function block(text: string): string {
  return visible(text)
    .split('\n')
    .map((line) => `${/^[ \t]*/.exec(line)?.[0] ?? ''}${escaped(line)}`)
    .join('\n');
}
