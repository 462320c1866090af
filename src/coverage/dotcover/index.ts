import { xmlRoot } from '../../lib/xml-root.ts';
import type { CoverageFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { DotCoverReport } from './parse.ts';

/** JetBrains dotCover, https://www.jetbrains.com/help/dotcover/Running_Coverage_Analysis_from_the_Command_LIne.html. */
export const dotcover: CoverageFormat = {
  format: 'dotcover',
  title: 'dotCover XML (--report-type DetailedXML; the plain XML report names no lines)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return root?.name === 'Root' && /^[^>]*\s(?:DotCoverVersion|TotalStatements)=/.test(root.rest);
  },
  parse: async (text, emit) => readXmlReport(text, emit, new DotCoverReport(emit)),
};
