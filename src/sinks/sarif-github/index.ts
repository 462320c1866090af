import { defineSink } from '../contract.ts';
import { sarifLog } from '../sarif-log/log.ts';

/** Code scanning keeps the first 5,000 results of an upload. */
const MOST = 5_000;

/**
 * The part of the findings that code scanning can show: confirmed, with a place in the repository. Waived ones are left out,
 * because GitHub opens an alert for them too: it does not read suppressions.
 */
export const sarifGithub = defineSink({
  name: 'sarif-github',
  file: 'report.github.sarif',
  summary: 'the SARIF that GitHub code scanning can show: confirmed findings with a place in the repository',
  render: (report) => {
    const shown = report.findings.filter(
      ({ result, disposition, locations }) => result.verdict === 'confirmed' && disposition !== 'waived' && locations.length > 0,
    );
    return sarifLog(report, shown.slice(0, MOST), 'github');
  },
});
