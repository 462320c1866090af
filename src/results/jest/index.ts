import { jsonHead, peekJson } from '../../lib/peek.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseJest } from './parse.ts';

export const jest: ResultsFormat = {
  format: 'jest',
  title: 'Jest JSON (jest --json, vitest --reporter=json)',
  sniff: ({ text }) => {
    const head = jsonHead(text);
    return head.startsWith('{') && /"num(?:Total|Failed|Passed|Pending)Test(?:Suite)?s"\s*:\s*\d/.test(head);
  },
  parse: async (text, emit) => await parseJest((await peekJson(text)).text, emit),
};
