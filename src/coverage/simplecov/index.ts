import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseSimplecov } from './parse.ts';

export const simplecov: CoverageFormat = {
  format: 'simplecov',
  title: 'SimpleCov (.resultset.json, coverage.json of its JSON formatter and of simplecov-json)',
  sniff: ({ text }) =>
    hasPath(text, 'meta', 'simplecov_version') ||
    hasPath(text, '*', 'coverage', '*', 'lines', 0) ||
    hasPath(text, '*', 'coverage', '*', 0) ||
    hasPath(text, 'coverage', '*', 'lines', 0) ||
    (hasPath(text, 'files', 0, 'filename') &&
      (hasPath(text, 'files', 0, 'coverage', 0) || hasPath(text, 'files', 0, 'coverage', 'lines', 0))),
  parse: parseSimplecov,
};
