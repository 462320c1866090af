import type { GapReason } from '../model/gap.ts';
import type { LoadTool, Reported, ToolThreshold } from '../model/load-results.ts';

/** What the tool calls a request, a group or a scenario: `<label>.latency` and `<label>.errors` in thresholds. */
type Label = string;

/** What a reader finds, in the order of the file. Times are milliseconds, points in time milliseconds since 1970. */
export type LoadResultEvent =
  /** Who wrote it, as far as is known by now; a later one adds to an earlier one. */
  | ({ readonly type: 'tool' } & Partial<Pick<LoadTool, 'version' | 'model' | 'times'>>)
  /** `times` samples of one duration. Without `part` one of the load's own requests. */
  | {
      readonly type: 'time';
      readonly ms: number;
      readonly labels: readonly Label[];
      readonly times?: number;
      /** It is a part or a sum of requests (a group, a transaction): only its labels count it. */
      readonly part?: boolean;
    }
  /** How so many requests ended. The requests of a load are counted by these. */
  | {
      readonly type: 'outcomes';
      readonly of: number;
      readonly failed: number;
      readonly labels: readonly Label[];
      readonly part?: boolean;
      /** When it ended, of a single request. */
      readonly atMs?: number;
    }
  /** A distribution whose samples the file does not hold; without a label of all requests. */
  | { readonly type: 'reported'; readonly label?: Label; readonly distribution: Omit<Reported, 'tool'> }
  /** How long the load took. Files with samples say so by their samples' times. */
  | { readonly type: 'span'; readonly durationMs: number; readonly fromMs?: number }
  /** What the tool was asked for and had no room for: more than none makes the load invalid. */
  | { readonly type: 'dropped'; readonly count: number; readonly what: string }
  | ({ readonly type: 'threshold' } & ToolThreshold)
  /** The file belongs to the results and holds nothing that counts here: a history, a list of failures. */
  | { readonly type: 'companion'; readonly what: string }
  | { readonly type: 'gap'; readonly reason: GapReason; readonly message: string }
  /** Something odd that changes no number: said, never judged. */
  | { readonly type: 'note'; readonly message: string };

export type Emit = (event: LoadResultEvent) => void;

export interface Head {
  readonly path: string;
  readonly text: string;
}

/**
 * Results of a load that another tool made; the same rules as for test results: `sniff` decides by content alone, one format claims a
 * file, `parse` streams and reports trouble as `gap` events. A gap means that the numbers before it are not all there are.
 */
export interface LoadResultsFormat {
  readonly format: string;
  /** What is read, for docs: "k6 (--summary-export, --out json, …)". */
  readonly title: string;
  /** `k6`, as in "as k6 reports it". */
  readonly tool: string;
  readonly sniff: (head: Head) => boolean;
  readonly parse: (text: AsyncIterable<string>, emit: Emit) => Promise<void>;
}
