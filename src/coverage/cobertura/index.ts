import { xmlRoot } from '../../lib/xml-root.ts';
import type { CoverageFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { CoberturaReport } from './parse.ts';

export const cobertura: CoverageFormat = {
  format: 'cobertura',
  title: 'Cobertura XML (coverage.py, istanbul, coverlet, gcovr, gocover-cobertura, cargo-tarpaulin, …)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    if (root?.name !== 'coverage') return false;
    const tag = root.rest.slice(0, root.rest.indexOf('>') === -1 ? undefined : root.rest.indexOf('>'));
    // Clover has the same root element and says when it was generated; SonarQube's generic format lists files at once.
    if (/\s(?:generated|clover)\s*=/.test(tag)) return false;
    return /\s(?:line-rate|branch-rate|lines-valid|lines-covered)\s*=/.test(tag) || /<(?:packages|sources)[\s/>]/.test(root.rest);
  },
  parse: async (text, emit) => readXmlReport(text, emit, new CoberturaReport(emit)),
};
