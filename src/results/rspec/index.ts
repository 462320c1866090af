import type { ResultsFormat } from '../contract.ts';
import { parseRspec } from './parse.ts';

/**
 * What RSpec's JsonFormatter writes, https://rspec.info/features/3-13/rspec-core/formatters/json-formatter/. Pending
 * examples are skipped, one that is pending and passes failed. Errors outside the examples, such as a file that cannot
 * be loaded or a hook around all of them, are errors of their own.
 */
export const rspec: ResultsFormat = {
  format: 'rspec',
  title: 'RSpec JSON (rspec --format json)',
  sniff: ({ text }) =>
    /^\s*\{/.test(text) && /"examples"\s*:\s*\[/.test(text) && /"(?:full_description|summary_line|example_count)"\s*:/.test(text),
  parse: parseRspec,
};
