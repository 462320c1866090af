import type { CoverageFormat } from '../contract.ts';
import { HEADER, parseJacocoCsv } from './parse.ts';

export const jacocoCsv: CoverageFormat = {
  format: 'jacoco-csv',
  title: 'JaCoCo CSV (totals per class, without files and lines: all that counts is its sum)',
  sniff: ({ text }) => HEADER.test(text),
  parse: parseJacocoCsv,
};
