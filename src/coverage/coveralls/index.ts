import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseCoveralls } from './parse.ts';

/** The request of Coveralls' API, https://docs.coveralls.io/api-reference. */
export const coveralls: CoverageFormat = {
  format: 'coveralls',
  title: 'Coveralls JSON (coveralls-python, php-coveralls, excoveralls, cpp-coveralls, grcov, cargo-tarpaulin; also of Code Climate)',
  sniff: ({ text }) => hasPath(text, 'source_files'),
  parse: parseCoveralls,
};
