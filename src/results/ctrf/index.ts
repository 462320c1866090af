import type { ResultsFormat } from '../contract.ts';
import { parseCtrf } from './parse.ts';

export const ctrf: ResultsFormat = {
  format: 'ctrf',
  title: 'CTRF JSON (Common Test Report Format)',
  sniff: ({ text }) =>
    /^\s*\{/.test(text) &&
    (/"reportFormat"\s*:\s*"CTRF"/.test(text) || (/"results"\s*:\s*\{/.test(text) && /"(?:tool|summary)"\s*:\s*\{/.test(text))),
  parse: parseCtrf,
};
