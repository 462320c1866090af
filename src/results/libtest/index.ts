import type { ResultsFormat } from '../contract.ts';
import { isEvent } from './events.ts';
import { parseLibtest } from './parse.ts';

/** Lines looked at; what cargo says while it compiles stands before the first test. */
const LINES = 5_000;
const TEXT = /^(?:running \d+ tests?|test result: (?:ok|FAILED)\..*)$/;
const CARGO = /^\s+(?:Running (?:unittests|tests|benches) \S+ \(|Doc-tests \S+$|Finished `?test\b)/;
const BROKEN_BUILD = /^error: could not compile `/;

/**
 * What `cargo test` prints, as text or as JSON lines (`-Z unstable-options --format json`), one binary after the other.
 * A binary that ends before its result line is an error; code that does not compile is a gap, since no test ran.
 */
export const libtest: ResultsFormat = {
  format: 'libtest',
  title: 'cargo test output and libtest JSON (also nextest --message-format libtest-json, libtest-mimic)',
  sniff: ({ text }) => {
    if (/^\s*</.test(text)) return false;
    return text.split('\n', LINES).some((line) => {
      const plain = line.endsWith('\r') ? line.slice(0, -1) : line;
      return TEXT.test(plain) || CARGO.test(plain) || BROKEN_BUILD.test(plain) || (plain.startsWith('{') && isEvent(plain));
    });
  },
  parse: parseLibtest,
};
