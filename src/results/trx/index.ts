import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseTrx } from './parse.ts';

/** CppUnit's reports have the same root element. */
const PARTS = /<(?:\w+:)?(?:Times|TestSettings|TestRunConfiguration|Results|ResultSummary|TestDefinitions|TestEntries|TestLists)[\s/>]/;

/**
 * Visual Studio test results, schema `vstst.xsd` of 2006 and 2010. Tests are leaves: a result with inner results (data
 * rows, ordered tests) is counted only where it failed and none of its inner results did.
 */
export const trx: ResultsFormat = {
  format: 'trx',
  title: 'TRX (dotnet test, vstest, MSTest, Microsoft.Testing.Platform); data rows are counted, not the test around them',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    if (root?.name !== 'TestRun') return false;
    const tag = root.rest.slice(0, root.rest.indexOf('>') + 1);
    return /VisualStudio\/TeamTest/.test(tag) || PARTS.test(root.rest);
  },
  parse: parseTrx,
};
