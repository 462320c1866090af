import type { CaseResult } from '../model/tests.ts';
import type { GapReason } from '../model/gap.ts';

/**
 * What a further case of one identity is, within one file: a test of its own (two tests of one title); another run of the
 * same test, of which the last decides; or another run as long as none has failed: a failure is never outweighed by what
 * follows, and a case behind it is a test of its own.
 */
export type Repetition = 'test' | 'run' | 'run-unless-failed';

/** What a parser finds, in the order of the file. */
export type ResultEvent =
  | {
      readonly type: 'case';
      readonly result: CaseResult;
      /** `true` is `test`, absent is `run`. Only `test` cannot hide a failure where the producer is not known to write runs so. */
      readonly sibling?: boolean | Repetition;
    }
  /**
   * That this file holds no test is usual for its producer: a gap only where no other file of the command holds one; with
   * `beside`, where no file in its folder does, or none with a failure, if this file says that something failed.
   */
  | { readonly type: 'may-be-empty'; readonly beside?: { readonly failed: boolean } }
  /** A count that the report states about a scope (`suite "api"`), to be checked against the scope's cases. */
  | {
      readonly type: 'declared';
      readonly scope: string;
      readonly what: 'tests' | 'failed' | 'errors' | 'skipped';
      readonly declared: number;
      readonly counted: number;
    }
  /**
   * What was printed while tests ran, in the order of the file and in whole or part lines: by a test, or by its suite alone.
   * Looked through and forgotten; where a file has such events, the `detail` of its cases is not looked through again.
   */
  | { readonly type: 'output'; readonly suite?: string; readonly test?: string; readonly text: string }
  /** The parser cannot go on, or has read something that makes the report untrustworthy. */
  | { readonly type: 'gap'; readonly reason: GapReason; readonly message: string }
  /** Something odd that changes no count: said, never judged. */
  | { readonly type: 'note'; readonly message: string };

/** The beginning of a file, decoded: enough to tell formats apart. */
export interface Head {
  readonly path: string;
  readonly text: string;
}

/**
 * A test-result format. `sniff` decides by content alone; exactly one format may claim a file.
 * `parse` streams: it must not hold the file, and reports trouble as `gap` events instead of throwing.
 */
export interface ResultsFormat {
  readonly format: string;
  /** Who writes it, for docs: "JUnit XML (pytest, surefire, jest-junit, …)". */
  readonly title: string;
  readonly sniff: (head: Head) => boolean;
  readonly parse: (text: AsyncIterable<string>, emit: (event: ResultEvent) => void) => Promise<void>;
}
