import type { LoadResultsFormat } from '../contract.ts';
import { begun } from '../report.ts';
import { HEADER, parseCsv } from './csv.ts';
import { parseXml } from './xml.ts';

const XML = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)?<testResults[\s>]/;

export const jmeter: LoadResultsFormat = {
  format: 'jmeter',
  tool: 'JMeter',
  title: 'JMeter JTL (CSV with its header, and XML; also of Taurus)',
  sniff: ({ text }) => HEADER.test(text) || XML.test(text),
  parse: async (text, emit) => {
    emit({ type: 'tool', model: 'closed', times: 'from sending to the last byte' });
    const whole = await begun(text);
    if (whole) await (XML.test(whole.first) ? parseXml(whole.text, emit) : parseCsv(whole.text, emit));
  },
};
