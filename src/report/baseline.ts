import type { Baseline } from '../model/baseline.ts';
import type { ReportV1 } from '../model/report-v1.ts';

/** What a later run needs of this one to tell new from known. */
export function makeBaseline(report: ReportV1, { now }: { now: string }): Baseline {
  const sha = report.run.git.head ?? 'unknown';
  return {
    schema: 'gauntlet.baseline/1',
    sha,
    at: now,
    findings: report.findings.filter(({ result }) => result.verdict === 'confirmed').map(({ fingerprint, code }) => ({ fingerprint, code, firstSeen: { sha, at: now } })),
    tests: Object.fromEntries(report.stages.flatMap(({ name, tests }) => (tests ? [[name, tests.tests]] : []))),
    coverage: Object.fromEntries(report.stages.flatMap(({ name, coverage }) => (coverage && coverage.lines.total > 0 ? [[name, coverage.lines.covered / coverage.lines.total]] : []))),
  };
}
