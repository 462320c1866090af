import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseIstanbulSummary } from './parse.ts';

export const istanbulSummary: CoverageFormat = {
  format: 'istanbul-summary',
  title: 'Istanbul coverage-summary.json (totals per file without lines; no gate on changed lines)',
  sniff: ({ text }) => hasPath(text, '*', 'lines', 'pct') && hasPath(text, '*', 'statements', 'pct'),
  parse: parseIstanbulSummary,
};
