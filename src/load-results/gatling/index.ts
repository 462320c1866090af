import type { LoadResultsFormat } from '../contract.ts';
import { begun } from '../report.ts';
import { LOG, parseLog } from './log.ts';
import { parseStats } from './stats.ts';

const STATS = /^\s*\{/;

export const gatling: LoadResultsFormat = {
  format: 'gatling',
  tool: 'Gatling',
  title: 'Gatling (simulation.log of 3.4 to 3.10 with its samples; stats.json and global_stats.json of the HTML report of every 3.x)',
  sniff: ({ text }) =>
    LOG.test(text) ||
    (STATS.test(text) && ['numberOfRequests', 'percentiles1', 'meanResponseTime'].every((key) => text.includes(`"${key}"`))),
  parse: async (text, emit) => {
    emit({ type: 'tool', model: 'unknown', times: 'from sending to the last byte' });
    const whole = await begun(text);
    if (whole) await (STATS.test(whole.first) ? parseStats(whole.text, emit) : parseLog(whole.text, emit));
  },
};
