import type { CoverageFormat } from '../contract.ts';
import { parseLcov } from './parse.ts';

export const lcov: CoverageFormat = {
  format: 'lcov',
  title: 'LCOV (c8, istanbul, vitest, lcov, llvm-cov, coverage.py, grcov, …)',
  // A tracefile opens with comments, test names or versions, and then the first source file.
  sniff: ({ text }) => /^\s*(?:(?:#|TN:|VER:)[^\n]*\n\s*)*SF:/.test(text),
  parse: parseLcov,
};
