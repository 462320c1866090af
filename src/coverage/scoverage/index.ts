import { xmlRoot } from '../../lib/xml-root.ts';
import type { CoverageFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { ScoverageReport } from './parse.ts';

export const scoverage: CoverageFormat = {
  format: 'scoverage',
  title: 'scoverage XML (sbt-scoverage, Maven and Gradle plugins, Mill)',
  sniff: ({ text }) => xmlRoot(text)?.name === 'scoverage',
  parse: async (text, emit) => readXmlReport(text, emit, new ScoverageReport(emit)),
};
