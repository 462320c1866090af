import type { LoadResultsFormat } from '../contract.ts';
import { parseAutocannon } from './parse.ts';

export const autocannon: LoadResultsFormat = {
  format: 'autocannon',
  tool: 'autocannon',
  title: 'autocannon (--json; percentiles as it reports them)',
  sniff: ({ text }) => /^\s*\{/.test(text) && ['latency', 'requests', 'throughput', 'non2xx'].every((key) => text.includes(`"${key}":`)),
  parse: parseAutocannon,
};
