import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseJunit } from './parse.ts';

export const junit: ResultsFormat = {
  format: 'junit',
  title: 'JUnit XML (pytest, jest-junit, vitest, mocha, playwright, surefire, gradle, gotestsum, nextest, phpunit, rspec, node:test, …)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    return root !== undefined && (root.name === 'testsuites' || root.name === 'testsuite');
  },
  parse: parseJunit,
};
