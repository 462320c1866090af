import type { GapReason } from '../model/evidence.ts';
import type { Ratio } from '../model/coverage.ts';

/** What one source file's record says. Line numbers start at 1; hits are counts. */
export interface CoverageRecord {
  readonly path: string;
  readonly lines: ReadonlyMap<number, number>;
  readonly branches?: Ratio;
  readonly functions?: Ratio;
}

export type CoverageEvent =
  | { readonly type: 'file'; readonly record: CoverageRecord }
  /** A folder that relative paths of the report start at. */
  | { readonly type: 'root'; readonly path: string }
  | { readonly type: 'gap'; readonly reason: GapReason; readonly message: string }
  /** Something odd that changes no count: said, never judged. */
  | { readonly type: 'note'; readonly message: string };

export interface Head {
  readonly path: string;
  readonly text: string;
}

/** A coverage format; the same rules as for test results: sniffed by content, streamed, trouble is a `gap`. */
export interface CoverageFormat {
  readonly format: string;
  readonly title: string;
  readonly sniff: (head: Head) => boolean;
  readonly parse: (text: AsyncIterable<string>, emit: (event: CoverageEvent) => void) => Promise<void>;
}
