import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseNunit } from './parse.ts';

/**
 * NUnit 3 results, https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html. What NUnit
 * labels `Error`, `Invalid` or `Cancelled`, and what failed in a set-up or tear-down, is an error; inconclusive and
 * explicit tests are skipped; a warning is a pass. A fixture is counted only where it broke and none of its tests tells.
 */
export const nunit: ResultsFormat = {
  format: 'nunit',
  title: 'NUnit 3 XML (nunit3-console, NUnitLite, NunitXml.TestLogger, Unity); a broken fixture is an error where no test tells of it',
  sniff: ({ text }) => xmlRoot(text)?.name === 'test-run',
  parse: parseNunit,
};
