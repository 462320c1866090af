import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseCoveragePy } from './parse.ts';

export const coveragePy: CoverageFormat = {
  format: 'coverage-py',
  title: 'coverage.py JSON (coverage json, pytest --cov-report=json)',
  sniff: ({ text }) => hasPath(text, 'meta', 'branch_coverage') || hasPath(text, 'files', '*', 'executed_lines'),
  parse: parseCoveragePy,
};
