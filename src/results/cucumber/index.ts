import { jsonHead, peekJson } from '../../lib/peek.ts';
import type { ResultsFormat } from '../contract.ts';
import { parseCucumberJson } from './json.ts';
import { parseMessages } from './messages.ts';

const MESSAGES = /^\{"(?:meta":\{[^\n]*"protocolVersion|(?:source|gherkinDocument|pickle|testRunStarted|parseError)":\{)/;

export const cucumber: ResultsFormat = {
  format: 'cucumber',
  title: 'Cucumber JSON and messages (cucumber-js, Cucumber-JVM, cucumber-ruby, behave, godog, pytest-bdd, Reqnroll)',
  sniff: ({ text }) => {
    const head = jsonHead(text);
    return MESSAGES.test(head) || (/^\[\s*\{/.test(head) && /"elements"\s*:\s*(?:\[|null)/.test(head) && /"keyword"\s*:\s*"/.test(head));
  },
  parse: async (text, emit) => {
    const { first, text: whole } = await peekJson(text);
    await (first === '[' ? parseCucumberJson(whole, emit) : parseMessages(whole, emit));
  },
};
