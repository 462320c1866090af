import type { Priority } from './finding.ts';

/** What a code says by default: the words and weights of a row of the catalogue, or of the gate's own family (GAT). */
export interface Rule {
  readonly title: string;
  readonly priority: Priority;
  /** Working time that the fix usually takes. */
  readonly effort: string;
  readonly fix: string;
}
