import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseGcovrSummary } from './parse.ts';

export const gcovrSummary: CoverageFormat = {
  format: 'gcovr-summary',
  title: 'gcovr --json-summary (totals per file without lines; no gate on changed lines)',
  sniff: ({ text }) => hasPath(text, 'gcovr/summary_format_version') || hasPath(text, 'files', 0, 'line_total'),
  parse: parseGcovrSummary,
};
