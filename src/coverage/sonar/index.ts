import { xmlRoot } from '../../lib/xml-root.ts';
import type { CoverageFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { SonarReport } from './parse.ts';

/** SonarQube's generic format for coverage, https://docs.sonarsource.com/sonarqube-server/analyzing-source-code/test-coverage/generic-test-data. */
export const sonar: CoverageFormat = {
  format: 'sonar',
  title: 'SonarQube generic coverage (ReportGenerator, slather, gcovr --sonarqube, grcov, xccov-to-sonarqube, …)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return root?.name === 'coverage' && /^(?=[^>]*\sversion=["']1["'])[^>]*>\s*(?:<!--[\s\S]*?-->\s*)*<file\s[^>]*path=/.test(root.rest);
  },
  parse: async (text, emit) => readXmlReport(text, emit, new SonarReport(emit)),
};
