import type { LoadResultsFormat } from '../contract.ts';
import { begun } from '../report.ts';
import { parsePoints } from './points.ts';
import { parseSummary } from './summary.ts';

/** Lines of `--out json`: https://grafana.com/docs/k6/latest/results-output/real-time/json/ */
const POINTS = /^\s*\{(?:"type":"Metric","data":\{|"metric":"[^"]*","type":"Point"|"type":"Point")/;
const OF_K6 = /"(?:iterations|vus_max|data_sent|data_received|iteration_duration|http_req_duration|http_reqs)"/;

export const k6: LoadResultsFormat = {
  format: 'k6',
  tool: 'k6',
  title: 'k6 (--out json with its samples; --summary-export, handleSummary and the machine-readable summary with its thresholds)',
  sniff: ({ text }) => POINTS.test(text) || (/^\s*\{/.test(text) && /"metrics"\s*:/.test(text) && OF_K6.test(text)),
  parse: async (text, emit) => {
    emit({ type: 'tool', model: 'unknown', times: 'from sending to the last byte' });
    const whole = await begun(text);
    if (whole) await (POINTS.test(whole.first) ? parsePoints(whole.text, emit) : parseSummary(whole.text, emit));
  },
};
