import { xmlRoot } from '../../lib/xml-root.ts';
import type { CoverageFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { CloverReport } from './parse.ts';

export const clover: CoverageFormat = {
  format: 'clover',
  title: 'Clover XML (PHPUnit, istanbul, vitest, OpenClover, Atlassian Clover)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    if (root?.name !== 'coverage') return false;
    const tag = /^[^>]*/.exec(root.rest)?.[0] ?? '';
    // Cobertura has the same root element, and rates on it.
    return (
      !/\s(?:line-rate|lines-valid)\s*=/.test(tag) && (/\s(?:generated|clover)\s*=/.test(tag) || /<(?:test)?project[\s>]/.test(root.rest))
    );
  },
  parse: async (text, emit) => readXmlReport(text, emit, new CloverReport(emit)),
};
