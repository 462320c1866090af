import { z } from 'zod';

import type { RowResult } from './row-judge.ts';

/** A running service that could not be asked, and why: never a pass. */
export const Unasked = z.object({ service: z.string(), because: z.string() });
export type Unasked = z.output<typeof Unasked>;

/** What those who could not be asked leave: their row stays open. */
export function leftOpen(unasked: readonly Unasked[], expected: string): RowResult[] {
  return unasked.map(({ service, because }) => ({
    subject: service,
    result: { verdict: 'inconclusive', because },
    summary: `${because}.`,
    measured: because,
    expected,
  }));
}
