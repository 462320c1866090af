import { xmlRoot } from '../../lib/xml-root.ts';
import type { CoverageFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { JacocoReport } from './parse.ts';

/** The XML report of JaCoCo, after its `report.dtd` (https://www.jacoco.org/jacoco/trunk/coverage/report.dtd). */
export const jacoco: CoverageFormat = {
  format: 'jacoco',
  title: 'JaCoCo XML (Maven, Gradle, Ant, Kover, sbt-jacoco)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    if (root?.name !== 'report') return false;
    return /-\/\/JACOCO\//i.test(text) || /<(?:sessioninfo\s+id|group\s+name|package\s+name|counter\s+type)\s*=/.test(root.rest);
  },
  parse: async (text, emit) => readXmlReport(text, emit, new JacocoReport(emit)),
};
