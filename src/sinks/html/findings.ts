import { html as escaped, htmlProse } from '../../lib/markdown.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportV1 } from '../../model/report-v1.ts';
import { reproLine, where } from '../sections/findings.ts';
import { block, list, table } from './markup.ts';

/** More findings than this are a line each: a page of five megabytes helps nobody. */
const MOST_WHOLE = 300;

/** Findings with proof, fix and repro; those beyond the bound as a table, so that none is missing. */
export function findingsHtml(report: ReportV1, findings: readonly Finding[], { caption }: { caption: string }): string {
  const rest = findings
    .slice(MOST_WHOLE)
    .map((finding) => [finding.code, finding.priority, finding.title, where(finding), finding.measured]);
  return [
    ...findings.slice(0, MOST_WHOLE).map((finding) => findingHtml(report, finding)),
    table(`${caption}, the rest`, ['code', 'priority', 'what', 'where', 'measured'], rest),
  ]
    .filter(Boolean)
    .join('\n');
}

function findingHtml(report: ReportV1, finding: Finding): string {
  const { disposition, effort } = finding;
  const [said = '', ...rest] = finding.summary.split('\n\n');
  const output = rest.join('\n\n').trim();
  const parts = [
    `<p>${said.split('\n').map(htmlProse).join('<br>')}</p>`,
    output === '' ? '' : `<pre tabindex="0">${block(output)}</pre>`,
    'because' in finding.result ? `<p><b>Not known, because:</b> ${htmlProse(finding.result.because)}</p>` : '',
    `<dl><dt>Measured</dt><dd>${htmlProse(finding.measured)}</dd><dt>Allowed</dt><dd>${htmlProse(finding.expected)}</dd><dt>Proof</dt><dd>${list(finding.evidence.map(({ id, shows }) => `${id}: ${shows}`))}</dd>`,
    `<dt>Fix <small>${escaped(effort.range)}</small></dt><dd>${htmlProse(finding.fix)}</dd><dt>Here</dt><dd><code>${escaped(reproLine(report, finding))}</code></dd>`,
    finding.waiver === undefined ? '</dl>' : `<dt>Waived</dt><dd>${escaped(finding.waiver)}</dd></dl>`,
  ];
  return `<details class="finding ${disposition}"${disposition === 'blocking' ? ' open' : ''}><summary><span class="tag ${finding.priority}">${finding.priority}</span> <b>${finding.code}</b> ${htmlProse(finding.title)}<br><small>${escaped(about(finding))}</small></summary>
${parts.filter(Boolean).join('\n')}
</details>`;
}

function about(finding: Finding): string {
  const { disposition, novelty } = finding;
  return [
    disposition === 'blocking' ? '' : disposition,
    novelty === 'unknown' ? '' : novelty,
    finding.stage,
    where(finding),
    ...(finding.owners ?? []),
  ]
    .filter(Boolean)
    .join(' · ');
}
