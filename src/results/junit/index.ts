import { xmlRoot } from '../../lib/xml-root.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseJunit } from './parse.ts';

/** Failsafe writes a summary beside its reports, where every pattern for reports finds it: known, and no report. */
const ROOTS = new Set(['testsuites', 'testsuite', 'failsafe-summary']);
/** Suites inside an element of somebody's own (Eclipse's `testrun`, a merged report): they come first in it. */
const WRAPPED = /^[^<>]{0,10000}>\s{0,1000}(?:<!--(?:(?!-->)[\s\S]){0,10000}-->\s{0,1000}){0,10}<(?:[\w.-]+:)?testsuites?[\s/>]/;

export const junit: ResultsFormat = {
  format: 'junit',
  title: 'JUnit XML (pytest, jest-junit, vitest, mocha, playwright, surefire, gradle, gotestsum, nextest, phpunit, rspec, node:test, …)',
  sniff: ({ text }) => {
    const root = xmlRoot(text);
    if (root === undefined) return false;
    return ROOTS.has(root.name) || WRAPPED.test(root.rest);
  },
  parse: parseJunit,
};
