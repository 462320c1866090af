import { jsonHead, peekJson } from '../../lib/peek.ts';
import type { ResultsFormat } from '../contract.ts';
import { parsePlaywright } from './parse.ts';

export const playwright: ResultsFormat = {
  format: 'playwright',
  title: 'Playwright JSON (playwright test --reporter=json, merged shards)',
  sniff: ({ text }) => {
    const head = jsonHead(text);
    if (!head.startsWith('{')) return false;
    const config = /"config"\s*:\s*\{/.test(head) && /"(?:rootDir|forbidOnly|fullyParallel|reportSlowTests)"\s*:/.test(head);
    return config || (/"specs"\s*:\s*\[/.test(head) && /"(?:expectedStatus|projectName)"\s*:/.test(head));
  },
  parse: async (text, emit) => await parsePlaywright((await peekJson(text)).text, emit),
};
