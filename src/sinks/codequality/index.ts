import { mapStrings, type Json } from '../../lib/json.ts';
import { cut, oneLine, visible } from '../../lib/text.ts';
import type { Finding, Priority } from '../../model/finding.ts';
import { defineSink } from '../contract.ts';

/** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
const SEVERITIES: Readonly<Record<Priority, string>> = { P0: 'blocker', P1: 'critical', P2: 'major', P3: 'minor' };

/** GitLab's Code Quality report: what a merge request shows beside the changed lines. What has no place in the repository stands at the configuration. */
export const codequality = defineSink({
  name: 'codequality',
  file: 'report.codequality.json',
  summary: 'GitLab’s Code Quality report: findings beside the lines of a merge request',
  render: (report) => {
    const shown = report.findings.filter(({ disposition }) => disposition !== 'waived');
    // A report of nothing is what a healthy run writes: the verdict of one that looked at nothing has to stand in it.
    const verdict = report.verdict.verdict === 'unknown' && shown.length === 0 ? [unknown(report.equation, report.run.configPath)] : [];
    return `${JSON.stringify(mapStrings([...verdict, ...shown.map((finding) => issueOf(finding, report.run.configPath))], visible), undefined, 1)}\n`;
  },
});

function unknown(equation: string, path: string): Json {
  return {
    description: oneLine(equation),
    check_name: 'verdict',
    fingerprint: 'verdict',
    severity: 'blocker',
    location: { path, lines: { begin: 1 } },
  };
}

function issueOf(finding: Finding, configPath: string): Json {
  const [place] = finding.locations;
  const open = 'because' in finding.result ? ` (${finding.result.verdict.replace('_', ' ')}: unknown)` : '';
  return {
    description: cut(
      oneLine(`${finding.priority} ${finding.code} ${finding.title}${open}: measured ${finding.measured}; allowed ${finding.expected}`),
      500,
    ),
    check_name: finding.code,
    fingerprint: finding.fingerprint,
    severity: finding.disposition === 'blocking' ? 'blocker' : SEVERITIES[finding.priority],
    location: { path: place?.path ?? configPath, lines: { begin: Math.max(1, Math.trunc(place?.line ?? 1)) } },
  };
}
