import type { ResultsFormat } from '../contract.ts';
import { parseDart } from './parse.ts';

/** Lines looked at for the first event: tools talk before it. */
const LINES = 200;
const START = /^\[?\{.*"(?:protocolVersion|runnerVersion)":/;
const EVENT = /^\[?\{.*"type":"(?:start|suite|testStart|testDone|allSuites|group)"/;

/**
 * The JSON protocol of package:test, https://github.com/dart-lang/test/blob/master/pkgs/test/doc/json_reporter.md.
 * Hidden tests (loading, setUpAll, tearDownAll) are counted only where they fail.
 */
export const dart: ResultsFormat = {
  format: 'dart',
  title: 'Dart and Flutter JSON (dart test --reporter json, flutter test --machine); loading and set-ups count where they fail',
  sniff: ({ text }) =>
    text
      .split('\n', LINES)
      .some(
        (line) =>
          line.includes('"type":') &&
          ((START.test(line) && line.includes('"start"')) || (EVENT.test(line) && /"(?:suiteID|testID|platform)":/.test(line))),
      ),
  parse: parseDart,
};
