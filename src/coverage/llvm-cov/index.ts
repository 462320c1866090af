import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseLlvmCov } from './parse.ts';

export const llvmCov: CoverageFormat = {
  format: 'llvm-cov',
  title: 'llvm-cov export JSON (clang, swift, cargo-llvm-cov; also -summary-only)',
  sniff: ({ text }) =>
    ['segments', 'summary', 'expansions', 'filename'].some((key) => hasPath(text, 'data', 0, 'files', 0, key)) ||
    hasPath(text, 'data', 0, 'totals', 'regions') ||
    hasPath(text, 'data', 0, 'functions', 0, 'regions'),
  parse: parseLlvmCov,
};
