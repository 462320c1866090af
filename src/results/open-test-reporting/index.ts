import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseOpenTestReporting } from './parse.ts';

/**
 * Open Test Reporting, https://github.com/ota4j-team/open-test-reporting, in both of its forms: events as they happen,
 * and the hierarchy made of them. Tests are what has nothing below it, unless JUnit calls it a container. A container that
 * failed while nothing in it did (a set-up for all tests) is an error; one that was skipped, with all in it, is one skip.
 */
export const openTestReporting: ResultsFormat = {
  format: 'open-test-reporting',
  title: 'Open Test Reporting XML (JUnit 5.9 and later; events and hierarchy)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return (root?.name === 'events' || root?.name === 'execution') && /^[^>]*schemas\.opentest4j\.org\/reporting\//.test(root.rest);
  },
  parse: parseOpenTestReporting,
};
