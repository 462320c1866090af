import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseCoveralls } from './parse.ts';

/** The request of Coveralls' API, https://docs.coveralls.io/api-reference. */
export const coveralls: CoverageFormat = {
  format: 'coveralls',
  title: 'Coveralls JSON (coveralls-python, php-coveralls, excoveralls, cpp-coveralls, grcov, cargo-tarpaulin)',
  sniff: ({ text }) => hasPath(text, 'source_files') && !hasPath(text, 'source_files', 0, 'lines'),
  parse: parseCoveralls,
};
