import { defineSink } from '../contract.ts';

/** The report itself, for programs. */
export const json = defineSink({
  name: 'json',
  file: 'report.json',
  summary: 'the report as JSON (schema `gauntlet.report/1`)',
  render: (report) => `${JSON.stringify(report, null, 2)}\n`,
});
