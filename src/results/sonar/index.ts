import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { SonarReport } from './parse.ts';

/** SonarQube's generic format for test executions, https://docs.sonarsource.com/sonarqube-server/analyzing-source-code/test-coverage/generic-test-data. */
export const sonar: ResultsFormat = {
  format: 'sonar',
  title: 'SonarQube generic test executions (jest-sonar-reporter, vitest-sonar-reporter, mocha-sonar-generic-test-coverage, …)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return root?.name === 'testExecutions' || (root?.name === 'unitTest' && /^[^>]*>\s*<file\s/.test(root.rest));
  },
  parse: async (text, emit) => readXmlReport(text, new SonarReport(emit), emit),
};
