import type { LoadResultsFormat } from '../contract.ts';
import { begun } from '../report.ts';
import { COMPANIONS, parseCsv, STATS } from './csv.ts';
import { parseJsonStats } from './json.ts';

const JSON_STATS = /^\s*\[\s*(?:\]|\{)/;

export const locust: LoadResultsFormat = {
  format: 'locust',
  tool: 'Locust',
  title: 'Locust (--json with its distribution; --csv: _stats.csv with percentiles as it reports them)',
  sniff: ({ text }) =>
    (JSON_STATS.test(text) && /"num_requests"\s*:/.test(text) && /"response_times"\s*:/.test(text)) ||
    STATS.test(text) ||
    COMPANIONS.some(({ head }) => head.test(text)),
  parse: async (text, emit) => {
    emit({ type: 'tool', model: 'closed', times: 'from sending to the last byte' });
    const whole = await begun(text);
    if (whole) await (JSON_STATS.test(whole.first) ? parseJsonStats(whole.text, emit) : parseCsv(whole.text, emit));
  },
};
