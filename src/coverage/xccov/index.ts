import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseXccov } from './parse.ts';

export const xccov: CoverageFormat = {
  format: 'xccov',
  title: 'xccov JSON (xcrun xccov view --report --json; totals per file without lines; no gate on changed lines)',
  sniff: ({ text }) => hasPath(text, 'executableLines') || hasPath(text, 'targets', 0, 'executableLines'),
  parse: parseXccov,
};
