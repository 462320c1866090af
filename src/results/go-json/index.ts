import type { ResultsFormat } from '../contract.ts';
import { parseGoJson } from './parse.ts';

/** Lines looked at for the first event: build output may stand before it. */
const LINES = 200;
const EVENT = /^\{.*"Action":\s*"(?:start|run|pause|cont|pass|bench|fail|output|skip|attr|artifacts|build-output|build-fail)"/;

export const goJson: ResultsFormat = {
  format: 'go-json',
  title: 'go test -json (also gotestsum --jsonfile)',
  sniff: ({ text }) => text.split('\n', LINES).some((line) => EVENT.test(line) && /"(?:Package|ImportPath)":/.test(line)),
  parse: parseGoJson,
};
