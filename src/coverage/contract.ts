import type { GapReason } from '../model/gap.ts';
import type { Ratio } from '../model/coverage.ts';
import type { Disagreement } from '../model/tests.ts';

/** Hits by line number. A `Map` is one; so is `LineHits`. Readers may use its room again: it holds until `emit` returns. */
export interface LineTable {
  readonly size: number;
  forEach(visit: (hits: number, line: number) => void): void;
}

/** Covered parts of every single branch or function, in an order that only its shape knows. */
interface Outcomes {
  /** Digest of what is counted: two reports with the same shape speak of the same branches. */
  readonly shape: string;
  readonly covered: Uint8Array;
}

/** A ratio, with what it was counted from where that is known. */
export interface Tally extends Ratio {
  readonly outcomes?: Outcomes;
}

/** Sums that a report states of itself. */
export interface Totals {
  readonly lines?: Ratio | undefined;
  readonly branches?: Ratio | undefined;
  readonly functions?: Ratio | undefined;
}

/** What one source file's record says. Line numbers start at 1; hits are counts. */
export interface CoverageRecord {
  readonly path: string;
  readonly lines: LineTable;
  /** Lines as the report states them, when it does not name any: used only where no report names lines of this file. */
  readonly totals?: Ratio;
  /** With outcomes by identity where the format has them: several records of one file then merge exactly. */
  readonly branches?: Tally;
  readonly functions?: Tally;
  /** A folder or module that the report says the file is in: tells two files with the same end of their path apart. */
  readonly within?: string;
}

export type CoverageEvent =
  | { readonly type: 'file'; readonly record: CoverageRecord }
  /** Numbers of the whole report: each counts where no report lists any of any file. */
  | { readonly type: 'totals'; readonly totals: Totals }
  /** A folder that relative paths of the report start at. */
  | { readonly type: 'root'; readonly path: string }
  | { readonly type: 'gap'; readonly reason: GapReason; readonly message: string }
  /** A number that the report states about a file, and that its own lines do not bear out. */
  | ({ readonly type: 'disagreement' } & Disagreement)
  /** Something odd that changes no count: said, never judged. */
  | { readonly type: 'note'; readonly message: string };

export interface Head {
  readonly path: string;
  readonly text: string;
}

/** What a reader may ask for beyond the report itself. */
export interface CoverageContext {
  /** Text of the repository's file behind a path of the report; `undefined` when there is none. Only for formats that count in offsets. */
  readonly source: (path: string) => Promise<string | undefined>;
}

/** A coverage format; the same rules as for test results: sniffed by content, streamed, trouble is a `gap`. */
export interface CoverageFormat {
  readonly format: string;
  readonly title: string;
  readonly sniff: (head: Head) => boolean;
  readonly parse: (text: AsyncIterable<string>, emit: (event: CoverageEvent) => void, context: CoverageContext) => Promise<void>;
}
