import type { CoverageFormat } from '../contract.ts';
import { headPaths } from '../json-head.ts';
import { parseCodecov } from './parse.ts';

/** Codecov's own format, https://docs.codecov.com/docs/codecov-custom-coverage-format. */
export const codecov: CoverageFormat = {
  format: 'codecov',
  title: 'Codecov JSON (cargo llvm-cov --codecov, Devel::Cover, nyc for Codecov)',
  // SimpleCov has files below `coverage` too; these are objects with their lines by name.
  sniff: ({ text }) => headPaths(text).some(([top, , line], index, all) => top === 'coverage' && isLine(line) && all[index]?.length === 3),
  parse: parseCodecov,
};

function isLine(key: string | number | undefined): boolean {
  return typeof key === 'number' || (typeof key === 'string' && /^\d+$/.test(key));
}
