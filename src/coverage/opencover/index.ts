import { xmlRoot } from '../../lib/xml-root.ts';
import type { CoverageFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { OpenCoverReport } from './parse.ts';

export const opencover: CoverageFormat = {
  format: 'opencover',
  title: 'OpenCover XML (OpenCover, coverlet, AltCover)',
  sniff: ({ text }) => xmlRoot(text)?.name === 'CoverageSession',
  parse: async (text, emit) => readXmlReport(text, emit, new OpenCoverReport(emit)),
};
