import type { LoadResultsFormat } from '../contract.ts';
import { parseArtillery } from './parse.ts';

export const artillery: LoadResultsFormat = {
  format: 'artillery',
  tool: 'Artillery',
  title: 'Artillery (--output; percentiles as it reports them)',
  sniff: ({ text }) => /^\s*\{\s*"aggregate"\s*:\s*\{/.test(text) && /"counters"\s*:/.test(text),
  parse: parseArtillery,
};
