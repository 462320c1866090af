import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { CtestReport } from './parse.ts';

/** The `Test.xml` that CTest makes for CDash. What could not be run is an error, as CTest itself ends with one for it. */
export const ctest: ResultsFormat = {
  format: 'ctest',
  title: 'CTest Test.xml (ctest -T Test, CDash; ctest --output-junit is JUnit XML)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return root?.name === 'Site' && /^[^<>]*>\s*<Testing[\s>]/.test(root.rest);
  },
  parse: async (text, emit) => readXmlReport(text, new CtestReport(emit), emit),
};
