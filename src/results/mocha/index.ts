import { jsonHead, peekJson } from '../../lib/peek.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseMochaDocument } from './document.ts';
import { parseMochaStream } from './stream.ts';

const STREAM = /^\["start",\s*\{"total":\s*\d/;
const STATS = /"stats"\s*:\s*\{/;
const PLAIN = /"(?:passes|failures|pending)"\s*:\s*\[/;
const AWESOME = /"(?:beforeHooks|rootEmpty|parentUUID|testsRegistered|fullFile)"\s*:/;

export const mocha: ResultsFormat = {
  format: 'mocha',
  title: 'Mocha JSON (json and json-stream reporters, Cypress, mochawesome)',
  sniff: ({ text }) => {
    const head = jsonHead(text);
    if (STREAM.test(head)) return true;
    return head.startsWith('{') && STATS.test(head) && (/"passes"\s*:\s*\d/.test(head) || PLAIN.test(head) || AWESOME.test(head));
  },
  parse: async (text, emit) => {
    const { first, text: whole } = await peekJson(text);
    await (first === '[' ? parseMochaStream(whole, emit) : parseMochaDocument(whole, emit));
  },
};
