import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseIstanbul } from './parse.ts';

export const istanbul: CoverageFormat = {
  format: 'istanbul',
  title: 'Istanbul JSON, coverage-final.json (nyc, jest, vitest, c8, cypress)',
  sniff: ({ text }) => hasPath(text, '*', 'statementMap') || hasPath(text, '*', 'data', 'statementMap'),
  parse: parseIstanbul,
};
