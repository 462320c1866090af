import type { z } from 'zod';

import type { DraftFinding, FindingVerdict, Priority } from './finding.ts';
import type { Rule } from './rules.ts';

/** What a row's facts show about one subject. `confirmed` becomes a finding. */
export interface RowResult {
  readonly subject: string;
  readonly result: FindingVerdict;
  readonly summary: string;
  readonly measured: string;
  readonly expected: string;
  readonly locations?: DraftFinding['locations'];
  /** When this subject weighs more or less than the row: its priority, and the step that led there (`lower:only-a-default`). */
  readonly priority?: readonly [Priority, string];
  /** When the fix of the row is not the one that helps here. */
  readonly fix?: string;
}

/** The pure half of a check: a function of its stored facts. Lives in the plugin's `judge.ts` and imports lib and model alone. */
export interface RowJudge<Facts = unknown> {
  readonly code: string;
  /** Words and weights of the row; without it, those of `rules.ts`. */
  readonly rule?: Rule;
  readonly facts: z.ZodType<Facts>;
  readonly evaluate: (facts: Facts) => readonly RowResult[];
}

/** Types the judge's own facts inside and forgets them outside: callers parse with `facts` first. */
export function defineJudge<Facts>(judge: RowJudge<Facts>): RowJudge {
  return judge as unknown as RowJudge;
}
