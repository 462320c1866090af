import { defineSink } from '../contract.ts';
import { sarifLog } from '../sarif-log/log.ts';

/** Every finding in SARIF 2.1.0, with verdict, novelty, waivers and proof. */
export const sarif = defineSink({
  name: 'sarif',
  file: 'report.sarif',
  summary: 'every finding in SARIF 2.1.0, also what was not looked at, with novelty, waivers and proof',
  render: (report) => sarifLog(report, report.findings, 'full'),
});
