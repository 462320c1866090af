import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { readXmlReport } from '../xml-report.ts';
import { BoostLog } from './log.ts';
import { BoostReport } from './report.ts';

/**
 * Boost.Test's own XML. The log knows nothing of `expected_failures`: there such a test fails; the detailed report does. A
 * log below the level `test_suite` names no tests.
 */
export const boost: ResultsFormat = {
  format: 'boost',
  title: 'Boost.Test XML (--log_format=XML --log_level=test_suite, or --report_format=XML --report_level=detailed)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return (
      (root?.name === 'TestLog' || root?.name === 'TestResult') &&
      /^\s*\/?>\s*(?:<(?:TestSuite|TestCase|Error|FatalError|Exception|BuildInfo)\b|<\/|$)/.test(root.rest)
    );
  },
  parse: async (text, emit) => {
    let reader: BoostLog | BoostReport | undefined;
    await readXmlReport(
      text,
      {
        open: (name, attributes) => {
          reader ??= name === 'TestLog' ? new BoostLog(emit) : new BoostReport(emit);
          return reader.open(name, attributes);
        },
        close: (name, content) => reader?.close(name, content),
        end: () => {},
      },
      emit,
    );
  },
};
