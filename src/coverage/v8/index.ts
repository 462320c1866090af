import type { CoverageFormat } from '../contract.ts';
import { hasPath } from '../json-head.ts';
import { parseV8 } from './parse.ts';

export const v8: CoverageFormat = {
  format: 'v8',
  title: 'V8 JSON (NODE_V8_COVERAGE, Playwright, Puppeteer; needs the sources)',
  sniff: ({ text }) =>
    (hasPath(text, 'result', 0, 'url') && (hasPath(text, 'result', 0, 'functions') || hasPath(text, 'result', 0, 'scriptId'))) ||
    (hasPath(text, 0, 'url') && (hasPath(text, 0, 'functions', 0, 'ranges') || hasPath(text, 0, 'scriptId'))) ||
    // What Puppeteer makes of it: the stretches that ran.
    (hasPath(text, 0, 'url') && (hasPath(text, 0, 'ranges', 0, 'start') || (hasPath(text, 0, 'ranges') && hasPath(text, 0, 'text')))),
  parse: parseV8,
};
