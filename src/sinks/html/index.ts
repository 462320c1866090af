import { html as escaped } from '../../lib/markdown.ts';
import { visible } from '../../lib/text.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { clockFace, formatDuration } from '../../model/units.ts';
import { defineSink } from '../contract.ts';
import { reproLine, where } from '../sections/findings.ts';

/** One page without scripts or anything to load. */
export const html = defineSink({
  name: 'html',
  file: 'report.html',
  summary: 'the whole report as one HTML page',
  render: page,
});

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;vertical-align:top}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.6rem}code{overflow-wrap:anywhere}
.pass{color:#197a3d}.blocked,.unknown{color:#c62f2f}summary{cursor:pointer}details{margin:.6rem 0}`;

function page(report: ReportV1): string {
  const { verdict } = report.verdict;
  const body = [
    `<h1 class="${verdict}">${verdict}</h1>`,
    `<p>${escaped(report.equation)}.</p>`,
    report.baseline.state === 'none' ? `<p>No baseline: ${escaped(report.baseline.because)}. What is new is unknown.</p>` : '',
    section('Findings', report.findings.map((finding) => findingHtml(report, finding)).join('\n')),
    section('Stages', stageTable(report)),
    section('Component × stage', matrixTable(report)),
    section('Stack', stackTable(report)),
    section('Not looked at', list(report.notLooked.map(({ code, what, because }) => `${code} ${what}: ${because}`))),
    section('Flaky', list(report.flaky.map(({ stage, test, attempts }) => `${stage}: ${test} (${attempts.join(' → ')})`))),
    `<p><small>${escaped(`run ${report.run.id}, commit ${report.run.git.head ?? 'unknown'}, budget ${report.run.budget}, seed ${report.run.seed}, gauntlet ${report.run.tool.version}`)}</small></p>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Gauntlet: ${verdict}</title><style>${STYLE}</style></head>
<body>
${body.filter(Boolean).join('\n')}
</body></html>
`;
}

function findingHtml(report: ReportV1, finding: Finding): string {
  const because = 'because' in finding.result ? `<p><b>Not known, because:</b> ${escaped(finding.result.because)}</p>` : '';
  const proof = finding.evidence.map(({ id, shows }) => `${id}: ${shows}`);
  return `<details${finding.disposition === 'blocking' ? ' open' : ''}><summary><b>${finding.priority} ${finding.code}</b> ${escaped(finding.title)} <small>(${finding.disposition}, ${finding.novelty}, ${finding.stage}, ${escaped(where(finding))})</small></summary>
<pre>${block(finding.summary)}</pre>${because}
<p><b>Measured</b> ${escaped(finding.measured)}; <b>allowed</b> ${escaped(finding.expected)}</p>
${list(proof)}
<p><b>Fix</b> (${escaped(finding.effort.range)}): ${escaped(finding.fix)}</p>
<p><b>Here:</b> <code>${escaped(reproLine(report, finding))}</code></p>${finding.waiver === undefined ? '' : `<p>Waived by ${escaped(finding.waiver)}</p>`}
</details>`;
}

function stageTable({ stages }: ReportV1): string {
  return table(
    ['stage', 'outcome', 'what', 'time', 'asked'],
    stages.map(({ name, outcome, headline, run }) => [
      name,
      outcome,
      headline,
      run ? clockFace(run.durationMs) : '',
      run?.askedMs === undefined ? '' : formatDuration(run.askedMs),
    ]),
  );
}

function matrixTable({ matrix }: ReportV1): string {
  return table(
    ['component', ...matrix.stages],
    matrix.components.map((component, index) => [component, ...(matrix.cells[index] ?? [])]),
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
  return `<table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('\n')}</table>`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `<h2>${title}</h2>\n${body}`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
}

/** Text with its line breaks. */
function block(text: string): string {
  return visible(text).split('\n').map(escaped).join('\n');
}
